import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard'
import { Validations } from 'aws-cdk-lib'
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag'
import { ACKNOWLEDGED } from '../../lib/acknowledged'
import type { SessionArchiveStackProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { newApp } from '../support/template'
import { ORGANIZATION_ID } from './synth'

/**
 * Checks a stack with the five packs of cdk-nag, the Control Tower rules of CloudFormation Guard, and
 * CDK's own validation of templates, which leaves no report if it finds nothing.
 */
// biome-ignore lint/suspicious/noExplicitAny: JSON, read by the tests' expectations
function check(props: SessionArchiveStackProps): any[] {
  const app = newApp({
    builtinCloudFormationValidation: true,
    context: {
      'aws:cdk:bundling-stacks': [],
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      '@aws-cdk/core:strictCfnValidateErrors': true,
      '@aws-cdk/core:enablePartitionLiterals': true, // in a known region, as apps of users have it
    },
  })
  new SessionArchiveStack(app, 'SessionArchive', props)
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app),
    new HIPAASecurityChecks(app),
    new NIST80053R5Checks(app),
    new PCIDSS321Checks(app),
    new ServerlessChecks(app),
    new CfnGuardValidator(),
  )
  const { directory } = app.synth() // throws if there are findings
  return JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')).pluginReports
}

const { memberRoles, deliveries, ...alone } = ACKNOWLEDGED
const { failureQueue, concurrency, vpc, tracing } = alone
/** For the second function. */
const again = [concurrency, vpc, tracing]
const ofOrganization = { organizationId: ORGANIZATION_ID, deployMemberRoles: ['r-ab12'] }
const OTHER_NAME = memberRoles.ids.map((id) =>
  id.replace('<AWS::Partition>', 'aws').replace('session-archive-reader', 'reader'),
)

/** With the findings that are acknowledged in it. */
const STACKS: [string, SessionArchiveStackProps, readonly { readonly ids: readonly string[] }[]][] = [
  ['the default stack', {}, [...Object.values(alone), ...again]],
  // two queues of dead letters
  ['the stack of an organization', ofOrganization, [...Object.values(ACKNOWLEDGED), ...again, failureQueue]],
  [
    'the stack of an organization, in a known region, with another role',
    { ...ofOrganization, env: { region: 'eu-west-1' }, memberRoleName: 'reader' },
    [...Object.values(alone), ...again, failureQueue, deliveries, { ids: OTHER_NAME }],
  ],
]

describe.each(STACKS)('in %s,', (_name, props, acknowledged) => {
  const reports = check(props)

  test('all six static checks run, and find nothing but what is acknowledged', () => {
    const packs = ['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321', 'Serverless']
    const clean = { conclusion: 'success', violations: [] }
    const expected = [...packs, 'cdk-validator-cfnguard'].map((pluginName) => ({ pluginName, ...clean }))
    expect(reports).toMatchObject(expected)
  })

  test('each acknowledgement is needed, for one resource', () => {
    const suppressed = reports.flatMap(({ pluginName, suppressedViolations = [] }) =>
      suppressedViolations.map(({ ruleName, violatingConstructs }: Record<string, unknown>) => {
        expect(violatingConstructs).toHaveLength(1)
        return `${pluginName}::${ruleName}`
      }),
    )
    expect(suppressed.sort()).toEqual(acknowledged.flatMap(({ ids }) => ids).sort())
  })
})

const FINDINGS =
  /Ten findings stay, and two more with an organization.*\[lib\/acknowledged\.ts\]\(\.\.\/lib\/acknowledged\.ts\).*\n\n((?:- .*\n)*)/

test('docs/compliance.md lists the findings that stay, and links to the reasons', () => {
  const document = readFileSync(join(__dirname, '../../docs/compliance.md'), 'utf8')
  const [, section = ''] = FINDINGS.exec(document) ?? []
  const listed = section.split('\n').map((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, id]) => id))
  const findings = Object.values(ACKNOWLEDGED).map(({ ids }) => ids.map((id) => id.replace(/^.*?::/, '')))
  expect(listed.filter((ids) => ids.length > 0)).toEqual(findings)
})
