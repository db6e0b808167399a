import { type Access, isAllowed, list, type Statement } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { DYNAMODB_ACTIONS, TABLE_POLICY_ACTIONS } from './dynamodb-actions'
import { BREAK_GLASS, everyOption, fromContext, fromProps } from './synth'

const ACCOUNT = 'arn:aws:iam::111122223333'
/** Policies of their own allow these everything: what stops them is the archive's. */
const ADMINISTRATOR: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }
const CLOUDFORMATION = { 'aws:CalledVia': ['cloudformation.amazonaws.com'] }

/** Who may change the archive's items and settings, where their own policies allow everything. */
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
  'an administrator deploying': { 'aws:PrincipalArn': `${ACCOUNT}:role/Admin`, ...CLOUDFORMATION },
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

const { props, app } = everyOption()
const STACKS = {
  'the default': fromContext().deployed,
  'every option set': fromProps(props, app).deployed,
}

describe.each(Object.entries(STACKS))('%s', (name, deployed) => {
  const breakGlass: readonly string[] = name === 'the default' ? [] : ['the break-glass role']
  const tables = Object.entries(deployed.resources('AWS::DynamoDB::Table'))

  describe.each(tables)('%s', (tableId, { Properties }) => {
    const policy: Statement[] = Properties.ResourcePolicy.PolicyDocument.Statement
    const resource = `arn:aws:dynamodb:us-east-1:111122223333:table/${tableId}`
    const as = (caller: string) => ({ 'aws:PrincipalIsAWSService': 'false', ...CALLERS[caller] })
    const mayDo = (caller: string, action: string) =>
      isAllowed([ADMINISTRATOR, ...policy], { action, resource, context: as(caller) })

    test.each(Object.entries(DYNAMODB_ACTIONS.items))('%s: nobody but break glass (%s)', (action) => {
      const allowed = Object.keys(CALLERS).filter((caller) => mayDo(caller, `dynamodb:${action}`))
      expect(allowed).toEqual(breakGlass)
    })

    test.each(Object.entries(DYNAMODB_ACTIONS.settings))('%s: deployments and AWS alone (%s)', (action) => {
      const allowed = Object.keys(CALLERS).filter((caller) => mayDo(caller, `dynamodb:${action}`))
      expect(allowed).toEqual([...DEPLOYERS, ...breakGlass])
    })

    test.each(DYNAMODB_ACTIONS.harmless)('%s: whoever is allowed to by their own policy', (action) => {
      const allowed = Object.keys(CALLERS).filter((caller) => mayDo(caller, `dynamodb:${action}`))
      expect(allowed).toEqual(Object.keys(CALLERS))
      expect(isAllowed(policy, { action: `dynamodb:${action}`, resource })).toBe(false)
    })

    test('the archiver may put and update, and nothing else that changes data', () => {
      const role = String(deployed.resource('AWS::Lambda::Function').Properties.Role)
      const context = { 'aws:PrincipalArn': role, 'aws:PrincipalIsAWSService': 'false' }
      const changes = [...Object.keys(DYNAMODB_ACTIONS.items), ...Object.keys(DYNAMODB_ACTIONS.settings)]
      const allowedBy = (statements: Statement[]) =>
        changes.filter((action) =>
          isAllowed([...statements, ...policy], { action: `dynamodb:${action}`, resource, context }),
        )

      expect(allowedBy(policiesOf(deployed, role))).toEqual(['PutItem', 'UpdateItem'])
      expect(allowedBy([ADMINISTRATOR])).toEqual(['PutItem', 'UpdateItem'])
    })

    test('DynamoDB takes the policy: known actions, below 20 KB', () => {
      const actions = policy.flatMap(({ Action }) => list(Action))
      expect(actions.filter((action) => !TABLE_POLICY_ACTIONS.includes(action.split(':')[1] ?? ''))).toEqual(
        [],
      )
      expect(new Set(actions).size).toBe(actions.length)
      expect(JSON.stringify(Properties.ResourcePolicy.PolicyDocument).length).toBeLessThan(20_000)
      expect(policy.filter(({ Effect }) => Effect !== 'Deny')).toEqual([])
    })
  })

  test('backups are deleted before their time by break glass alone', () => {
    const { Properties } = deployed.resource('AWS::Backup::BackupVault')
    const resource = 'arn:aws:ec2:us-east-1::recovery-point'
    for (const action of ['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle']) {
      const allowed = Object.entries(CALLERS).filter(([, context]) =>
        isAllowed([ADMINISTRATOR, ...Properties.AccessPolicy.Statement], { action, resource, context }),
      )
      expect(allowed.map(([caller]) => caller)).toEqual(breakGlass)
    }
  })

  test('the policies of the stack’s roles have no wildcard but for what has no resource types', () => {
    const statements = Object.values(deployed.resources('AWS::IAM::ManagedPolicy')).flatMap(
      ({ Properties }): Statement[] => Properties.PolicyDocument.Statement,
    )
    const isWild = (values: string | string[]) => list(values).some((value) => value.includes('*'))
    expect(statements.filter(({ Action }) => isWild(Action))).toEqual([])
    const wild = statements.filter(
      ({ Effect, Resource }) => Effect === 'Allow' && isWild(withoutLogs(Resource)),
    )
    const [ofSsm, ...ofNetwork] = wild
    expect(ofSsm).toEqual({
      Effect: 'Allow',
      Action: 'ssm:DescribeSessions',
      Resource: '*',
      Condition: {
        StringEquals: {
          'aws:RequestedRegion': name === 'the default' ? ['us-east-1'] : ['eu-west-1', 'us-east-1'],
        },
      },
    })
    expect(ofNetwork.flatMap(({ Action }) => list(Action)).every((action) => action.startsWith('ec2:'))).toBe(
      true,
    )
    expect(ofNetwork).toHaveLength(name === 'the default' ? 0 : 1)
  })
})

