import { type Access, isAllowed, list, policiesOf, type Statement } from '../../support/iam'
import { DEFAULT, FULL } from '../stacks'
import { BREAK_GLASS } from '../synth'
import { DYNAMODB_ACTIONS, TABLE_POLICY_ACTIONS } from './dynamodb-actions'

const ACCOUNT = 'arn:aws:iam::111122223333'
/** The own policies of all callers allow everything: only the archive's policies stop them. */
const ADMINISTRATOR: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }

const CALLERS: Readonly<Record<string, NonNullable<Access['context']>>> = {
  'an administrator': { 'aws:PrincipalArn': `${ACCOUNT}:role/Admin` },
  'the root user': { 'aws:PrincipalArn': `${ACCOUNT}:root` },
  'a user called like the role of the CDK': { 'aws:PrincipalArn': `${ACCOUNT}:user/cdk-x-cfn-exec-role-x` },
  'a role called nearly like that of the CDK': {
    'aws:PrincipalArn': `${ACCOUNT}:role/my-cdk-cfn-exec-role-1`,
  },
  'the role of another account called like that of the CDK': {
    'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/cdk-x-cfn-exec-role-x',
  },
  'an administrator through another service': {
    'aws:PrincipalArn': `${ACCOUNT}:role/Admin`,
    'aws:CalledVia': ['athena.amazonaws.com'],
  },
  'an administrator deploying': {
    'aws:PrincipalArn': `${ACCOUNT}:role/Admin`,
    'aws:CalledVia': ['cloudformation.amazonaws.com'],
  },
  'the CDK bootstrap’s role': {
    'aws:PrincipalArn': `${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1`,
  },
  'a service-linked role': {
    'aws:PrincipalArn': `${ACCOUNT}:role/aws-service-role/dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication`,
  },
  'a service of AWS': {
    'aws:PrincipalServiceName': 'backup.amazonaws.com',
    'aws:PrincipalIsAWSService': 'true',
  },
  'the break-glass role': { 'aws:PrincipalArn': BREAK_GLASS },
}

const DEPLOYERS: readonly string[] = [
  'an administrator deploying',
  'the CDK bootstrap’s role',
  'a service-linked role',
  'a service of AWS',
]

const STACKS = [
  { stack: 'the default stack', deployed: DEFAULT.deployed, breakGlass: [] },
  { stack: 'the stack with every option', deployed: FULL.deployed, breakGlass: ['the break-glass role'] },
]

const TABLES = STACKS.flatMap(({ deployed, ...stack }) =>
  Object.entries(deployed.resources('AWS::DynamoDB::Table')).map(([table, { Properties }]) => ({
    ...stack,
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

/** Actions, each with who may do it to the table. */
function callersByAction(actions: readonly string[], { policy, resource }: (typeof TABLES)[number]) {
  return Object.fromEntries(
    actions.map((action) => [action, allowedCallers(policy, `dynamodb:${action}`, resource)]),
  )
}

function each<T>(actions: readonly string[], callers: T): Record<string, T> {
  return Object.fromEntries(actions.map((action) => [action, callers]))
}

test.each(TABLES)('nobody but break glass adds, changes or deletes items of $table in $stack', (table) => {
  const actions = DYNAMODB_ACTIONS.items
  expect(callersByAction(actions, table)).toEqual(each(actions, table.breakGlass))
})

test.each(TABLES)('only deployments, AWS and break glass change settings of $table in $stack', (table) => {
  const actions = DYNAMODB_ACTIONS.settings
  expect(callersByAction(actions, table)).toEqual(each(actions, [...DEPLOYERS, ...table.breakGlass]))
})

test.each(TABLES)('the policy of $table in $stack neither denies nor allows reading', (table) => {
  const actions = DYNAMODB_ACTIONS.harmless
  expect(callersByAction(actions, table)).toEqual(each(actions, Object.keys(CALLERS)))
  for (const action of actions)
    expect(isAllowed(table.policy, { action: `dynamodb:${action}`, resource: table.resource })).toBe(false)
})

test.each(TABLES)('the archiver only puts and updates items of $table in $stack', (table) => {
  const { deployed, policy, resource } = table
  const role = String(deployed.resource('AWS::Lambda::Function').Properties.Role)
  const context = { 'aws:PrincipalArn': role, 'aws:PrincipalIsAWSService': 'false' }
  const changes = [...DYNAMODB_ACTIONS.items, ...DYNAMODB_ACTIONS.settings]
  const allowedBy = (statements: Statement[]) =>
    changes.filter((action) =>
      isAllowed([...statements, ...policy], { action: `dynamodb:${action}`, resource, context }),
    )
  expect(allowedBy(policiesOf(deployed, role))).toEqual(['PutItem', 'UpdateItem'])
  expect(allowedBy([ADMINISTRATOR])).toEqual(['PutItem', 'UpdateItem'])
})

test.each(TABLES)('DynamoDB takes the policy of $table in $stack', ({ policy }) => {
  const actions = policy.flatMap(({ Action }) => list(Action))
  expect(actions.filter((action) => !TABLE_POLICY_ACTIONS.includes(action.split(':')[1] ?? ''))).toEqual([])
  expect(new Set(actions).size).toBe(actions.length)
  expect(JSON.stringify({ Version: '2012-10-17', Statement: policy }).length).toBeLessThan(20_000)
  expect(policy.filter(({ Effect }) => Effect !== 'Deny')).toEqual([])
})

test.each(STACKS)('only break glass deletes backups of $stack early', ({ deployed, breakGlass }) => {
  const { Properties } = deployed.resource('AWS::Backup::BackupVault')
  const resource = 'arn:aws:ec2:us-east-1::recovery-point'
  for (const action of ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle'])
    expect(allowedCallers(Properties.AccessPolicy.Statement, action, resource)).toEqual(breakGlass)
})
