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
  expect(shown.map(([, duration]) => duration)).toEqual([
    '1h',
    '15m',
    '1m',
    '9s',
    '8s',
    '7s',
    '6s',
    '5s',
    '4s',
    '3s',
  ])
})

test('of more than 50 sessions that have not ended, 50 are shown and the others are counted', () => {
  const open = Array.from({ length: 60 }, (_, n) =>
    record({ SessionId: `s-${n}`, StartDate: NOW.getTime() / 1000 - 3600 }, 'Active'),
  )
  const sessions = open.map((session, n) => (n < 20 ? { ...session, EndUnknown: true } : session))
  const shown = section('open', sessions)
  expect(shown).toContain('<b>40</b> still open at the last sweep. The end of <b>20</b> is unknown')
  expect(shown.match(/still open<\/i>/g)).toHaveLength(30)
  expect(shown.match(/end unknown<\/i>/g)).toHaveLength(20)
  expect(shown.match(/1h ago/g)).toHaveLength(30)
  expect(shown).toContain('And 10 more sessions, in the list of all sessions.')
})

test('of 50 sessions that have not ended, none is more', () => {
  const sessions = Array.from({ length: 50 }, (_, n) => record({ SessionId: `s-${n}` }, 'Active'))
  expect(section('open', sessions)).not.toContain('more')
})

test('a reason of spaces and invisible characters is none', () => {
  const reasons = [' \u200b\n', undefined, 'x', ' x']
  const sessions = reasons.map((Reason, n) => record({ SessionId: `s-${n}`, Reason }))
  expect(section('no-reason', sessions)).toContain('<b>2</b> of 4 sessions (50.0 %), by 1 person.')
})
