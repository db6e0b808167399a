import type { SweepState } from '../../archive/sweep-state'
import { isDue } from '../../sweep/due'
import { DAY, HOUR, MINUTE } from '../support/times'

const CADENCE = { scheduleMs: HOUR, quietMs: DAY }
const BEGIN = Date.parse('2026-11-24T00:10:00Z')
const at = (ms: number) => new Date(BEGIN + ms).toISOString()
const QUIET: SweepState = { AttemptedAt: at(0), LastCompleteAt: at(0), Outcome: 'complete' }
const due = (state: SweepState, afterMs: number, reachableSince?: string) =>
  isDue('111122223333/eu-west-1', state, new Date(BEGIN + afterMs), CADENCE, reachableSince)

/** When a source is due in hourly rounds of so many days, in hours, if each attempt leaves this state. */
function attempts(
  days: number,
  state: SweepState,
  source = '111122223333/eu-west-1',
  jitterMs = 0,
): number[] {
  const hours: number[] = []
  let left = state
  for (let hour = 1; hour <= days * 24; hour++) {
    const now = new Date(BEGIN + hour * HOUR + (hour % 2 === 0 ? jitterMs : 0))
    if (!isDue(source, left, now, CADENCE)) continue
    hours.push(hour)
    left = { ...left, AttemptedAt: now.toISOString(), Failures: left.Failures && left.Failures + 1 }
  }
  return hours
}

test.each([
  ['was never swept', {}],
  ['was never complete', { AttemptedAt: at(0), Outcome: 'incomplete' }],
  ['has a sweep to finish', { ...QUIET, Outcome: 'incomplete' }],
  ['had a session lately', { ...QUIET, LastSessionAt: at(-5.9 * DAY) }],
] as const)('a source that %s is due in every round, and once in each', (_what, state) => {
  expect(due(state, HOUR - 20 * MINUTE)).toBe(true) // rounds are not exact
  if ('AttemptedAt' in state) expect(due(state, 20 * MINUTE)).toBe(false) // a duplicate event
  expect(attempts(1, { AttemptedAt: at(0), ...state })).toHaveLength(24)
})

test('a quiet source is due once a day at a time of its own, and never later than 24 and a half hours', () => {
  const times = Array.from({ length: 500 }, (_, n) =>
    attempts(10, QUIET, `${111122223333 + n}/eu-west-1`, 9 * MINUTE),
  )
  for (const hours of times) {
    expect(hours.length).toBeGreaterThanOrEqual(10)
    expect(hours.length).toBeLessThanOrEqual(11) // one is early, to come to its own time
    for (const [n, hour] of hours.entries()) expect(hour - (hours[n - 1] ?? 0)).toBeLessThanOrEqual(25)
  }
  const perHour = new Map<number, number>()
  for (const hour of times.flatMap((hours) => hours.slice(-1)))
    perHour.set(hour % 24, (perHour.get(hour % 24) ?? 0) + 1)
  expect(perHour.size).toBeGreaterThan(20)
  expect(Math.max(...perHour.values())).toBeLessThan(3 * (500 / 24))
})

test('a source is quiet when its last session was a week ago', () => {
  const week = { ...QUIET, AttemptedAt: at(0), LastSessionAt: at(-7 * DAY - HOUR) }
  expect(attempts(3, week).length).toBeLessThanOrEqual(4)
})

test('a failing source is tried less and less often, down to every six hours', () => {
  const hours = attempts(2, { ...QUIET, Outcome: 'failed', Failures: 1 })
  expect(hours.slice(0, 6)).toEqual([1, 3, 7, 13, 19, 25])
})

test('an account that lets the archiver in again is swept at once', () => {
  const unreachable = { ...QUIET, Outcome: 'unreachable', Failures: 9 } as const
  expect(due(unreachable, HOUR)).toBe(false)
  expect(due(unreachable, HOUR, at(MINUTE))).toBe(true)
  expect(due(unreachable, HOUR, at(-MINUTE))).toBe(false)
})

test('whatever is remembered, nobody waits for 72 hours, nor for a clock that was wrong', () => {
  const slow = { scheduleMs: HOUR, quietMs: 1_000 * DAY }
  for (const state of [QUIET, { ...QUIET, Failures: 40, Outcome: 'denied' } as const])
    expect(isDue('x', state, new Date(BEGIN + 72 * HOUR), slow)).toBe(true)
  for (const AttemptedAt of [at(5 * HOUR), 'yesterday', ''])
    expect(due({ ...QUIET, AttemptedAt }, HOUR)).toBe(true)
})
