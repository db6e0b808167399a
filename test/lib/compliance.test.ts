import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard'
import { App, Validations } from 'aws-cdk-lib'
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R5Checks,
  PCIDSS321Checks,
  ServerlessChecks,
} from 'cdk-nag'
import { ACKNOWLEDGED } from '../../lib/acknowledged'
import { SessionArchiveStack } from '../../lib/session-archive-stack'

interface Finding {
  readonly ruleName: string
  readonly violatingConstructs: readonly { constructPath: string }[]
}

interface PluginReport {
  readonly pluginName: string
  readonly conclusion: string
  readonly violations: readonly Finding[]
  readonly suppressedViolations?: readonly Finding[]
}

/** The five packs of cdk-nag and the Control Tower rules of CloudFormation Guard, over the default stack. */
function check(): PluginReport[] {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk.out-'))
  const app = new App({ outdir })
  new SessionArchiveStack(app, 'SessionArchive')
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app),
    new HIPAASecurityChecks(app),
    new NIST80053R5Checks(app),
    new PCIDSS321Checks(app),
    new ServerlessChecks(app),
    new CfnGuardValidator(),
  )
  app.synth() // throws where there are findings
  return JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')).pluginReports
}

describe('static checks', () => {
  const reports = check()

  test('all six ran, and found nothing but what is acknowledged', () => {
    expect(
      reports.map(({ pluginName, conclusion, violations }) => [pluginName, conclusion, violations]),
    ).toEqual([
      ['AwsSolutions', 'success', []],
      ['HIPAA.Security', 'success', []],
      ['NIST.800.53.R5', 'success', []],
      ['PCI.DSS.321', 'success', []],
      ['Serverless', 'success', []],
      ['cdk-validator-cfnguard', 'success', []],
    ])
  })

  test('each acknowledgement is needed, for one resource; there are five', () => {
    const suppressed = reports.flatMap(({ pluginName, suppressedViolations = [] }) =>
      suppressedViolations.map(({ ruleName, violatingConstructs }) => {
        expect(violatingConstructs).toHaveLength(1)
        return `${pluginName}::${ruleName}`
      }),
    )
    expect(Object.keys(ACKNOWLEDGED)).toHaveLength(5)
    expect(suppressed.sort()).toEqual(
      Object.values(ACKNOWLEDGED)
        .flatMap(({ ids }) => ids)
        .sort(),
    )
  })

  test('docs/compliance.md gives every reason', () => {
    const document = readFileSync(join(__dirname, '../../docs/compliance.md'), 'utf8')
    for (const { ids, reason } of Object.values(ACKNOWLEDGED)) {
      for (const id of ids) expect(document).toContain(`\`${id.split('::')[1]}\``)
      expect(document).toContain(reason)
    }
  })
})
