import { METRICS } from '../../archive/names'
import { openDeployment } from '../support/deployment'
import { metricsOf } from '../support/invoke'
import { endedSession } from '../support/sessions'
import { synthesise } from '../support/template'
import { DAY, daysAgo, HOUR } from '../support/times'

const template = synthesise()

test('every metric carries the number of its receipt', async () => {
  const { world, invoke, lastReceipt } = await openDeployment({ template, now: daysAgo(1) })
  world.add(sessions(30, 'old', 20))
  await invoke()
  world.clock.advance(DAY)
  for (const n of [0, 1, 2, 3])
    world.update(`old-${n}`, { afterEnd: { SessionId: `old-${n}`, Details: 'new' } })
  world.add(sessions(8, 'late', 10))
  world.add(sessions(3, undefined, 10))
  world.add(sessions(5, 'open', 0.1).map((life) => ({ ...life, endedAt: undefined })))

  const { log } = await invoke()

  const { StartedAt, FinishedAt } = (await lastReceipt()) ?? {}
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
    Uncorroborated: 0,
    DaysUntilLoss: expect.closeTo(30, 1),
    ...{ SourcesLate: 0, SourcesUnreachable: 0, SourcesDenied: 0, RosterAge: expect.closeTo(0, 1) },
  }
  expect(metricsOf({ log })).toEqual([expect.objectContaining(expected)])
  expect(Object.keys(expected).sort()).toEqual(Object.values(METRICS).sort())
})

test('an event that asks for one sweep says nothing of the other sources', async () => {
  const { invoke } = await openDeployment({ template })
  await invoke()
  const [metrics] = metricsOf(await invoke({ event: { sweep: 'full' } }))
  expect(metrics).toMatchObject({ SweepsCompleted: 1 })
  expect(metrics).not.toHaveProperty('DaysUntilLoss')
})

/** Sessions `NAME-0`, `NAME-1`, … that started this many days ago and lasted an hour. */
function sessions(count: number, name: string | undefined, days: number) {
  const startedAt = daysAgo(days)
  const endedAt = new Date(startedAt.getTime() + HOUR)
  return Array.from({ length: count }, (_, n) =>
    endedSession({ SessionId: name && `${name}-${n}` }, { startedAt, endedAt }),
  )
}
