import { type Observation, toRecord } from '../../archive/to-record'

describe('toRecord', () => {
  const record = (session: object, change: Partial<Observation> = {}) =>
    toRecord({
      session: { SessionId: 's', ...session },
      state: 'History',
      source: { accountId: '111122223333', region: 'us-east-1' },
      sweepId: 'sweep',
      seenFrom: '1970-01-01T00:00:00.000Z',
      seenUntil: '1970-01-01T00:00:01.000Z',
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

  test('members that nobody knows yet are kept, under their own names, and are part of the hash', () => {
    const novel = { Novelty: { Deep: [1, { Down: '' }], Empty: '' }, Flag: false, Zero: 0 }

    expect(record(novel)).toMatchObject({ Novelty: { Deep: [1, { Down: '' }] }, Flag: false, Zero: 0 })
    expect(record(novel).ContentHash).not.toBe(record({ ...novel, Zero: 1 }).ContentHash)
  })

  test("a new member of a name that is the archive's own damages nothing", () => {
    expect(record({ Region: 'Mars', Revision: 'B' })).toMatchObject({
      Region: 'us-east-1',
      'Service.Region': 'Mars',
      'Service.Revision': 'B',
    })
  })

  test('an open session is in the index of open sessions, an ended one is not', () => {
    expect(record({}, { state: 'Active' })).toMatchObject({ OpenSource: '111122223333/us-east-1' })
    expect(record({})).not.toHaveProperty('OpenSource')
  })

  test('the day is of the start, in UTC', () => {
    expect(record({ StartDate: Date.parse('2026-11-24T23:59:59.999Z') / 1000 })).toMatchObject({
      StartDay: '2026-11-24',
    })
  })

  test('the hash tells contents apart, and states', () => {
    const hashes = [
      record({}),
      record({ Reason: 'a' }),
      record({ Details: 'a' }),
      record({ StartDate: 0.001 }),
      record({ EndDate: 0.001 }),
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
      { sweepId: 'another', seenFrom: '1970-01-01T00:00:00.001Z', seenUntil: '1970-01-01T00:00:00.002Z' },
    )

    expect(other.ContentHash).toBe(one.ContentHash)
  })

  test.each([
    [{ SessionId: undefined }, 'SessionId: received none, expected a string'],
    [{ SessionId: '' }, 'SessionId: received none, expected a string'],
    [{ SessionId: 7 }, 'SessionId: received 7, expected a string'],
    [{ SessionId: 'ü'.repeat(1025) }, 'SessionId: received 2050 bytes, expected at most 2048'],
    [{ StartDate: 'yesterday' }, 'StartDate: received "yesterday", expected epoch seconds'],
    [{ EndDate: 1e30 }, 'EndDate: received 1e+30, expected epoch seconds'],
  ])('refuses %j', (session, message) => {
    expect(() => record(session)).toThrow(message)
  })
})
