import { type Observation, toRecord } from '../../archive/record'

describe('toRecord', () => {
  const record = (session: object, change: Partial<Observation> = {}) =>
    toRecord({
      session: { SessionId: 's', ...session },
      state: 'History',
      source: { accountId: '111122223333', region: 'us-east-1' },
      observedAt: new Date(0),
      ...change,
    })

  test.each([
    ['arn:aws:iam::111122223333:user/Mary-Major', 'Mary-Major'],
    ['arn:aws:iam::111122223333:user/division/team/Mary-Major', 'Mary-Major'],
    ['arn:aws:sts::111122223333:assumed-role/Admin/mary@example.com', 'mary@example.com'],
    [
      'arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-1700000000',
      'botocore-session-1700000000',
    ],
    ['arn:aws:iam::111122223333:root', 'root'],
    ['Mary Major', 'Mary Major'],
    ['arn:aws:iam::111122223333:user/', 'user'],
    ['/:/', '/:/'],
  ])('the person in %s is %s', (Owner, OwnerName) => {
    expect(record({ Owner })).toMatchObject({ Owner, OwnerName })
  })

  test('the day is of the start, in UTC', () => {
    expect(record({ StartDate: new Date('2026-11-24T23:59:59.999Z') })).toMatchObject({
      StartDay: '2026-11-24',
    })
  })

  test('the hash tells contents apart, and states', () => {
    const hashes = [
      record({}),
      record({ Reason: 'a' }),
      record({ Details: 'a' }),
      record({ StartDate: new Date(1) }),
      record({ EndDate: new Date(1) }),
      record({ OutputUrl: { S3OutputUrl: 'a' } }),
      record({ OutputUrl: { CloudWatchOutputUrl: 'a' } }),
      record({}, { state: 'Active' }),
    ].map(({ ContentHash }) => ContentHash)

    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('the hash does not depend on when, where or in which order', () => {
    const one = record({ Reason: 'a', OutputUrl: { S3OutputUrl: 'x', CloudWatchOutputUrl: 'y' } })
    const other = record(
      { OutputUrl: { CloudWatchOutputUrl: 'y', S3OutputUrl: 'x' }, Reason: 'a', Details: '' },
      { observedAt: new Date(1) },
    )

    expect(other.ContentHash).toBe(one.ContentHash)
  })

  test.each([
    [{ SessionId: undefined }, 'SessionId: received none, expected a string'],
    [{ SessionId: '' }, 'SessionId: received none, expected a string'],
    [{ SessionId: 7 }, 'SessionId: received 7, expected a string'],
    [{ SessionId: 'ü'.repeat(1025) }, 'SessionId: received 2050 bytes, expected at most 2048'],
    [{ StartDate: new Date(Number.NaN) }, 'StartDate: received Invalid Date, expected a date'],
  ])('refuses %j', (session, message) => {
    expect(() => record(session)).toThrow(message)
  })
})
