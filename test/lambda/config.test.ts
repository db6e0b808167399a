import { readConfig, readEvent } from '../../lambda/config'

const ENVIRONMENT = {
  SESSION_ARCHIVE_SESSIONS_TABLE: 'Sessions',
  SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'archiver',
}
const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:archiver'

describe('readConfig', () => {
  test('reads everything once', () => {
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

  test.each(Object.keys(ENVIRONMENT))('names %s where it is missing', (name) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(
      `${name}: received none, expected`,
    )
    expect(() => readConfig({ ...ENVIRONMENT, [name]: '' })).toThrow(`${name}: received "", expected`)
  })

  test('its own region is all, where no others are named', () => {
    expect(readConfig(ENVIRONMENT).regions).toEqual(['eu-west-1'])
  })

  test.each(['', 'Ireland', 'eu-west-1, us-east-1'])('refuses the regions %j', (regions) => {
    expect(() => readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_REGIONS: regions })).toThrow(
      `SESSION_ARCHIVE_REGIONS: received ${JSON.stringify(regions)}, expected regions such as`,
    )
  })

  test.each(['30', '31.5', '', 'a year'])('refuses %j days of retention', (days) => {
    expect(() => readConfig({ ...ENVIRONMENT, SESSION_ARCHIVE_RETENTION_DAYS: days })).toThrow(
      `SESSION_ARCHIVE_RETENTION_DAYS: received ${JSON.stringify(days)}, expected a whole number of days, 31 or more`,
    )
  })
})

describe('readEvent', () => {
  test('the source is of the region asked for, in the account of the function', () => {
    expect(readEvent({}, ARN, 'eu-west-1')).toEqual({
      source: { accountId: '111122223333', region: 'eu-west-1' },
      full: false,
    })
    expect(readEvent({ region: 'us-gov-west-1', sweep: 'full' }, ARN, 'eu-west-1')).toEqual({
      source: { accountId: '111122223333', region: 'us-gov-west-1' },
      full: true,
    })
  })
})
