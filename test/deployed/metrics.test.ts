import { ENVIRONMENT, METRICS } from '../../archive/names'
import { openDeployment } from '../support/deployment'
import { metricsOf } from '../support/invoke'
import { endedSession } from '../support/sessions'
import { synthesise } from '../support/template'
import { DAY, daysAgo, HOUR } from '../support/times'

const template = synthesise()

test('every metric carries the number of its receipt', async () => {
  const { world, invoke } = await openDeployment({ template, now: daysAgo(1) })
  world.add(sessions(30, 'old', 20))
  await invoke()
  world.clock.advance(DAY)
  for (const n of [0, 1, 2, 3])
    world.update(`old-${n}`, { afterEnd: { SessionId: `old-${n}`, Details: 'new' } })
  world.add(sessions(8, 'late', 10))
  world.add(sessions(3, undefined, 10))
  world.add(sessions(5, 'open', 0.1).map((life) => ({ ...life, endedAt: undefined })))

  const { result, log } = await invoke({ event: { sweep: 'full' } })

  const { StartedAt, FinishedAt } = result ?? {}
  const expected = {
    SweepsCompleted: 1,
    SweepsIncomplete: 0,
    SweepsFailed: 0,
    SweepDuration: Date.parse(String(FinishedAt)) - Date.parse(String(StartedAt)),
    ListCalls: 2,
    SessionsSeen: 46,
    SessionsArchived: 13,
    SessionsUpdated: 4,
    SessionsRejected: 3,
    SessionsOpen: 5,
    MissedByRecent: 8,
    DaysUntilLoss: expect.closeTo(30, 1),
  }
  expect(metricsOf({ log })).toEqual([expect.objectContaining(expected)])
  expect(Object.keys(expected).sort()).toEqual(Object.values(METRICS).sort())
})

test('DaysUntilLoss is that of the least healthy region, whichever was swept', async () => {
  const { world, invoke } = await openDeployment({ template, now: daysAgo(5) })
  const sweep = async (region: string) => {
    const environment = { [ENVIRONMENT.regions]: 'us-east-1,eu-west-1' }
    const [metrics] = metricsOf(await invoke({ event: { region }, environment }))
    return metrics?.DaysUntilLoss
  }

  expect(await sweep('us-east-1')).toBe(0) // eu-west-1 was never swept
  await sweep('eu-west-1')
  world.clock.advance(5 * DAY)
  expect(await sweep('us-east-1')).toBeCloseTo(25, 1)
  expect(await sweep('eu-west-1')).toBeCloseTo(30, 1)
})

/** Sessions `NAME-0`, `NAME-1`, … that started this many days ago and lasted an hour. */
function sessions(count: number, name: string | undefined, days: number) {
  const startedAt = daysAgo(days)
  const endedAt = new Date(startedAt.getTime() + HOUR)
  return Array.from({ length: count }, (_, n) =>
    endedSession({ SessionId: name && `${name}-${n}` }, { startedAt, endedAt }),
  )
}
