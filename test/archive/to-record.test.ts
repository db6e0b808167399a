import { createHash } from 'node:crypto'
import type { Session } from '../../archive/record'
import { type Stored, toRecord } from '../../archive/to-record'
import { expectedMembers, membersOf } from '../support/expected-record'
import { observe } from '../support/observe'
import { ODD_SESSIONS } from '../support/odd-sessions'

const START = 1582068633.188
const DAY = 86_400

const ended = (session: Session) => observe({ SessionId: 's', ...session })
const record = (session: Session) => toRecord(ended(session))
const active = (session: Session) => toRecord(observe({ SessionId: 's', ...session }, 0, 'Active'))

test('the record of an ended session has its members, its dates as text, and what the archive adds', () => {
  const session = {
    SessionId: 'Mary-Major-0ab177d470EXAMPLE',
    Target: 'i-07782c72faEXAMPLE',
    Status: 'Terminated',
    StartDate: 1582068633.188,
    EndDate: 1582069847.807,
    Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
    Details: '',
    OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log', CloudWatchOutputUrl: '' },
  }
  const canonical =
    '{"session":{"EndDate":"2020-02-18T23:50:47.807Z","OutputUrl":{"S3OutputUrl":"https://example.com/Mary.log"},"Owner":"arn:aws:iam::111122223333:user/Mary-Major","SessionId":"Mary-Major-0ab177d470EXAMPLE","StartDate":"2020-02-18T23:30:33.188Z","Status":"Terminated","Target":"i-07782c72faEXAMPLE"},"state":"History"}'
  expect(record(session)).toEqual({
    SessionId: 'Mary-Major-0ab177d470EXAMPLE',
    Target: 'i-07782c72faEXAMPLE',
    Status: 'Terminated',
    StartDate: '2020-02-18T23:30:33.188Z',
    EndDate: '2020-02-18T23:50:47.807Z',
    Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
    OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log' },
    AccountId: '111122223333',
    Region: 'us-east-1',
    OwnerName: 'Mary-Major',
    StartDay: '2020-02-18',
    DurationSeconds: 1214.619,
    State: 'History',
    FirstArchivedAt: '2026-03-01T12:00:01.000Z',
    ObservedAt: '2026-03-01T12:00:01.000Z',
    SweepId: 'sweep-0',
    Revision: 1,
    ContentHash: createHash('sha256').update(canonical).digest('hex'),
    SchemaVersion: 1,
  })
})

test('the record of a session with nothing but a SessionId has no attribute without a value', () => {
  expect(Object.keys(record({})).sort()).toEqual(
    ['SessionId', 'AccountId', 'Region', 'State', 'FirstArchivedAt', 'ObservedAt', 'SweepId', 'Revision']
      .concat('ContentHash', 'SchemaVersion')
      .sort(),
  )
})

test.each(ODD_SESSIONS.map((session) => [session.SessionId, session] as const))(
  'the odd session %s is recorded with all its members, whichever list it is in',
  (_id, session) => {
    expect(membersOf(record(session))).toEqual(expectedMembers(session))
    expect(membersOf(active(session))).toEqual(expectedMembers(session))
  },
)

test.each([
  ['arn:aws:iam::111122223333:user/Mary-Major', 'Mary-Major'],
  ['arn:aws:iam::111122223333:user/division/team/Mary-Major', 'Mary-Major'],
  ['arn:aws:sts::111122223333:assumed-role/Admin/mary@example.com', 'mary@example.com'],
  ['arn:aws:sts::111122223333:assumed-role/Admin/botocore-session-17', 'botocore-session-17'],
  ['arn:aws:iam::111122223333:root', 'root'],
  ['Mary Major', 'Mary Major'],
  ['arn:aws:iam::111122223333:user/', 'user'],
  ['/:/', '/:/'],
])('the name of the owner %s is %s', (Owner, OwnerName) => {
  expect(record({ Owner })).toMatchObject({ Owner, OwnerName })
})

test('an owner that is no text, as AWS may send one day, is kept and has no name', () => {
  expect(record({ Owner: ['a', 'b'] })).toMatchObject({ Owner: ['a', 'b'] })
  expect(record({ Owner: ['a', 'b'] })).not.toHaveProperty('OwnerName')
})

test('only what is empty counts as absent, and within a list nothing does', () => {
  const Novelty = { Deep: [1, { Down: '' }, [], null], Empty: '', Gone: { Deeper: {} } }
  const members = { Novelty, Flag: false, Zero: 0, Nothing: null, None: {}, Text: '' }
  expect(membersOf(record(members))).toEqual({
    SessionId: 's',
    Novelty: { Deep: Novelty.Deep },
    Flag: false,
    Zero: 0,
  })
})

test("a member with the name of one of the archive's own attributes is kept under another name", () => {
  const kept = { 'Service.Region': 'Mars', 'Service.Revision': 'B' }
  expect(record({ Region: 'Mars', Revision: 'B' })).toMatchObject({
    ...kept,
    Region: 'us-east-1',
    Revision: 1,
  })
})

test('an open session is in the index of open sessions, an ended one is not', () => {
  expect(active({})).toMatchObject({ State: 'Active', OpenSource: '111122223333/us-east-1' })
  expect(record({})).not.toHaveProperty('OpenSource')
})

