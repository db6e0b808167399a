import { readdirSync } from 'node:fs'
import { type App, DefaultStackSynthesizer, type IStackSynthesizer, NestedStack, Stack } from 'aws-cdk-lib'
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam'
import { SessionArchive } from '../../lib/session-archive'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { type Access, isAllowed, list, policiesOf, type Statement } from '../support/iam'
import { DeployedTemplate } from '../support/template'
import { appWithoutBundle, BREAK_GLASS, FULL, STACKS } from './synth'

const words = (text: string) => text.split(/\s+/)

/**
 * Actions of DynamoDB that add, change or delete items. A transaction needs the permission of each of its writes.
 * DynamoDB takes all of these, and of {@link SETTINGS}, in the policy of a table; it refuses many others there.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
 */
const DELETIONS = words('BatchWriteItem DeleteItem DeleteTable PartiQLDelete PartiQLInsert PartiQLUpdate')
const WRITES = ['PutItem', 'UpdateItem']
const ITEMS = [...DELETIONS, ...WRITES]
/** They let items be lost, hidden, or copied elsewhere: by expiry, replicas, another key, or without protection. */
const SETTINGS = words(
  `DeleteResourcePolicy DisableKinesisStreamingDestination EnableKinesisStreamingDestination PutResourcePolicy
  UpdateContinuousBackups UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling
  UpdateTimeToLive`,
)
/** They read, or copy what can be read to a place of the caller's. */
const HARMLESS = words(
  `BatchGetItem ConditionCheckItem CreateBackup DescribeTable ExportTableToPointInTime GetItem GetResourcePolicy
  ListTagsOfResource PartiQLSelect Query RestoreTableToPointInTime Scan StartAwsBackupJob TagResource
  UpdateContributorInsights`,
)

const ACCOUNT = 'arn:aws:iam::111122223333'
/** The own policies of all callers allow everything: only the archive's policies stop them. */
const ADMINISTRATOR: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }

const by = (principal: string, ...services: string[]) => ({
  'aws:PrincipalArn': principal,
  ...(services.length > 0 && { 'aws:CalledVia': services }),
})

type Callers = Readonly<Record<string, Access['context']>>

const DEPLOYERS: Callers = {
  'an administrator deploying': by(`${ACCOUNT}:role/Admin`, 'cloudformation.amazonaws.com'),
  'the CDK bootstrap’s role': by(`${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1`),
  'a service-linked role': by(`${ACCOUNT}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForX`),
  'a service of AWS': {
    'aws:PrincipalServiceName': 'backup.amazonaws.com',
    'aws:PrincipalIsAWSService': 'true',
  },
}
const CALLERS: Callers = {
  'an administrator': by(`${ACCOUNT}:role/Admin`),
  'the root user': by(`${ACCOUNT}:root`),
  'a user called like the role of the CDK': by(`${ACCOUNT}:user/cdk-x-cfn-exec-role-x`),
  'a role called nearly like that of the CDK': by(`${ACCOUNT}:role/my-cdk-x-cfn-exec-role-x`),
  'a role like that of the CDK in another account': by(
    'arn:aws:iam::444455556666:role/cdk-x-cfn-exec-role-x',
  ),
  'an administrator through another service': by(`${ACCOUNT}:role/Admin`, 'athena.amazonaws.com'),
  ...DEPLOYERS,
  'the break-glass role': by(BREAK_GLASS),
}

const breakGlassOf = (stack: DeployedTemplate) => (stack === FULL ? ['the break-glass role'] : [])

const TABLES = STACKS.flatMap(([stack, deployed]) =>
  Object.entries(deployed.resources('AWS::DynamoDB::Table')).map(([table, { Properties }]) => ({
    stack,
    table,
    deployed,
    resource: `arn:aws:dynamodb:us-east-1:111122223333:table/${table}`,
    policy: Properties.ResourcePolicy.PolicyDocument.Statement as Statement[],
  })),
)

/** Who may do something to a resource with this policy. */
function allowedCallers(policy: Statement[], action: string, resource: string): string[] {
  return Object.keys(CALLERS).filter((caller) => {
    const context = { 'aws:PrincipalIsAWSService': 'false', ...CALLERS[caller] }
    return isAllowed([ADMINISTRATOR, ...policy], { action, resource, context })
  })
}

/** Expects that these callers, and no others, may do each of the actions to the table. */
function expectCallers({ policy, resource }: (typeof TABLES)[number], actions: string[], callers: string[]) {
  const found = actions.map((action) => [action, allowedCallers(policy, `dynamodb:${action}`, resource)])
  expect(found).toEqual(actions.map((action) => [action, callers]))
}

test.each(TABLES)('nobody but break glass adds or changes items of $table in $stack', (table) => {
  expectCallers(table, WRITES, breakGlassOf(table.deployed))
})

test.each(TABLES)(
  'nobody but break glass and DynamoDB, on expiry, deletes items of $table in $stack',
  (table) => {
    expectCallers(table, DELETIONS, ['a service of AWS', ...breakGlassOf(table.deployed)])
  },
)

test.each(TABLES)('only deployments, AWS and break glass change settings of $table in $stack', (table) => {
  expectCallers(table, SETTINGS, [...Object.keys(DEPLOYERS), ...breakGlassOf(table.deployed)])
})

/** What `session-archive retention` calls: of the records it writes nothing but an update. */
const RETENTION_CALLS = {
  Sessions: { reads: ['GetItem', 'Scan'], writes: ['UpdateItem'] },
  Sweeps: { reads: ['GetItem', 'Query'], writes: ['PutItem'] },
}

