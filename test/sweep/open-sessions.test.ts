import { upsert } from '../../archive/upsert'
import { archiveOpenSessions, followUpVanished } from '../../sweep/open-sessions'
import { observe } from '../support/observe'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { HOUR, NOW } from '../support/times'

const stage = useStage()
const hoursFromNow = (hours: number) => new Date(NOW.getTime() + hours * HOUR)
/** Open since these hours from now; by default for good. */
const open = (since: number, life: object = {}, id = 'open', members = {}) => {
  const startedAt = hoursFromNow(since)
  const StartDate = startedAt.getTime() / 1000
  return { startedAt, whileOpen: { SessionId: id, Status: 'Connected', StartDate, ...members }, ...life }
}
const until = (hours: number) => ({ endedAt: hoursFromNow(hours) })
const vanishesAfter = (hours: number) => ({ forgottenAt: hoursFromNow(hours) })
const record = () => stage.record('open')
/** Whole hours from now. */
const hoursOf = (...times: unknown[]) =>
  times.map((time) => Math.round((Date.parse(String(time)) - NOW.getTime()) / HOUR))

test('an open session is archived, and ends once the history shows it, without being looked up', async () => {
  stage.world.add([open(-50, until(1.5))])
  await stage.sweep()
  await stage.sweepAfter(1)
  expect(await record()).toMatchObject({ State: 'Active', OpenSource: '111122223333/us-east-1', Revision: 1 })

  const receipt = await stage.sweepAfter(1)

  expect(receipt).toMatchObject({ Kind: 'recent', Updated: 1, Open: 0, Pages: 2 })
  expect(receipt.InvokedAfter).toBe(`${hoursFromNow(-51).toISOString().slice(0, 19)}Z`)
  expect(await record()).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
  expect(stage.recordWrites()).toBe(2)
})

test('a session that ended and that no filter by date can show is looked up', async () => {
  stage.world.add([open(-2, until(0.5), 'open', { StartDate: undefined })])
  await stage.sweep()
  expect(await stage.sweepAfter(1)).toMatchObject({ Kind: 'recent', Updated: 1, Pages: 3 })
  expect(await record()).toMatchObject({ State: 'History' })
  expect(stage.recordWrites()).toBe(3)
})

test('a session that vanishes is marked, given up after 48 hours, and corrected by the history', async () => {
  stage.world.add([open(-2, vanishesAfter(0.5))])
  await stage.sweep()
  const { ObservedAt: LastKnownActiveAt } = (await record()) ?? {}

  const { CoversUntil: MissingSince } = await stage.sweepAfter(1)
  expect(await record()).toMatchObject({ State: 'Active', LastKnownActiveAt, MissingSince })
  await stage.sweepAfter(47)
  expect(await record()).not.toHaveProperty('EndUnknown')
  await stage.sweepAfter(2)
  expect(await record()).toMatchObject({ EndUnknown: true, LastKnownActiveAt, State: 'Active' })
  expect(await stage.sessions.openSessions(stage.world)).toEqual([])

  const { whileOpen } = open(-2)
  const afterEnd = { ...whileOpen, Status: 'Terminated', EndDate: hoursFromNow(0.5).getTime() / 1000 }
  stage.world.add([{ startedAt: hoursFromNow(40), endedAt: hoursFromNow(40), afterEnd }])
  await stage.sweep({ full: true })
  expect(await record()).toMatchObject({ State: 'History', DurationSeconds: 2.5 * 60 * 60 })
  expect(await record()).not.toHaveProperty('EndUnknown')
})

test('a session that vanishes after several complete sweeps was last known active at the last of them', async () => {
  stage.world.add([open(-2, vanishesAfter(2.5))])
  for (const hours of [0, 1, 1]) await stage.sweepAfter(hours)
  const { LastCompleteAt: LastKnownActiveAt } = (await stage.sweepsItems()).state ?? {}
  const { CoversUntil: MissingSince } = await stage.sweepAfter(1)
  expect(await record()).toMatchObject({ LastKnownActiveAt, MissingSince })
})

