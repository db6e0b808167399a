import { type Access, isAllowed, type Statement } from '../../support/iam'
import { BREAK_GLASS, fromContext } from '../synth'

const ACCOUNT = 'arn:aws:iam::111122223333'
const ADMINISTRATOR: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }

const { deployed } = fromContext({ breakGlassPrincipals: BREAK_GLASS })
const KEY = deployed.resource('AWS::KMS::Key').Properties
const POLICY: Statement[] = KEY.KeyPolicy.Statement
const ROLES = Object.fromEntries(
  Object.keys(deployed.resources('AWS::IAM::Role')).map((id) => [
    id.replace(/^SessionArchive|[0-9A-F]{8}$/g, ''),
    `${ACCOUNT}:role/${id}`,
  ]),
)

const may = (action: string, context: NonNullable<Access['context']>, own: Statement[] = []) =>
  isAllowed([...own, ...POLICY], { action: `kms:${action}`, resource: '*', context })

/** No role's own policy has an action of KMS, so the key's statement for the account allows the role nothing. */
const roleMay = (role: string, action: string, context = {}) =>
  isAllowed(
    POLICY.filter(({ Principal }) => !JSON.stringify(Principal).includes(':root')),
    {
      action: `kms:${action}`,
      resource: '*',
      context: { 'aws:PrincipalArn': String(ROLES[role]), ...context },
    },
  )

test('the key is rotated', () => {
  expect(KEY.EnableKeyRotation).toBe(true)
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
])('%s may use the key through %s: %s', (role, service, allowed) => {
  const via = { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` }
  for (const action of ['Decrypt', 'GenerateDataKey'])
    expect({ action, allowed: roleMay(role, action, via) }).toEqual({ action, allowed })
})

test('no role of the stack may use the key directly, or change it', () => {
  for (const role of Object.keys(ROLES))
    for (const action of ['Decrypt', 'PutKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion'])
      expect({ role, action, allowed: roleMay(role, action) }).toEqual({ role, action, allowed: false })
})

test('CloudWatch Logs may use the key for logs of this account alone', () => {
  const logs = (account: string) => ({
    'aws:PrincipalServiceName': 'logs.us-east-1.amazonaws.com',
    'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:us-east-1:${account}:log-group:any`,
  })
  expect(may('GenerateDataKey', logs('111122223333'))).toBe(true)
  expect(may('GenerateDataKey', logs('444455556666'))).toBe(false)
})

test('alarms of this account alone may use the key', () => {
  const alarm = (account: string) => ({
    'aws:PrincipalServiceName': 'cloudwatch.amazonaws.com',
    'aws:SourceAccount': account,
  })
  for (const action of ['Decrypt', 'GenerateDataKey']) {
    expect(may(action, alarm('111122223333'))).toBe(true)
    expect(may(action, alarm('444455556666'))).toBe(false)
  }
})

test('nobody but break glass makes the key unusable, and only services are granted its use', () => {
  const administrator = {
    'aws:PrincipalArn': `${ACCOUNT}:role/Admin`,
    'aws:PrincipalIsAWSService': 'false',
  }
  const deploying = { ...administrator, 'aws:CalledVia': ['cloudformation.amazonaws.com'] }
  const breakGlass = { ...administrator, 'aws:PrincipalArn': BREAK_GLASS }
  for (const action of ['DisableKey', 'ScheduleKeyDeletion']) {
    expect(may(action, administrator, [ADMINISTRATOR])).toBe(false)
    expect(may(action, deploying, [ADMINISTRATOR])).toBe(false)
    expect(may(action, breakGlass, [ADMINISTRATOR])).toBe(true)
  }
  expect(may('CreateGrant', administrator, [ADMINISTRATOR])).toBe(false)
  const forService = { ...administrator, 'kms:GrantIsForAWSResource': 'true' }
  expect(may('CreateGrant', forService, [ADMINISTRATOR])).toBe(true)
})