test.each(TABLES)(
  'of all callers, break glass alone can change the retention of $table in $stack',
  (table) => {
    const { reads, writes } = RETENTION_CALLS[/Sessions/.test(table.table) ? 'Sessions' : 'Sweeps']
    expectCallers(table, writes, breakGlassOf(table.deployed))
    expectCallers(table, reads, Object.keys(CALLERS))
  },
)

test.each(TABLES)(
  'the archiver’s role cannot change the retention of $table in $stack: it cannot read all',
  (table) => {
    const { deployed, policy, resource } = table
    const role = String(deployed.resource('AWS::Lambda::Function', 'Archiver').Properties.Role)
    const context = { 'aws:PrincipalArn': role, 'aws:PrincipalIsAWSService': 'false' }
    const canScan = isAllowed([...policiesOf(deployed, role), ...policy], {
      action: 'dynamodb:Scan',
      resource,
      context,
    })
    expect(canScan).toBe(false)
  },
)

test.each(TABLES)('the policy of $table in $stack does not deny reading', (table) => {
  expectCallers(table, HARMLESS, Object.keys(CALLERS))
})

test.each(TABLES)('the archiver only puts and updates items of $table in $stack', (table) => {
  const { deployed, policy, resource } = table
  const role = String(deployed.resource('AWS::Lambda::Function', 'Archiver').Properties.Role)
  const context = { 'aws:PrincipalArn': role, 'aws:PrincipalIsAWSService': 'false' }
  const allowedBy = (statements: Statement[]) =>
    [...ITEMS, ...SETTINGS].filter((action) =>
      isAllowed(statements, { action: `dynamodb:${action}`, resource, context }),
    )
  expect(allowedBy(policiesOf(deployed, role))).toEqual(['PutItem', 'UpdateItem'])
  expect(allowedBy([...policiesOf(deployed, role), ...policy])).toEqual(['PutItem', 'UpdateItem'])
  expect(allowedBy([ADMINISTRATOR, ...policy])).toEqual(['PutItem', 'UpdateItem'])
})

test.each(TABLES)(
  'the policy of $table in $stack denies these actions once, and allows none',
  ({ policy }) => {
    const actions = policy.flatMap(({ Action }) => list(Action))
    expect(actions.sort()).toEqual([...ITEMS, ...SETTINGS].map((action) => `dynamodb:${action}`).sort())
    expect(policy.filter(({ Effect }) => Effect !== 'Deny')).toEqual([])
    // DynamoDB's limit
    expect(JSON.stringify({ Version: '2012-10-17', Statement: policy }).length).toBeLessThan(20_000)
  },
)

describe('a role for CloudFormation other than the usual one', () => {
  const OWN = `${ACCOUNT}:role/deployer`
  // as the CDK's own default has it
  const cloudFormationExecutionRole = DefaultStackSynthesizer.DEFAULT_CLOUDFORMATION_ROLE_ARN.replace(
    /role.*/,
    'role/deployer',
  )
  const synthesizer = (): IStackSynthesizer => new DefaultStackSynthesizer({ cloudFormationExecutionRole })
  const context = { 'aws:PrincipalArn': OWN, 'aws:PrincipalIsAWSService': 'false' }
  const mayOf = (stack: DeployedTemplate) =>
    stack.all('AWS::DynamoDB::Table').map(({ ResourcePolicy }) => (action: string) => {
      const policy = [ADMINISTRATOR, ...ResourcePolicy.PolicyDocument.Statement]
      return isAllowed(policy, { action: `dynamodb:${action}`, resource: '*', context })
    })

  test.each<[string, (app: App) => void, string]>([
    [
      'a stack',
      (app) => new SessionArchiveStack(app, 'SessionArchive', { synthesizer: synthesizer() }),
      'SessionArchive',
    ],
    [
      'a nested stack',
      (app) => {
        const parent = new Stack(app, 'Parent', { synthesizer: synthesizer() })
        new SessionArchive(new NestedStack(parent, 'Nested'), 'SessionArchive')
      },
      'ParentNested',
    ],
  ])(
    'that %s names in its synthesizer changes settings, but nothing that is archived',
    (_name, build, file) => {
      const app = appWithoutBundle()
      build(app)
      const { directory } = app.synth()
      const name = readdirSync(directory).find(
        (one) => one.startsWith(file) && one.endsWith('.template.json'),
      )
      const tables = mayOf(new DeployedTemplate(directory, name?.replace('.template.json', '')))
      expect(tables).toHaveLength(2)
      for (const may of tables) {
        expect(SETTINGS.filter((action) => !may(action))).toEqual([])
        expect(ITEMS.filter(may)).toEqual([])
      }
    },
  )
})

test('who is granted one table by another account gets nothing on the other', () => {
  const app = appWithoutBundle()
  const archive = new SessionArchive(new Stack(app, 'SessionArchive'), 'SessionArchive')
  archive.sessions.grantReadData(new AccountPrincipal('444455556666'))
  const tables = new DeployedTemplate(app.synth().directory).all('AWS::DynamoDB::Table')
  const granted = tables.map((table) => JSON.stringify(table.ResourcePolicy).includes('444455556666'))
  expect(granted).toEqual([true, false])
})

test.each(STACKS)('only break glass and AWS, on expiry, delete backups of %s', (_name, stack) => {
  const { Statement } = stack.resource('AWS::Backup::BackupVault').Properties.AccessPolicy
  const resource = 'arn:aws:ec2:us-east-1::recovery-point'
  for (const action of ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'])
    expect(allowedCallers(Statement, action, resource)).toEqual([
      'a service-linked role',
      'a service of AWS',
      ...breakGlassOf(stack),
    ])
})