test('a session that vanishes before an unfinished sweep is continued is missing since the later one', async () => {
  stage.world.add([open(-2, vanishesAfter(0.5)), ...endedSessions(25)])
  const limits = { ...SMALL_PAGES, reserveMs: 1 }
  const first = await stage.sweep({ limits, remainingMs: stage.timeFor(3) })
  expect([first.Outcome, (await stage.sweepAfter(1)).Outcome]).toEqual(['incomplete', 'complete'])
  const { MissingSince, LastKnownActiveAt } = (await record()) ?? {}
  expect(hoursOf(LastKnownActiveAt, MissingSince)).toEqual([0, 1])
})

test('all vanished sessions are marked, and looked up as far as there is time: the sweep is complete', async () => {
  stage.world.add(Array.from({ length: 8 }, (_, n) => open(-2, vanishesAfter(0.5), `open-${n}`)))
  await stage.sweep()
  stage.world.clock.advance(HOUR)
  const calls = stage.emulator.calls.count()
  const missing = async () =>
    [...(await stage.records()).values()].filter((one) => 'MissingSince' in one).length

  const limits = { ...SMALL_PAGES, reserveMs: 3 }
  const receipt = await stage.sweep({ limits, remainingMs: stage.timeFor(10) })

  expect(receipt).toMatchObject({ Outcome: 'complete', Pages: 8 })
  expect(stage.emulator.calls.count() - calls).toBe(8) // after 7, the reserve was still whole
  expect(await missing()).toBe(8)
})

test('a look-up that takes too many pages gives no session up; a full sweep in one chain does', async () => {
  stage.world.add([
    open(-2, vanishesAfter(0.5)),
    open(-2, vanishesAfter(0.5), 'second'),
    ...endedSessions(25),
  ])
  stage.emulator.faults.script = () => 'filter-after-page'
  const limits = { ...SMALL_PAGES, pagesBeforeEstimate: 2 }
  await stage.sweep({ limits })
  expect(await stage.sweepAfter(1, { limits })).toMatchObject({ Kind: 'recent', Pages: 1 + 3 + 2 })
  await stage.sweepAfter(39, { limits, full: true })
  expect(await stage.sweepAfter(9.5, { limits })).toMatchObject({ Kind: 'recent', Pages: 1 + 3 + 2 })
  expect(await record()).toHaveProperty('MissingSince')
  expect(await record()).not.toHaveProperty('EndUnknown')
  await stage.sweep({ limits, full: true })
  expect(await record()).toHaveProperty('EndUnknown')
})

test('an Active list without end leaves half of the time for the history, and the sweep is incomplete', async () => {
  stage.world.add(endedSessions(25))
  stage.emulator.faults.script = (_call, { State }) => (State === 'Active' ? 'empty-page' : undefined)
  const limits = { ...SMALL_PAGES, reserveMs: 1 }
  for (const [Archived, Kind] of [[25], [0]].map(([count]) => [count, 'full'] as const))
    expect(await stage.sweep({ limits, remainingMs: stage.timeFor(20) })).toMatchObject({
      ...{ Outcome: 'incomplete', Kind, Archived, Pages: 11 + 3 },
    })
})

test('an open session does not expire, and one that is given up does', async () => {
  stage.world.add([open(-2, vanishesAfter(0.5))])
  await stage.sweep({ retentionDays: 31 })
  expect(await record()).not.toHaveProperty('ExpiresAt')
  const { CoversUntil = '' } = await stage.sweepAfter(1, { retentionDays: 31 })
  await stage.sweepAfter(49, { retentionDays: 31 })
  const ExpiresAt = Math.ceil(Date.parse(CoversUntil) / 1000) + 31 * 86_400
  expect(await record()).toMatchObject({ EndUnknown: true, ExpiresAt })
})