test('a session with one date only has no duration', () => {
  expect(record({ StartDate: START })).not.toHaveProperty('DurationSeconds')
  expect(record({ EndDate: START })).not.toHaveProperty('DurationSeconds')
})

test('the day of a session is that of its start, in UTC', () => {
  expect(record({ StartDate: Date.parse('2026-11-24T23:59:59.999Z') / 1000 })).toMatchObject({
    StartDay: '2026-11-24',
  })
})

test.each<[string, string, Session]>([
  ['a day', 'is', { EndDate: START + DAY }],
  ['a millisecond less than a day', 'is not', { EndDate: START + DAY - 0.001 }],
  ['an unknown time, and was seen as ended days later,', 'is', {}],
])('an ended session that lasted %s %s in the index of long sessions', (_time, is, end) => {
  const { LongSource } = record({ StartDate: START, ...end })
  expect(LongSource).toBe(is === 'is' ? '111122223333/us-east-1' : undefined)
  expect(active({ StartDate: START, ...end })).not.toHaveProperty('LongSource')
})

test('a session that was first seen as ended soon after its start is not long, whatever its end', () => {
  expect(record({ StartDate: Date.parse('2026-02-28T12:00:02Z') / 1000 })).not.toHaveProperty('LongSource')
  expect(record({ StartDate: Date.parse('2026-02-28T12:00:01Z') / 1000 })).toHaveProperty('LongSource')
  expect(record({})).not.toHaveProperty('LongSource')
})

describe('records of stored sessions', () => {
  const stored = (): Stored => ({
    ...active({ StartDate: START }),
    FirstArchivedAt: '2020-02-19T00:00:00.000Z',
    Revision: 7,
  })

  test('the record of a stored session keeps its first time, counts on, and is completed with its dates', () => {
    const end = ended({ EndDate: START + 2 * DAY })
    expect(toRecord(end, stored())).toMatchObject({
      Revision: 8,
      FirstArchivedAt: '2020-02-19T00:00:00.000Z',
      ObservedAt: '2026-03-01T12:00:01.000Z',
      DurationSeconds: 2 * DAY,
      LongSource: '111122223333/us-east-1',
    })
    expect(toRecord(end, stored())).not.toHaveProperty('StartDate')
  })

  test('observed dates count before stored ones', () => {
    const withEnd = { ...stored(), EndDate: record({ EndDate: START + 60 }).EndDate }
    expect(toRecord(ended({}), withEnd, 400)).toMatchObject({
      DurationSeconds: 60,
      ExpiresAt: Math.ceil(START + 60) + 400 * DAY,
    })
    expect(toRecord(ended({ StartDate: START + 1, EndDate: START + 3 }), withEnd, 400)).toMatchObject({
      DurationSeconds: 2,
      ExpiresAt: Math.ceil(START + 3) + 400 * DAY,
    })
  })
})

test('a record expires the given days after its end, or after it was seen if it has none', () => {
  const expiry = (session: Session) => toRecord(ended(session), undefined, 31).ExpiresAt
  expect(expiry({ EndDate: 1582069847.001 })).toBe(1582069848 + 31 * DAY)
  expect(expiry({})).toBe(Date.parse('2026-03-01T12:00:01Z') / 1000 + 31 * DAY)
  expect(record({})).not.toHaveProperty('ExpiresAt')
})

test('sessions with different contents or states have different hashes', () => {
  const changes = [{}, { Reason: 'a' }, { Details: 'a' }, { StartDate: 0.001 }, { EndDate: 0.001 }]
  const urls = [
    { OutputUrl: { S3OutputUrl: 'a' } },
    { OutputUrl: { CloudWatchOutputUrl: 'a' } },
    { N: [1, 2] },
  ]
  const records = [...changes, ...urls, { N: [2, 1] }, { Zero: 0 }].map((session) => record(session))
  const hashes = [...records, active({})].map(({ ContentHash }) => ContentHash)
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('the hash does not depend on when the session is seen, nor on the order of its members', () => {
  const one = record({ Reason: 'a', OutputUrl: { S3OutputUrl: 'x', CloudWatchOutputUrl: 'y' } })
  const reordered = { OutputUrl: { CloudWatchOutputUrl: 'y', S3OutputUrl: 'x' }, Reason: 'a', SessionId: 's' }
  const other = toRecord(observe({ ...reordered, Details: '' }, 3600))
  expect(other.ContentHash).toBe(one.ContentHash)
})

test('a SessionId of exactly 2,048 bytes is stored', () => {
  expect(record({ SessionId: 'ü'.repeat(1024) })).toMatchObject({ SessionId: 'ü'.repeat(1024) })
})

test.each([
  ['no SessionId', { SessionId: undefined }, 'SessionId: received none, expected a string'],
  ['an empty SessionId', { SessionId: '' }, 'SessionId: received none, expected a string'],
  ['a number as SessionId', { SessionId: 7 }, 'SessionId: received 7, expected a string'],
  ['a long SessionId', { SessionId: `${'ü'.repeat(1024)}a` }, 'received 2049 bytes, expected at most 2048'],
  ['a StartDate of text', { StartDate: '5' }, 'StartDate: received "5", expected epoch seconds'],
  ['an EndDate out of bounds', { EndDate: 1e30 }, 'EndDate: received 1e+30, expected epoch seconds'],
])('a session with %s is refused', (_what, session, message) => {
  expect(() => record(session)).toThrow(message)
})
