import { createHash } from 'node:crypto'
import type { Session } from '../../archive/record'
import { type Stored, toRecord } from '../../archive/to-record'
import { expectedMembers, membersOf } from '../support/expected-record'
import { observe } from '../support/observe'
import { ODD_SESSIONS } from '../support/odd-sessions'

const START = 1582068633.188
const DAY = 86_400
const SOURCE = '111122223333/us-east-1'
const DAY_BEFORE_SEEN = Date.parse('2026-02-28T12:00:01Z') / 1000
const LATE_IN_THE_DAY = Date.parse('2026-11-24T23:59:59.999Z') / 1000

const ended = (session: Session) => observe({ SessionId: 's', ...session })
const record = (session: Session) => toRecord(ended(session))
const active = (session: Session) => toRecord(observe({ SessionId: 's', ...session }, 0, 'Active'))

test('the record of an ended session has its members, its dates as text, and what the archive adds', () => {
  const members = {
    SessionId: 'Mary-Major-0ab177d470EXAMPLE',
    Target: 'i-07782c72faEXAMPLE',
    Status: 'Terminated',
    Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
    OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log' },
  }
  const canonical =
    '{"session":{"EndDate":"2020-02-18T23:50:47.807Z","OutputUrl":{"S3OutputUrl":"https://example.com/Mary.log"},"Owner":"arn:aws:iam::111122223333:user/Mary-Major","SessionId":"Mary-Major-0ab177d470EXAMPLE","StartDate":"2020-02-18T23:30:33.188Z","Status":"Terminated","Target":"i-07782c72faEXAMPLE"},"state":"History"}'
  expect(record({ ...members, StartDate: START, EndDate: 1582069847.807 })).toEqual({
    ...members,
    StartDate: '2020-02-18T23:30:33.188Z',
    EndDate: '2020-02-18T23:50:47.807Z',
    AccountId: '111122223333',
    Region: 'us-east-1',
    OwnerName: 'Mary-Major',
    OwnerKey: 'mary-major',
    StartDay: '2020-02-18',
    DurationSeconds: 1214.619,
    State: 'History',
    FirstArchivedAt: '2026-03-01T12:00:01.000Z',
    ObservedAt: '2026-03-01T12:00:01.000Z',
    SweepId: 'sweep-0',
    Revision: 1,
    Salt: expect.stringMatching(/^[0-9a-f]{32}$/),
    ContentHash: createHash('sha256').update(canonical).digest('hex'),
    SchemaVersion: 1,
  })
})

test('the record of a session with nothing but a SessionId has no attribute without a value', () => {
  const where = ['AccountId', 'ContentHash', 'FirstArchivedAt', 'ObservedAt', 'Region', 'Revision']
  const expected = [...where, 'Salt', 'SchemaVersion', 'SessionId', 'State', 'SweepId']
  expect(Object.keys(record({})).sort()).toEqual(expected)
})

test.each(ODD_SESSIONS.map((session) => [session.SessionId, session] as const))(
  'the odd session %s is recorded with all its members, whichever list it is in',
  (_id, session) => {
    expect(membersOf(record(session))).toEqual(expectedMembers(session))
    expect(membersOf(active(session))).toEqual(expectedMembers(session))
  },
)

test.each<[string, string | undefined, string]>([
  ['Mary-Major', undefined, 'arn:aws:iam::111122223333:user/Mary-Major'],
  ['Mary-Major', undefined, 'aws:iam::111122223333:user/division/team/Mary-Major'],
  ['Mary@example.com', 'Admin', 'arn:aws-cn:sts::111122223333:assumed-role/Admin/Mary@example.com'],
  ['botocore-session-17', 'Admin', 'aws:sts::111122223333:assumed-role/Admin/botocore-session-17'],
  ['gntd-1', undefined, 'arn:aws:sts::111122223333:federated-user/gntd-1'],
  ['root', undefined, 'arn:aws:iam::111122223333:root'],
  ['Mary Major', undefined, 'Mary Major'],
  ['user', undefined, 'arn:aws:iam::111122223333:user/'],
  ['/:/', undefined, '/:/'],
])('the name %s and the role %s are those of the owner %s', (OwnerName, RoleName, Owner) => {
  const { OwnerKey, ...others } = record({ Owner })
  expect({ RoleName: undefined, ...others }).toMatchObject({ Owner, OwnerName, RoleName })
  expect(OwnerKey).toBe(OwnerName.toLowerCase())
})

test('only what is empty counts as absent, and within a list nothing does', () => {
  const Novelty = { Deep: [1, { Down: '' }, [], null], Empty: '', Gone: { Deeper: {} } }
  const kept = { SessionId: 's', Flag: false, Zero: 0 }
  const members = membersOf(record({ ...kept, Novelty, Nothing: null, None: {}, Text: '' }))
  expect(members).toEqual({ ...kept, Novelty: { Deep: Novelty.Deep } })
})