test('the Active list begins with its earliest page, even if that is stored last', async () => {
  stage.world.add([open(-5, {}, 'b'), open(-1, {}, 'a'), open(-3, {}, 'c')])
  stage.emulator.faults.script = () => void stage.world.clock.advance(HOUR)
  stage.writeAfter('a', 'c')
  const run = stage.runOf({ limits: { ...SMALL_PAGES, pageSize: 1 } })
  const { begunAt, oldestStart, vanished } = await archiveOpenSessions(run)
  expect(hoursOf(begunAt, oldestStart)).toEqual([1, -5])
  expect(vanished.size).toBe(0)
})

test.each([undefined, 1e30, -1e30])(
  'an open session with the StartDate %d fails no sweep',
  async (StartDate) => {
    stage.world.add([open(-1, {}, 'odd', { StartDate }), open(-2, until(1))])
    const oldestStart = hoursFromNow(-2).toISOString()
    expect(await archiveOpenSessions(stage.runOf())).toMatchObject({ oldestStart })
    stage.world.clock.advance(HOUR)
    expect(await archiveOpenSessions(stage.runOf())).toMatchObject({ oldestStart: undefined })
  },
)

test('sessions that the archive knows as open and that are not in the Active list have vanished', async () => {
  stage.world.add([open(-1, until(1)), open(-1, {}, 'stays')])
  await archiveOpenSessions(stage.runOf())
  stage.world.clock.advance(HOUR)
  const { vanished } = await archiveOpenSessions(stage.runOf())
  expect([...vanished.keys()]).toEqual(['open'])
})

describe('vanished sessions', () => {
  const begunAt = '2026-03-10T12:00:00.000Z'
  /** What becomes of a session that was stored as open at noon of March 1. */
  const followUp = async (missingSince?: string, LastCompleteAt?: string, found: string[] = []) => {
    await upsert(stage.sessions, [{ ...observe({ SessionId: 'open' }, 0, 'Active'), source: stage.world }])
    if (missingSince) await stage.sessions.markMissing('open', missingSince, 'then')
    const known = await stage.sessions.openSessions(stage.world)
    const vanished = new Map(known.map((session) => [session.SessionId, session]))
    const plan = { Kind: 'full' as const, BegunAt: '', Slices: [], Sliced: false }
    const listed = { plan, isDrained: true, lastSeen: undefined, found: new Set(found) }
    const openNow = { begunAt, oldestStart: undefined, vanished, isDrained: true }
    await followUpVanished(stage.runOf({ retentionDays: 31 }), openNow, listed, { LastCompleteAt })
    return record()
  }

  test.each([
    ['given up after 48 hours', '2026-03-08T12:00:00.000Z', true],
    ['not given up a millisecond earlier', '2026-03-08T12:00:00.001Z', undefined],
  ])('a missing session is %s', async (_what, since, EndUnknown) => {
    expect((await followUp(since))?.EndUnknown).toBe(EndUnknown)
  })

  test('a look-up that shows another session finds nothing', async () => {
    stage.emulator.faults.rewrite = () => '{"Sessions":[{"SessionId":"another"}]}'
    expect((await followUp('2026-03-08T12:00:00.000Z'))?.EndUnknown).toBe(true)
  })

  const stored = '2026-03-01T12:00:01.000Z'
  const [halfAnHourLater, stillLater] = ['2026-03-01T12:30:01.000Z', '2026-03-01T12:30:01.001Z']
  test.each([
    ['it was stored, if no sweep was ever complete', undefined, stored],
    ['it was stored, if the last complete sweep began 30 minutes later', halfAnHourLater, stored],
    ['the last complete sweep began, if that was later still', stillLater, stillLater],
  ])('a vanished session was last known active when %s', async (_when, lastComplete, LastKnownActiveAt) => {
    expect(await followUp(undefined, lastComplete)).toMatchObject({
      MissingSince: begunAt,
      LastKnownActiveAt,
    })
  })

  test('a vanished session that the history has shown is not looked up', async () => {
    expect(await followUp(undefined, undefined, ['open'])).not.toHaveProperty('MissingSince')
    expect(stage.emulator.calls.count()).toBe(0)
  })
})
