import type { SessionRecord } from '../../archive/record'
import { answers, type Question } from '../../audit/question'

const NOW = new Date('2026-03-31T12:00:00.000Z')
const at = (time: string) => `2026-03-31T${time}.000Z`

/** Sessions that started at 10:00. */
const SESSIONS = {
  'that ended at 11:00': { State: 'History', EndDate: at('11:00:00'), ObservedAt: at('11:30:00') },
  'seen as ended at 11:30, without an end': { State: 'History', ObservedAt: at('11:30:00') },
  'that is open': { State: 'Active', OpenSource: 'a/r', ObservedAt: at('10:01:00') },
  'missing since 11:00, last known active at 10:45': {
    State: 'Active',
    OpenSource: 'a/r',
    ObservedAt: at('10:01:00'),
    MissingSince: at('11:00:00'),
    LastKnownActiveAt: at('10:45:00'),
  },
  'of unknown end, missing since 11:00, last known active at 10:45': {
    State: 'Active',
    ObservedAt: at('10:01:00'),
    MissingSince: at('11:00:00'),
    LastKnownActiveAt: at('10:45:00'),
    EndUnknown: true,
  },
} as const satisfies Record<string, Partial<SessionRecord>>

const holds = (question: Question, members: Partial<SessionRecord>) =>
  answers(question, { SessionId: 's', ...members } as SessionRecord, NOW)

test.each<[keyof typeof SESSIONS, string, number, boolean]>([
  // connected until before, lasted seconds, open
  ['that ended at 11:00', at('11:00:00'), 3600, false],
  ['seen as ended at 11:30, without an end', at('11:30:00'), 0, false],
  ['that is open', at('12:00:01'), 7200, true],
  ['missing since 11:00, last known active at 10:45', at('11:00:00'), 45 * 60, true],
  ['of unknown end, missing since 11:00, last known active at 10:45', at('11:00:00'), 45 * 60, false],
])(
  'a session %s counts as connected until %s, lasted %d seconds, and open: %s',
  (name, end, seconds, open) => {
    const session = { StartDate: at('10:00:00'), ...SESSIONS[name] }
    const before = new Date(Date.parse(end) - 1).toISOString()
    expect(holds({ at: at('10:00:00') }, session)).toBe(true)
    expect(holds({ at: at('09:59:59') }, session)).toBe(false)
    expect(holds({ at: before }, session)).toBe(true)
    expect(holds({ at: end }, session)).toBe(name === 'that is open')
    expect(holds({ minDuration: seconds }, session)).toBe(true)
    expect(holds({ minDuration: seconds + 0.001 }, session)).toBe(false)
    expect(holds({ open: true }, session)).toBe(open)
  },
)

test.each<[Question, Partial<SessionRecord>, boolean]>([
  [{ from: at('10:00:00') }, { StartDate: at('10:00:00') }, true],
  [{ from: at('10:00:00') }, { StartDate: at('09:59:59') }, false],
  [{ to: at('10:00:00') }, { StartDate: at('09:59:59') }, true],
  [{ to: at('10:00:00') }, { StartDate: at('10:00:00') }, false],
  [{ ownerName: 'mary' }, { OwnerName: 'mary' }, true],
  [{ ownerName: 'mary' }, { OwnerName: 'Mary' }, false],
  [{ target: 'i-1' }, { Target: 'i-1' }, true],
  [{ target: 'i-1' }, { Target: 'i-12' }, false],
  [{ status: 'Failed' }, { Status: 'Failed' }, true],
  [{ status: 'Failed' }, {}, false],
  [{ documentName: 'D' }, { DocumentName: 'D' }, true],
  [{ documentName: 'D' }, { DocumentName: 'D2' }, false],
  [{ reason: 'Inc-4711' }, { Reason: 'see INC-4711, disk' }, true],
  [{ reason: 'INC' }, { Reason: 'disk' }, false],
  [{ reason: 'INC' }, {}, false],
  [{ reason: '1' }, { Reason: [1] }, false],
  [{ accountId: '1' }, { AccountId: '1' }, true],
  [{ accountId: '1' }, { AccountId: '2' }, false],
  [{ region: 'r' }, { Region: 'r' }, true],
  [{ region: 'r' }, { Region: 'r-2' }, false],
  [{ accessType: 'Standard' }, { AccessType: 'Standard' }, true],
  [{ accessType: 'Standard' }, { AccessType: 'JustInTime' }, false],
  [{ status: 'Failed', region: 'r' }, { Status: 'Failed', Region: 'r' }, true],
  [{ status: 'Failed', region: 'r' }, { Status: 'Failed' }, false],
  [{ status: 'Failed', region: undefined }, { Status: 'Failed' }, true],
  [{}, {}, true],
])('whether %j is answered by a session with %j: %s', (question, members, expected) => {
  expect(holds(question, members)).toBe(expected)
})

test('a session without a StartDate answers no question about time, whether or not it is open', () => {
  for (const name of ['that is open', 'that ended at 11:00'] as const) {
    const asked: Question[] = [
      { from: '' },
      { to: at('23:00:00') },
      { at: at('10:30:00') },
      { minDuration: 1 },
    ]
    expect(asked.map((question) => holds(question, SESSIONS[name]))).toEqual([false, false, false, false])
  }
})
