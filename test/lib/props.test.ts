import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { propsFromContext } from '../../lib/context'
import { LISTS_BYTES } from '../../lib/list-sizes'
import type { SessionArchiveProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { newApp } from '../support/template'
import { appWithoutBundle, EVERY_OPTION, fromProps, vpcOf } from './synth'

type Key = Exclude<keyof SessionArchiveProps, 'vpc'>
const organizationId = EVERY_OPTION.organizationId

const inCode = (props: Record<string, unknown>, app = appWithoutBundle()) =>
  new SessionArchiveStack(app, 'SessionArchive', props)

test.each<[Key, unknown, string]>([
  ['schedule', Duration.minutes(4), '"4 minutes", expected a rate'],
  ['schedule', Duration.seconds(330), '"5 minutes 30 seconds", expected a rate'],
  ['schedule', '1 hour', '"1 hour", expected a rate'],
  ['retentionDays', Number.NaN, 'null, expected a whole number of days from 31 to 36500'],
  ['breakGlassPrincipals', ['*'], '["*"], expected different ARNs'],
  ['backupRetentionDays', 0, '0, expected a whole number of days from 35'],
  ['removalPolicy', RemovalPolicy.SNAPSHOT, '"snapshot", expected "retain" or "destroy"'],
])('the stack refuses the prop %s = %p', (key, value, message) => {
  expect(() => inCode({ [key]: value })).toThrow(`${key}: received ${message}`)
})

test.each([...Object.keys(EVERY_OPTION), 'excludeRegions', 'vpcId'])(
  'the stack checks the prop %s',
  (key) => {
    expect(() => inCode({ [key]: Symbol.iterator })).toThrow(`${key}: received undefined, expected`)
  },
)

test('a Duration of another copy of aws-cdk-lib is a Duration', () => {
  jest.isolateModules(() => {
    const other = (require('aws-cdk-lib') as typeof import('aws-cdk-lib')).Duration
    expect(other.minutes(30)).not.toBeInstanceOf(Duration)
    const app = appWithoutBundle()
    inCode({ schedule: other.minutes(30) }, app)
    const schedules = app.synth().getStackByName('SessionArchive').template.Resources
    expect(JSON.stringify(schedules)).toContain('"rate(30 minutes)"')
    expect(() => inCode({ schedule: other.minutes(4) })).toThrow('received "4 minutes", expected a rate')
  })
})

test.each(['keyArn', 'topicArn'] as const)(
  '%s must be in the region of the stack, if that is known',
  (key) => {
    const arn = EVERY_OPTION[key]
    const message = `${key}: received "${arn}", expected one in the stack's region, eu-west-1`
    const elsewhere = { env: { account: '111122223333', region: 'eu-west-1' }, [key]: arn }
    expect(() => inCode(elsewhere)).toThrow(message)
    expect(() => inContext({ [key]: arn }, { CDK_DEFAULT_REGION: 'eu-west-1' })).toThrow(`context ${message}`)
    expect(() => inCode({ ...elsewhere, env: { region: 'us-east-1' } })).not.toThrow()
  },
)

test('the stack refuses props that exclude each other', () => {
  expect(() => inCode({ removalPolicy: RemovalPolicy.DESTROY, backupRetentionDays: 365 })).toThrow(
    'backupRetentionDays: received 365, expected none with removalPolicy "destroy"',
  )
  expect(() => inCode({ vpcEndpoints: false })).toThrow(
    'vpcEndpoints: received false, expected none without a VPC',
  )
  const app = appWithoutBundle()
  expect(() => inCode({ vpc: vpcOf(app), vpcId: 'vpc-0a1b2c3d' }, app)).toThrow(
    'vpcId: received "vpc-0a1b2c3d", expected none beside vpc',
  )
})

test.each<[Key, Record<string, unknown>, string]>([
  ['includeAccounts', { includeAccounts: ['111122223333'] }, '["111122223333"], expected none without org'],
  ['excludeAccounts', { excludeAccounts: ['111122223333'] }, '["111122223333"], expected none without org'],
  [
    'excludeOrganizationalUnits',
    { excludeOrganizationalUnits: ['ou-ab12-11111111'] },
    '["ou-ab12-11111111"], expected none without organizationId',
  ],
  ['memberRoleName', { memberRoleName: 'reader' }, '"reader", expected none without organizationId'],
  [
    'deployMemberRoles',
    { deployMemberRoles: ['r-ab12'] },
    '["r-ab12"], expected none without organizationId',
  ],
  ['deployMemberRolesAs', { deployMemberRolesAs: 'SELF' }, '"SELF", expected none without organizationId'],
  [
    'deployMemberRolesAs',
    { organizationId, deployMemberRolesAs: 'SELF' },
    '"SELF", expected none without deployMemberRoles',
  ],
  [
    'excludeAccounts',
    { organizationId, includeAccounts: ['1'.repeat(12), '2'.repeat(12)], excludeAccounts: ['2'.repeat(12)] },
    '["222222222222"], expected none that includeAccounts names, as it does 222222222222',
  ],
  [
    'excludeRegions',
    { regions: ['eu-west-1'], excludeRegions: ['us-east-1'] },
    '["us-east-1"], expected none beside a list of regions, which leaves out all others',
  ],
  [
    'quietSchedule',
    { schedule: Duration.hours(2), quietSchedule: Duration.hours(1) },
    '"1 hour", expected a rate in whole minutes or hours, from the schedule (120 minutes) to 24 hours',
  ],
])('the stack refuses %s = %j', (key, props, message) => {
  expect(() => inCode(props)).toThrow(`${key}: received ${message}`)
})

/** Different accounts. */
const accounts = (count: number) => Array.from({ length: count }, (_, n) => String(n).padStart(12, '0'))

test('lists that Lambda cannot keep are refused with their number', () => {
  const excludeRegions = ['eu-west-1']
  const lists = { organizationId, excludeRegions, excludeAccounts: accounts(300) }
  expect(() => inCode(lists)).toThrow(
    /^excludeAccounts: received a list of 300, "0{12}" …, expected lists .* of \d+ bytes together \(they have 3908\)/,
  )
  expect(() => inContext({ organizationId, includeAccounts: accounts(300).join(',') })).toThrow(
    'context includeAccounts: received a list of 300',
  )
})

test('lists that are not refused fit into the environment of a function, whatever the names of its tables', () => {
  const most = Math.floor((LISTS_BYTES + 1) / 13)
  const memberRoleName = 'r'.repeat(64)
  const { Variables } = fromProps({
    ...{ organizationId, memberRoleName, retentionDays: 36_500 },
    excludeAccounts: accounts(most),
  }).resource('AWS::Lambda::Function', 'Archiver').Properties.Environment
  const longest = {
    ...Variables,
    SESSION_ARCHIVE_SESSIONS_TABLE: 't'.repeat(255),
    SESSION_ARCHIVE_SWEEPS_TABLE: 't'.repeat(255),
    SESSION_ARCHIVE_QUEUE_URL: `https://sqs.cn-northwest-1.amazonaws.com.cn/111122223333/${'q'.repeat(80)}`,
  }
  expect(Object.entries(longest).flat().join('').length).toBeLessThanOrEqual(4_096)
  expect(() => inCode({ organizationId, excludeAccounts: accounts(most + 1) })).toThrow('received a list of')
})

const VPC_ID = 'vpc-0a1b2c3d4e5f67890'
const inContext = (context: Record<string, unknown>, environment = {}) =>
  propsFromContext(newApp({ context }).node, environment)

const SSO_ROLE = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*'
const A_RATE = 'a rate in whole minutes or hours, from 5 minutes to 24 hours'
const REGIONS = 'different regions such as "eu-west-1,us-east-1"'
const ACCOUNTS = 'different accounts of 12 digits'
const BACKUP_DAYS = 'a whole number of days from 35 to 36500, or "off"'

/** What is expected, and what is refused. */
const REFUSED: Record<Key, [expected: string, ...received: unknown[]]> = {
  schedule: [A_RATE, 'hourly', '4 minutes', '25 hours', '1.5 hours', 60, ['1 hour']],
  quietSchedule: [
    'a rate in whole minutes or hours, from the schedule (60 minutes) to 24 hours',
    ...['daily', '59 minutes', '25 hours', 24],
  ],
  regions: [`"all", or ${REGIONS}`, 'Frankfurt', '', [], 'eu-west-1,eu-west-1', 'all,eu-west-1', ['all']],
  excludeRegions: [REGIONS, 'all', '', ['eu-west-1', 3]],
  organizationId: ['the id of an organization', 'o-1', 'r-ab12', '', true],
  includeAccounts: [ACCOUNTS, '1111-2222-3333', '', '111122223333,111122223333', 111122223333],
  excludeAccounts: [ACCOUNTS, 'Sandbox', ''],
  excludeOrganizationalUnits: ['ids of different organizational units', 'Sandbox', 'r-ab12', ''],
  memberRoleName: ['the name of a role without its path', 'path/reader', '', 'r'.repeat(65)],
  deployMemberRoles: ['ids of the root or of different', 'root', '111122223333', ''],
  deployMemberRolesAs: ['"SELF" (in the management account) or "DELEGATED_ADMIN"', 'self', ''],
  retentionDays: ['a whole number of days from 31 to 36500', '30', '36501', 31.5, '', ' ', 'forever'],
  alarmEmail: ['an e-mail address', 'oncall', '', true],
  alarmWarmUp: ['true or false', 'no', 1],
  topicArn: ['the ARN of an SNS topic', 'alarms', '', 'arn:aws:sqs:eu-west-1:111122223333:alarms'],
  keyArn: ['the ARN of a KMS key', 'key', 'arn:aws:kms:eu-west-1:111122223333:alias/archive'],
  breakGlassPrincipals: [
    'different ARNs of IAM roles or users',
    'arn:aws:iam::111122223333:root',
    'arn:aws:iam::111122223333:role/*',
    'arn:aws:iam::*:role/admin',
    'arn:aws:sts::111122223333:assumed-role/admin/me',
    '*',
  ],
  backupRetentionDays: [BACKUP_DAYS, '34', '0', 'none', '', true],
  evidence: ['true or false', 'yes', '', 1],
  evidenceRetentionDays: ['a whole number of days from 1 to 36500', 0, 36_501, 1.5, 'ever', ''],
  logRetentionDays: ['one of the numbers of days that CloudWatch Logs takes: 1, 3, 5,', '2', '366'],
  removalPolicy: ['"retain" or "destroy"', 'snapshot', true],
  vpcId: ['the id of a VPC', 'default'],
  vpcEndpoints: ['true or false', 'no', 1],
}

test.each(
  Object.entries(REFUSED).flatMap(([key, [expected, ...received]]) =>
    received.map((value) => [key, value, expected] as const),
  ),
)('context refuses %s = %j and shows it as it was given', (key, value, expected) => {
  expect(() => inContext({ [key]: value })).toThrow(
    `context ${key}: received ${JSON.stringify(value)}, expected ${expected}`,
  )
})

test.each<[Key, unknown, unknown]>([
  ['schedule', '5 minutes', Duration.minutes(5)],
  ['schedule', '1 hour', Duration.hours(1)],
  ['schedule', '24 hours', Duration.hours(24)],
  ['regions', 'ap-southeast-2,us-gov-west-1', ['ap-southeast-2', 'us-gov-west-1']],
  ['regions', ['eu-west-1'], ['eu-west-1']],
  ['regions', 'all', 'all'],
  ['excludeRegions', 'us-west-1', ['us-west-1']],
  ['quietSchedule', '1 hour', Duration.hours(1)],
  ['organizationId', organizationId, organizationId],
  ['retentionDays', '31', 31],
  ['retentionDays', 31, 31],
  ['retentionDays', 'off', false],
  ['alarmEmail', 'on.call@example.com', 'on.call@example.com'],
  ['alarmWarmUp', 'false', false],
  ['topicArn', 'arn:aws-cn:sns:cn-north-1:111122223333:a', 'arn:aws-cn:sns:cn-north-1:111122223333:a'],
  ['breakGlassPrincipals', SSO_ROLE, [SSO_ROLE]],
  ['backupRetentionDays', 'off', false],
  ['backupRetentionDays', '35', 35],
  ['logRetentionDays', '3653', 3653],
  ['removalPolicy', 'destroy', RemovalPolicy.DESTROY],
  ['vpcId', VPC_ID, VPC_ID],
])('context takes %s = %j, and sets no other prop', (key, value, prop) => {
  expect(inContext({ [key]: value })).toEqual({ [key]: prop })
})

test.each<[Key, string, unknown]>([
  ['includeAccounts', '111122223333,444455556666', ['111122223333', '444455556666']],
  ['excludeAccounts', '111122223333', ['111122223333']],
  ['excludeOrganizationalUnits', 'ou-ab12-11111111', ['ou-ab12-11111111']],
  ['memberRoleName', 'history-reader', 'history-reader'],
  ['deployMemberRoles', 'r-ab12,ou-ab12-11111111', ['r-ab12', 'ou-ab12-11111111']],
])('context takes %s = %j beside organizationId', (key, value, prop) => {
  expect(inContext({ organizationId, [key]: value })).toEqual({ organizationId, [key]: prop })
})

test.each([true, false])('context takes vpcEndpoints "%s" beside vpcId', (vpcEndpoints) => {
  const context = { vpcId: VPC_ID, vpcEndpoints: String(vpcEndpoints) }
  expect(inContext(context)).toEqual({ vpcId: VPC_ID, vpcEndpoints })
})

test('the stack is for the account and region of the CDK command line only if a VPC has to be looked up', () => {
  const ofCommandLine = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'us-east-1' }
  const env = { account: '111122223333', region: 'us-east-1' }
  expect(inContext({ vpcId: VPC_ID }, ofCommandLine)).toEqual({ vpcId: VPC_ID, env })
  expect(inContext({ vpcId: VPC_ID }, { CDK_DEFAULT_REGION: 'us-east-1' })).toEqual({ vpcId: VPC_ID })
  expect(inContext({}, ofCommandLine)).toEqual({})
})
