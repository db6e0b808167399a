import { readConfig } from '../../lambda/config'

const ENVIRONMENT = {
  SESSION_ARCHIVE_SESSIONS_TABLE: 'Sessions',
  SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'archiver',
}

test('the configuration is read from the environment', () => {
  const options = { SESSION_ARCHIVE_RETENTION_DAYS: '31', SESSION_ARCHIVE_REGIONS: 'us-east-1,eu-west-1' }
  expect(readConfig({ ...ENVIRONMENT, ...options })).toEqual({
    sessionsTable: 'Sessions',
    sweepsTable: 'Sweeps',
    retentionDays: 31,
    region: 'eu-west-1',
    regions: ['us-east-1', 'eu-west-1'],
    functionName: 'archiver',
  })
})

test.each(Object.keys(ENVIRONMENT))('an error names the variable %s if it is missing', (name) => {
  expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(`${name}: received none, expected`)
  expect(() => readConfig({ ...ENVIRONMENT, [name]: '' })).toThrow(`${name}: received "", expected`)
})

test('only the function’s own region is swept if none are named', () => {
  expect(readConfig(ENVIRONMENT).regions).toEqual(['eu-west-1'])
})

test.each(['', 'Ireland', 'eu-west-1, us-east-1'])('the regions %j are refused', (regions) => {
  expect(() => readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_REGIONS: regions })).toThrow(
    `SESSION_ARCHIVE_REGIONS: received ${JSON.stringify(regions)}, expected regions such as`,
  )
})

test.each(['30', '31.5', '', 'a year'])('a retention of %j days is refused', (days) => {
  expect(() => readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_RETENTION_DAYS: days })).toThrow(
    `SESSION_ARCHIVE_RETENTION_DAYS: received ${JSON.stringify(days)}, expected a whole number of days, 31 or more`,
  )
})