describe('the key', () => {
  const { deployed } = fromContext({ breakGlassPrincipals: BREAK_GLASS })
  const { Properties } = deployed.resource('AWS::KMS::Key')
  const policy: Statement[] = Properties.KeyPolicy.Statement
  const roles = Object.fromEntries(
    Object.keys(deployed.resources('AWS::IAM::Role')).map((id) => [
      id.replace(/^SessionArchive|[0-9A-F]{8}$/g, ''),
      `${ACCOUNT}:role/${id}`,
    ]),
  )
  const may = (action: string, context: Access['context'], own: Statement[] = []) =>
    isAllowed([...own, ...policy], { action: `kms:${action}`, resource: '*', context: context ?? {} })
  const via = (service: string) => ({ 'kms:ViaService': `${service}.us-east-1.amazonaws.com` })
  /** As for the roles, whose own policies have no action of KMS: the statement for the account allows nothing. */
  const withoutAccount = policy.filter(({ Principal }) => !JSON.stringify(Principal).includes(':root'))
  const roleMay = (role: string, action: string, context = {}) =>
    isAllowed(withoutAccount, {
      action: `kms:${action}`,
      resource: '*',
      context: { 'aws:PrincipalArn': String(roles[role]), ...context },
    })

  test.each([
    ['ArchiverRole', 'dynamodb', true],
    ['ArchiverRole', 'sqs', true],
    ['ArchiverRole', 's3', false],
    ['ArchiverSchedulerRole', 'sqs', true],
    ['ArchiverSchedulerRole', 'dynamodb', false],
    ['BackupRole', 'dynamodb', true],
    ['BackupRole', 'backup', true],
    ['BackupRole', 'sqs', false],
  ])('%s may use it through %s: %s', (role, service, allowed) => {
    for (const action of ['Decrypt', 'GenerateDataKey'])
      expect({ action, allowed: roleMay(role, action, via(service)) }).toEqual({ action, allowed })
  })

  test('no role may use it directly, or change it', () => {
    for (const role of Object.keys(roles))
      for (const action of ['Decrypt', 'PutKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion'])
        expect({ role, action, allowed: roleMay(role, action) }).toEqual({ role, action, allowed: false })
  })

  test('the log’s service may use it for logs of this account alone', () => {
    const arn = (account: string) => ({
      'aws:PrincipalServiceName': 'logs.us-east-1.amazonaws.com',
      'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${account}:log-group:any`,
    })
    expect(may('GenerateDataKey', arn('111122223333'))).toBe(true)
    expect(may('GenerateDataKey', arn('444455556666'))).toBe(false)
  })

  test('alarms of this account alone may use it', () => {
    const alarm = (account: string) => ({
      'aws:PrincipalServiceName': 'cloudwatch.amazonaws.com',
      'aws:SourceAccount': account,
    })
    for (const action of ['Decrypt', 'GenerateDataKey']) {
      expect(may(action, alarm('111122223333'))).toBe(true)
      expect(may(action, alarm('444455556666'))).toBe(false)
    }
  })

  test('nobody but break glass makes it unusable, and only services are granted its use', () => {
    const administrator = {
      'aws:PrincipalArn': `${ACCOUNT}:role/Admin`,
      'aws:PrincipalIsAWSService': 'false',
    }
    const breakGlass = { ...administrator, 'aws:PrincipalArn': BREAK_GLASS }
    for (const action of ['DisableKey', 'ScheduleKeyDeletion']) {
      expect(may(action, administrator, [ADMINISTRATOR])).toBe(false)
      expect(may(action, { ...administrator, ...CLOUDFORMATION }, [ADMINISTRATOR])).toBe(false)
      expect(may(action, breakGlass, [ADMINISTRATOR])).toBe(true)
    }
    expect(may('CreateGrant', administrator, [ADMINISTRATOR])).toBe(false)
    const forService = { ...administrator, 'kms:GrantIsForAWSResource': 'true' }
    expect(may('CreateGrant', forService, [ADMINISTRATOR])).toBe(true)
  })

  test('it encrypts all that is kept', () => {
    const { logicalId } = deployed.resource('AWS::KMS::Key')
    const arn = `arn:aws:kms:us-east-1:111122223333:key/${logicalId}`
    for (const table of Object.values(deployed.resources('AWS::DynamoDB::Table')))
      expect(table.Properties.SSESpecification.KMSMasterKeyId).toBe(arn)
    expect(deployed.resource('AWS::Logs::LogGroup').Properties.KmsKeyId).toBe(arn)
    expect(deployed.resource('AWS::SQS::Queue').Properties.KmsMasterKeyId).toBe(arn)
    expect(deployed.resource('AWS::SNS::Topic').Properties.KmsMasterKeyId).toBe(arn)
    expect(deployed.resource('AWS::Backup::BackupVault').Properties.EncryptionKeyArn).toBe(arn)
  })
})

function policiesOf(deployed: DeployedTemplate, roleArn: string): Statement[] {
  return Object.values(deployed.resources('AWS::IAM::ManagedPolicy'))
    .filter(({ Properties }) => Properties.Roles.includes(roleArn.split('/')[1]))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
}

/** The streams of a log group are `…:*`, which is what its ARN ends in. */
function withoutLogs(resource: string | string[]): string[] {
  return list(resource).filter((arn) => !/^arn:aws:logs:.*:\*$/.test(arn))
}
