import type { SessionRecord } from '../../archive/record'
import { answers, type Question } from '../../audit/question'

const at = (time: string) => `2026-03-31T${time}.000Z`
const NOW = new Date(at('12:00:00'))
const holds = (question: Question, members: Partial<SessionRecord>) =>
  answers(question, { SessionId: 's', ...members } as SessionRecord, NOW)

const open = { State: 'Active', OpenSource: 'a/r', ObservedAt: at('10:01:00') } as const
const missing = { ...open, MissingSince: at('11:00:00'), LastKnownActiveAt: at('10:45:00') }
const givenUp = { ...missing, OpenSource: undefined, EndUnknown: true } as const
const ended = { State: 'History', EndDate: at('11:00:00'), ObservedAt: at('11:30:00') } as const
const endless = { ...ended, EndDate: undefined }

/** All started at 10:00. */
test.each<[string, string, number, string, Partial<SessionRecord>]>([
  ['that ended at 11:00', '11:00', 60, 'ended', ended],
  ['seen as ended at 11:30, without an end,', '11:30', 0, 'ended', endless],
  ['that is open', '23:00', 120, 'open', open],
  ['missing since 11:00, last known active at 10:45,', '11:00', 45, 'open', missing],
  ['given up, missing since 11:00, last known active at 10:45,', '11:00', 45, 'ended', givenUp],
])(
  'a session %s was connected until %s, lasted %d minutes and is %s',
  (_which, end, minutes, is, members) => {
    const session = { StartDate: at('10:00:00'), ...members }
    const until = at(`${end}:00`)
    const before = new Date(Date.parse(until) - 1).toISOString()
    const times = [at('09:59:59'), at('10:00:00'), before, until].map((time) => holds({ at: time }, session))
    expect(times).toEqual([false, true, true, members === open])
    expect(holds({ minDuration: minutes * 60 }, session)).toBe(true)
    expect(holds({ minDuration: minutes * 60 + 0.001 }, session)).toBe(false)
    expect(holds({ open: true }, session)).toBe(is === 'open')
  },
)

test.each<[Question, Partial<SessionRecord>, Partial<SessionRecord>]>([
  [{ from: at('10:00:00') }, { StartDate: at('10:00:00') }, { StartDate: at('09:59:59') }],
  [{ to: at('10:00:00') }, { StartDate: at('09:59:59') }, { StartDate: at('10:00:00') }],
  [{ ownerNames: ['MARY', 'x'] }, { OwnerName: 'Mary' }, { OwnerName: 'mary@example.com' }],
  [{ ownerNames: ['x', 'Mary*'] }, { OwnerName: 'mary@example.com' }, { OwnerName: 'my-mary' }],
  [{ ownerNames: ['*'] }, { OwnerName: 'mary' }, {}],
  [{ roleNames: ['ops'] }, { RoleName: 'Ops' }, { RoleName: 'Ops2', OwnerName: 'ops' }],
  [{ roleNames: ['AWSReservedSSO_Ops_*'] }, { RoleName: 'AWSReservedSSO_Ops_0' }, { RoleName: 'Ops' }],
  [{ targets: ['i-1', 'i-2'] }, { Target: 'i-2' }, { Target: 'i-12' }],
  [{ targets: ['i-1*'] }, { Target: 'i-12' }, { Target: 'mi-1' }],
  [{ targets: ['ecs:a_b'] }, { Target: 'ecs:a_b_t1_r1' }, { Target: 'ecs:a_c_t1_r1' }],
  [{ targets: ['a_b'] }, { Target: 'ecs:a_b_t1_r1' }, { Target: 'a_b_c' }],
  [{ targets: ['ecs:a_b_t1'] }, { Target: 'ecs:a_b_t1_r1' }, { Target: 'ecs:a_b_t12_r1' }],
  [{ targets: ['t1'] }, { Target: 'ecs:a_b_t1_r1' }, { Target: 'ecs:a_t2_t1' }],
  [{ targets: ['ecs:a_*'] }, { Target: 'ecs:a_b_t1_r1' }, { Target: 'ecs:ab_t1_r1' }],
  [{ targets: ['i-0eb'] }, { Target: 'i-0eb' }, { Target: 'ecs:i-0eb_t1_r1' }],
  [{ targets: ['mi-cluster'] }, { Target: 'ecs:mi-cluster_t1_r1' }, { Target: 'mi-cluster-2' }],
  [{ targets: ['WEB'] }, { Target: 'i-1', TargetName: 'web' }, { Target: 'i-1', TargetName: 'web-1' }],
  [{ targets: ['web*'] }, { TargetName: 'Web-1' }, { TargetName: 'my-web' }],
  [{ targets: ['web'] }, { TargetName: ' Web ' }, { TargetName: 'w eb' }],
  [{ targets: ['Caf\u00c9*'] }, { TargetName: 'cafe\u0301-1' }, { TargetName: 'cafe' }],
  [{ targets: ['i-1'] }, { Target: 'i-1', TargetName: 'x' }, { Target: 'i-2', TargetName: 'i-1' }],
  [{ targets: ['i-1*'] }, { Target: 'i-12' }, { Target: 'i-2', TargetName: 'i-12' }],
  [{ targets: ['ecs:a*'] }, { Target: 'ecs:a_t1_r1' }, { Target: 'i-2', TargetName: 'ecs:a_t1_r1' }],
  [{ status: 'Failed' }, { Status: 'Failed' }, {}],
  [{ state: 'Recovered' }, { State: 'Recovered' }, { State: 'History' }],
  [{ documentName: 'D' }, { DocumentName: 'D' }, { DocumentName: 'D2' }],
  [{ documentName: 'aws-start*' }, { DocumentName: 'AWS-StartSSHSession' }, { DocumentName: 'AWS-Run' }],
  [{ reason: 'Inc-4711' }, { Reason: 'see INC-4711, disk' }, { Reason: 'disk' }],
  [{ reason: '1' }, { Reason: '1' }, { Reason: [1] }],
  [{ reason: 'undefined' }, { Reason: 'undefined' }, {}],
  [{ accountIds: ['1', '3'] }, { AccountId: '1' }, { AccountId: '2' }],
  [{ region: 'r' }, { Region: 'r' }, { Region: 'r-2' }],
  [{ accessType: 'Standard' }, { AccessType: 'Standard' }, { AccessType: 'JustInTime' }],
  [{ status: 'Failed', region: 'r' }, { Status: 'Failed', Region: 'r' }, { Status: 'Failed' }],
  [{ status: 'Failed', region: undefined }, { Status: 'Failed' }, { Region: 'r' }],
])('the question %j is answered by %j and not by %j', (question, members, others) => {
  expect(holds(question, members)).toBe(true)
  expect(holds(question, others)).toBe(false)
})

test('a question without a condition is answered by every session', () => {
  expect(holds({}, {})).toBe(true)
})

test.each([open, ended])('a session without a StartDate answers no question about time: %j', (session) => {
  const asked: Question[] = [{ from: '' }, { to: at('23:00:00') }, { at: at('10:30:00') }, { minDuration: 1 }]
  expect(asked.filter((question) => holds(question, session))).toEqual([])
})
