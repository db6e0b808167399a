import { findings } from '../../../cli/report/findings'
import { Tally } from '../../../cli/report/tally'
import { NOW, record } from './make-report'

function section(name: string, sessions: Iterable<ReturnType<typeof record>>): string {
  const tally = new Tally()
  for (const session of sessions) tally.add(session)
  const { markup } = findings(tally, NOW)
  return markup.match(new RegExp(`<section id="${name}">.*?</section>`, 's'))?.[0] ?? ''
}

test('the longest sessions are the longest, the longest first', () => {
  const lengths = [5, 900, 60, 3600, 1, 2, 3, 4, 6, 7, 8, 9]
  const sessions = lengths.map((EndDate, n) => record({ SessionId: `s-${n}`, StartDate: 0, EndDate }))
  const shown = [...section('longest', sessions).matchAll(/<td class="number">([^<]*)/g)]
  expect(shown.map(([, duration]) => duration).join(' ')).toBe('1h 15m 1m 9s 8s 7s 6s 5s 4s 3s')
})

test('sessions without a duration are not among the longest, but counted', () => {
  const sessions = [record({ SessionId: 's-1', StartDate: 0 }), record({ SessionId: 's-2', EndDate: 0 })]
  const shown = section('longest', sessions)
  expect(shown).toContain('No session has both a start and an end.')
  expect(shown).toContain('2 sessions without a start or an end (open ones included) cannot be compared.')
})

test('of more than 50 sessions that have not ended, 50 are shown and the others are counted', () => {
  const StartDate = NOW.getTime() / 1000 - 3600
  const open = record({ SessionId: 's', StartDate }, 'Active')
  const sessions = Array.from({ length: 60 }, (_, n) => ({ ...open, ...(n < 20 && { EndUnknown: true }) }))
  const shown = section('open', sessions)
  expect(shown).toContain('<b>40</b> open when last seen. The end of <b>20</b> is unknown')
  expect(shown.match(/still open<\/i>/g)).toHaveLength(30)
  expect(shown.match(/end unknown<\/i>/g)).toHaveLength(20)
  expect(shown.match(/1h ago/g)).toHaveLength(30)
  expect(shown).toContain('And 10 more sessions, not shown here.')
  expect(section('open', sessions.slice(0, 50))).not.toContain('more')
})

test('open sessions are shown with when they were last seen, and stale ones are marked and counted', () => {
  const open = record({ SessionId: 's', StartDate: 0 }, 'Active')
  const LastSeenAt = '2026-11-24T11:00:00.000Z'
  const shown = section('open', [
    { ...open, LastSeenAt },
    { ...open, LastSeenAt, Stale: true },
  ])
  expect(shown.match(/>seen <time>2026-11-24 11:00:00</g)).toHaveLength(2)
  expect(shown.match(/open, stale<\/i>/g)).toHaveLength(1)
  expect(shown).toContain('<b>1</b> of the open ones are stale')
})

test.each([
  ['nobody', ['arn:aws:iam::111122223333:user/jane']],
  ['a guess', ['arn:aws:sts::111122223333:assumed-role/Ops/session1']],
  ['a tool', ['arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command']],
])('whatever is recognised (%s), the page does not say that everybody is identified', (_what, owners) => {
  const shown = section(
    'unidentified',
    owners.map((Owner) => record({ SessionId: 's', Owner })),
  )
  expect(shown).toContain('This does not prove that the other names are of one person each')
  expect(shown).not.toMatch(/None|every session names|names somebody/)
})

test('owners who name nobody are listed, the one with most sessions first, with the times of their sessions', () => {
  const start = (StartDate: number | undefined, Owner: string) =>
    record({ SessionId: 's', StartDate, Owner: `arn:aws:sts::111122223333:assumed-role/Ops/${Owner}` })
  const botocore = [60, 120, undefined].map((time) => start(time, 'botocore-session-1'))
  const shown = section('unidentified', [start(0, 'AWSCLI-Session'), ...botocore])
  expect(shown).toContain('<b>4</b> of 4 sessions (100 %)')
  const cells = [...shown.matchAll(/>(botocore-session-…|AWSCLI-Session|\d+|[\d-]{10} [\d:]{8})</g)]
  expect(cells.map(([, cell]) => cell)).toEqual([
    ...['4', 'botocore-session-…', '3', 'AWSCLI-Session', '1'],
    ...['3', '1970-01-01 00:01:00', '1970-01-01 00:02:00', '1', '1970-01-01 00:00:00', '1970-01-01 00:00:00'],
  ])
})

test('people without a reason that can be seen are listed, the one with most such sessions first', () => {
  const by = (name: string, Reason?: string) =>
    record({ SessionId: 's', Owner: `arn:aws:iam::111122223333:user/${name}`, Reason })
  const sessions = [by('a'), by('b'), by('b', ' \u200b\n'), by('b', ' x'), by('c', 'x')]
  const shown = section('no-reason', sessions)
  const cells = [...shown.matchAll(/<td[^>]*>([^<]*)/g)].map(([, cell]) => cell)
  expect(cells).toEqual(['b', '2', '66.7 %', 'a', '1', '100 %'])
  expect(shown).toContain('<b>3</b> of 5 sessions (60.0 %), under 2 names.')
})
