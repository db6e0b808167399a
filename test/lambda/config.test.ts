import { readConfig } from '../../lambda/config'

const ENVIRONMENT = {
  SESSION_ARCHIVE_SESSIONS_TABLE: 'Sessions',
  SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'archiver',
}

test('the configuration is read from the environment', () => {
  const options = {
    SESSION_ARCHIVE_RETENTION_DAYS: '31',
    SESSION_ARCHIVE_REGIONS: 'us-east-1,eu-west-1',
    SESSION_ARCHIVE_SCHEDULE_MINUTES: '30',
    SESSION_ARCHIVE_QUIET_SCHEDULE_MINUTES: '720',
    SESSION_ARCHIVE_ORGANIZATION_ID: 'o-abcdefghij',
    SESSION_ARCHIVE_INCLUDE_ACCOUNTS: '111122223333,444455556666',
    SESSION_ARCHIVE_EXCLUDE_ACCOUNTS: '777788889999',
    SESSION_ARCHIVE_EXCLUDE_ORGANIZATIONAL_UNITS: 'ou-ab12-11111111',
    SESSION_ARCHIVE_MEMBER_ROLE_NAME: 'reader',
    SESSION_ARCHIVE_QUEUE_URL: 'https://sqs/queue',
  }
  expect(readConfig({ ...ENVIRONMENT, ...options })).toEqual({
    sessionsTable: 'Sessions',
    sweepsTable: 'Sweeps',
    retentionDays: 31,
    region: 'eu-west-1',
    scope: {
      regions: ['us-east-1', 'eu-west-1'],
      excludeRegions: [],
      organizationId: 'o-abcdefghij',
      includeAccounts: ['111122223333', '444455556666'],
      excludeAccounts: ['777788889999'],
      excludeOrganizationalUnits: ['ou-ab12-11111111'],
    },
    cadence: { scheduleMs: 30 * 60_000, quietMs: 12 * 3_600_000 },
    memberRoleName: 'reader',
    queueUrl: 'https://sqs/queue',
    functionName: 'archiver',
  })
})

test.each(Object.keys(ENVIRONMENT))('an error names the variable %s if it is missing', (name) => {
  expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(`${name}: received none, expected`)
  expect(() => readConfig({ ...ENVIRONMENT, [name]: '' })).toThrow(`${name}: received "", expected`)
})

test('every region is swept, every hour, in the own account, if nothing else is said', () => {
  const excluded = { excludeRegions: ['eu-west-1'], excludeAccounts: [], excludeOrganizationalUnits: [] }
  expect(readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_EXCLUDE_REGIONS: 'eu-west-1' })).toMatchObject({
    scope: { regions: 'all', organizationId: undefined, includeAccounts: undefined, ...excluded },
    cadence: { scheduleMs: 3_600_000, quietMs: 24 * 3_600_000 },
  })
})

test.each([
  ['REGIONS', 'Ireland', 'regions such as "eu-west-1,us-east-1"'],
  ['REGIONS', 'eu-west-1, us-east-1', 'regions such as "eu-west-1,us-east-1"'],
  ['SCHEDULE_MINUTES', 'hourly', 'a whole number of minutes, 1 or more'],
  ['ORGANIZATION_ID', 'acme', 'an organization such as "o-abcdefghij"'],
  ['EXCLUDE_ACCOUNTS', '12', 'accounts'],
])('the variable %s is refused if it holds %j', (name, value, expected) => {
  const variable = `SESSION_ARCHIVE_${name}`
  const message = `${variable}: received ${JSON.stringify(value)}, expected ${expected}`
  expect(() => readConfig({ ...ENVIRONMENT, [variable]: value })).toThrow(message)
})

test.each(['30', '31.5', 'a year'])('a retention of %j days is refused', (days) => {
  expect(() => readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_RETENTION_DAYS: days })).toThrow(
    `SESSION_ARCHIVE_RETENTION_DAYS: received ${JSON.stringify(days)}, expected a whole number of days, 31 or more`,
  )
})