const almostADay = { StartDate: START, EndDate: START + DAY - 0.001 }
test.each<[string, Session, string, unknown]>([
  ['an owner that is no text has no name', { Owner: ['a'] }, 'OwnerKey', undefined],
  ['an owner that is no text is kept', { Owner: ['a'] }, 'Owner', ['a']],
  ['a member named as an own attribute does not replace it', { Region: 'Mars' }, 'Region', 'us-east-1'],
  ['a member named as an own attribute is kept', { Region: 'Mars' }, 'Service.Region', 'Mars'],
  ['an ended session is in no index of open ones', {}, 'OpenSource', undefined],
  ['a session without an end has no duration', { StartDate: START }, 'DurationSeconds', undefined],
  ['a session without a start has no duration', { EndDate: START }, 'DurationSeconds', undefined],
  ['the day of a session is in UTC', { StartDate: LATE_IN_THE_DAY }, 'StartDay', '2026-11-24'],
  ['a session of a day is long', { StartDate: START, EndDate: START + DAY }, 'LongSource', SOURCE],
  ['a session of less than a day is not long', almostADay, 'LongSource', undefined],
  ['a session seen as ended after a day may be long', { StartDate: DAY_BEFORE_SEEN }, 'LongSource', SOURCE],
  ['a session seen as ended earlier is not', { StartDate: DAY_BEFORE_SEEN + 1 }, 'LongSource', undefined],
  ['a session without a start is not long', {}, 'LongSource', undefined],
  ['without a retention no record expires', {}, 'ExpiresAt', undefined],
  ['a SessionId of 2,048 bytes is stored', { SessionId: 'ü'.repeat(1024) }, 'SessionId', 'ü'.repeat(1024)],
])('%s', (_what, session, name, value) => {
  expect(record(session)[name]).toEqual(value)
})

test('an open session is in the index of open sessions, and not yet in that of long ones', () => {
  const open = active({ StartDate: START, EndDate: START + DAY })
  expect(open).toMatchObject({ State: 'Active', OpenSource: SOURCE })
  expect(open).not.toHaveProperty('LongSource')
})

describe('records of stored sessions', () => {
  const FirstArchivedAt = '2020-02-19T00:00:00.000Z'
  const stored = (): Stored => ({ ...active({ StartDate: START }), FirstArchivedAt, Revision: 7 })

  test('the record of a stored session keeps its first time, counts on, and is completed with its dates', () => {
    const { StartDate, ...now } = toRecord(ended({ EndDate: START + 2 * DAY }), stored())
    expect(now).toMatchObject({ Revision: 8, FirstArchivedAt, DurationSeconds: 2 * DAY, LongSource: SOURCE })
    expect(now.ObservedAt).toBe('2026-03-01T12:00:01.000Z')
    expect(StartDate).toBeUndefined()
  })

  test('observed dates count before stored ones', () => {
    const expiry = (end: number) => Math.ceil(end) + 400 * DAY
    const before = { ...stored(), EndDate: record({ EndDate: START + 60 }).EndDate }
    const undated = toRecord(ended({}), before, 400)
    expect(undated).toMatchObject({ DurationSeconds: 60, ExpiresAt: expiry(START + 60) })
    const dated = toRecord(ended({ StartDate: START + 1, EndDate: START + 3 }), before, 400)
    expect(dated).toMatchObject({ DurationSeconds: 2, ExpiresAt: expiry(START + 3) })
  })
})

test('a record expires the given days after its end, or after it was seen if it has none', () => {
  const expiry = (session: Session) => toRecord(ended(session), undefined, 31).ExpiresAt
  expect(expiry({ EndDate: 1582069847.001 })).toBe(1582069848 + 31 * DAY)
  expect(expiry({})).toBe(DAY_BEFORE_SEEN + 32 * DAY)
})

test('sessions with different contents or states have different hashes', () => {
  const texts = [{}, { Reason: 'a' }, { Details: 'a' }, { StartDate: 0.001 }, { EndDate: 0.001 }]
  const urls = [{ OutputUrl: { S3OutputUrl: 'a' } }, { OutputUrl: { CloudWatchOutputUrl: 'a' } }]
  const records = [...texts, ...urls, { N: [1, 2] }, { N: [2, 1] }, { Zero: 0 }].map(record)
  const hashes = [...records, active({})].map(({ ContentHash }) => ContentHash)
  expect(new Set(hashes).size).toBe(11)
})

test('the hash does not depend on when the session is seen, nor on the order of its members', () => {
  const one = record({ Reason: 'a', OutputUrl: { S3OutputUrl: 'x', CloudWatchOutputUrl: 'y' } })
  const reordered = { OutputUrl: { CloudWatchOutputUrl: 'y', S3OutputUrl: 'x' }, Reason: 'a', SessionId: 's' }
  expect(toRecord(observe({ ...reordered, Details: '' }, 3600)).ContentHash).toBe(one.ContentHash)
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
