import { type Access, isAllowed, type Statement } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { BREAK_GLASS, DEFAULT, expectAll, FULL, fromContext, STACKS } from './synth'

const EXPIRY_OFF = { AttributeName: 'ExpiresAt', Enabled: false }

describe('the tables', () => {
  test.each(STACKS)('both tables of %s can be restored to any of 35 days', (_name, stack) => {
    expect(stack.all('AWS::DynamoDB::Table')).toHaveLength(2)
    expectAll(stack, 'AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
    })
  })

  test.each([
    // DynamoDB refuses to switch off what was never on
    ['no record of the default stack expires', DEFAULT, undefined],
    // and CloudFormation to leave out what was on
    ['records expire no more if that is switched off', fromContext({ retentionDays: 'off' }), EXPIRY_OFF],
    ['records expire if a retention is asked for', FULL, { AttributeName: 'ExpiresAt', Enabled: true }],
  ])('%s', (_name, stack, expiry) => {
    const [sessions, sweeps] = stack.all('AWS::DynamoDB::Table')
    expect(sessions.KeySchema).toEqual([{ AttributeName: 'SessionId', KeyType: 'HASH' }])
    expect(sessions.TimeToLiveSpecification).toEqual(expiry)
    expect(sweeps).not.toHaveProperty('TimeToLiveSpecification')
  })
})

describe('the backups', () => {
  test.each([
    ['the default stack', 365, DEFAULT],
    ['the stack with every option', 2_555, FULL],
  ] as const)('%s backs up both tables every month for %d days', (_name, days, stack) => {
    const { BackupPlanRule } = stack.resource('AWS::Backup::BackupPlan').Properties.BackupPlan
    const lifecycle = { Lifecycle: { DeleteAfterDays: days }, ScheduleExpression: 'cron(0 3 1 * ? *)' }
    expect(BackupPlanRule).toMatchObject([lifecycle])
    const { BackupSelection } = stack.resource('AWS::Backup::BackupSelection').Properties
    const tables = Object.keys(stack.resources('AWS::DynamoDB::Table'))
    expect(BackupSelection.Resources).toEqual(
      tables.map((id) => `arn:aws:dynamodb:us-east-1:111122223333:table/${id}`),
    )
  })

  test('without monthly backups, the vault stays for those that exist', () => {
    const stack = fromContext({ backupRetentionDays: 'off' })
    const planned = [...stack.all('AWS::Backup::BackupPlan'), ...stack.all('AWS::Backup::BackupSelection')]
    expect(planned).toEqual([])
    const vaults = (one: DeployedTemplate) => one.resources('AWS::Backup::BackupVault')
    expect(vaults(stack)).toEqual(vaults(DEFAULT))
  })
})

describe('the key', () => {
  const stack = fromContext({ breakGlassPrincipals: BREAK_GLASS })
  const { EnableKeyRotation, KeyPolicy } = stack.resource('AWS::KMS::Key', 'TablesKey').Properties
  const POLICY: Statement[] = KeyPolicy.Statement
  /** No role's own policy has an action of KMS, so the key's statement for the account allows the role nothing. */
  const WITHOUT_ACCOUNT = POLICY.filter(({ Principal }) => !JSON.stringify(Principal).includes(':root'))
  const ACCOUNT = 'arn:aws:iam::111122223333'
  const ROLES = Object.keys(stack.resources('AWS::IAM::Role'))

  const may = (action: string, context: Access['context'], statements = POLICY) =>
    isAllowed(statements, { action: `kms:${action}`, resource: '*', context })
  const roleMay = (role: string, action: string, context = {}) =>
    may(action, { 'aws:PrincipalArn': `${ACCOUNT}:role/${role}`, ...context }, WITHOUT_ACCOUNT)

  test('the key is rotated', () => {
    expect(EnableKeyRotation).toBe(true)
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
  ])('%s may use the key through %s: %s', (name, service, allowed) => {
    const via = { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` }
    const role = ROLES.find((id) => id.startsWith(`SessionArchive${name}`)) ?? ''
    expect(role).not.toBe('')
    for (const action of ['Decrypt', 'GenerateDataKey'])
      expect({ action, allowed: roleMay(role, action, via) }).toEqual({ action, allowed })
  })

  test('only the backup’s role may see by itself what the key is, as in AWS’s own policy for backups', () => {
    const roles = ROLES.filter((role) => roleMay(role, 'DescribeKey'))
    expect(roles).toEqual([expect.stringMatching(/^SessionArchiveBackupRole/)])
  })

  test('in China, roles and logs use the key through services with that suffix', () => {
    const via = { 'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com.cn' } // in the region of the template
    const role = ROLES.find((id) => id.startsWith('SessionArchiveArchiverRole')) ?? ''
    expect(roleMay(role, 'Decrypt', via)).toBe(true)
    const Service = { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] }
    expect(JSON.stringify(stack.json.Resources)).toContain(JSON.stringify({ Service }))
  })

  test('no role of the stack may use the key directly, or change it', () => {
    expect(ROLES).toHaveLength(4)
    for (const role of ROLES)
      for (const action of ['Decrypt', 'PutKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion'])
        expect({ role, action, allowed: roleMay(role, action) }).toEqual({ role, action, allowed: false })
  })

  test.each([
    ['111122223333', true],
    ['444455556666', false],
  ])('logs and alarms of the account %s may use the key: %s', (account, allowed) => {
    const logs = {
      'aws:PrincipalServiceName': 'logs.us-east-1.amazonaws.com',
      'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${account}:log-group:any`,
    }
    const alarms = { 'aws:PrincipalServiceName': 'cloudwatch.amazonaws.com', 'aws:SourceAccount': account }
    expect(may('GenerateDataKey', logs)).toBe(allowed)
    expect(may('GenerateDataKey', alarms)).toBe(allowed)
    expect(may('Decrypt', alarms)).toBe(allowed)
  })

  const ADMINISTRATOR = { 'aws:PrincipalArn': `${ACCOUNT}:role/Admin`, 'aws:PrincipalIsAWSService': 'false' }
  /** The caller's own policies allow everything: only the key's policy stops it. */
  const withAllRights = [{ Effect: 'Allow', Action: '*', Resource: '*' } as const, ...POLICY]

  test.each(['DisableKey', 'ScheduleKeyDeletion'])('only break glass may do kms:%s', (action) => {
    const deploying = { ...ADMINISTRATOR, 'aws:CalledVia': ['cloudformation.amazonaws.com'] }
    expect(may(action, ADMINISTRATOR, withAllRights)).toBe(false)
    expect(may(action, deploying, withAllRights)).toBe(false)
    expect(may(action, { ...ADMINISTRATOR, 'aws:PrincipalArn': BREAK_GLASS }, withAllRights)).toBe(true)
  })

  test('the use of the key is granted to nobody but services', () => {
    const grants = (context = {}) => may('CreateGrant', { ...ADMINISTRATOR, ...context }, withAllRights)
    expect(grants()).toBe(false)
    expect(grants({ 'kms:GrantIsForAWSResource': 'true' })).toBe(true)
    expect(grants({ 'aws:PrincipalIsAWSService': 'true' })).toBe(true)
  })
})
