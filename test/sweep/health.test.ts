import { ROSTER, type RosterAccount } from '../../archive/roster'
import { afterSweeps, healthOf } from '../../sweep/health'
import { daysAgo, HOUR, NOW } from '../support/times'

const ago = (hours: number) => new Date(NOW.getTime() - hours * HOUR).toISOString()
const health = (completeHoursAgo: readonly (number | undefined)[], accounts: RosterAccount[] = []) => {
  const states = completeHoursAgo.map((hours, n) => {
    const LastCompleteAt = hours === undefined ? undefined : ago(hours)
    return [`s-${n}`, { LastCompleteAt, Outcome: hours === undefined ? 'unreachable' : 'denied' }] as const
  })
  return healthOf(
    states.map(([source]) => source),
    new Map(states),
    accounts,
    NOW,
  )
}

test('days until loss are those of the least healthy source, and negative if AWS has forgotten', () => {
  expect(health([1, 5 * 24, 2]).DaysUntilLoss).toBeCloseTo(25)
  expect(health([1, 31 * 24]).DaysUntilLoss).toBeCloseTo(-1)
})

test('there are none left if a source was never complete, or if there is no source', () => {
  expect(health([1, undefined]).DaysUntilLoss).toBe(0)
  expect(health([]).DaysUntilLoss).toBe(0)
})

test('a source is late if it was not complete for 25 hours, or ever', () => {
  expect(health([24.9, 25.1, undefined]).SourcesLate).toBe(2)
})

test('the ten worst are named, the worst first', () => {
  const { Worst } = health([...Array.from({ length: 12 }, (_, n) => n), undefined])
  expect(Worst.map(({ Source }) => Source)).toEqual(
    [12, ...[11, 10, 9, 8, 7, 6, 5, 4, 3]].map((n) => `s-${n}`),
  )
})

test('an account that denies to list its regions counts beside sources that are denied', () => {
  const account = (State: 'swept' | 'retired', RegionsProblem: string): RosterAccount => {
    const Since = daysAgo(1).toISOString()
    return {
      Source: ROSTER,
      ItemId: '111122223333',
      State,
      Since,
      Regions: {},
      RegionsProblem,
      UpdatedAt: Since,
    }
  }
  const denied = account('swept', 'AccessDeniedException: …')
  const others = [account('retired', 'AccessDeniedException: …'), account('swept', 'UnreachableError: …')]
  expect(health([1, undefined], [denied, ...others])).toMatchObject({
    SourcesDenied: 2,
    SourcesUnreachable: 1,
  })
})

test('a sweep that was complete moves its source on, any other only its outcome', () => {
  const states = new Map([
    ['a', { LastCompleteAt: ago(9) }],
    ['b', { LastCompleteAt: ago(9) }],
  ])
  const receipt = (Source: string, Outcome: 'complete' | 'failed') =>
    ({ Source, Outcome, CoversUntil: ago(1) }) as never
  const after = afterSweeps(states, [receipt('a', 'complete'), receipt('b', 'failed')])
  expect(after.get('a')).toEqual({ LastCompleteAt: ago(1), Outcome: 'complete' })
  expect(after.get('b')).toEqual({ LastCompleteAt: ago(9), Outcome: 'failed' })
})
