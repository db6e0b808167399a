import type { Receipt } from '../../archive/receipt'
import { upsert } from '../../archive/upsert'
import { archiveOpenSessions, followUpVanished } from '../../sweep/open-sessions'
import { begin } from '../../sweep/run'
import { observe } from '../support/observe'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { HOUR, NOW } from '../support/times'

const stage = useStage()
const hoursFromNow = (hours: number) => new Date(NOW.getTime() + hours * HOUR)
/** Open since and until these hours from now; by default for good. */
const open = (since: number, until?: number, id = 'open', members = {}) => {
  const startedAt = hoursFromNow(since)
  const whileOpen = { SessionId: id, Status: 'Connected', StartDate: startedAt.getTime() / 1000, ...members }
  return { startedAt, whileOpen, endedAt: until === undefined ? undefined : hoursFromNow(until) }
}
/** Open, and from some time in no list. */
const vanishing = (since: number, until: number, id = 'open') => ({
  ...open(since, undefined, id),
  forgottenAt: hoursFromNow(until),
})
const record = () => stage.record('open')
const runOf = (pageSize = 10) =>
  begin({
    source: stage.world,
    ...stage,
    now: () => stage.world.clock.now(),
    limits: { ...SMALL_PAGES, pageSize },
  })

test('an open session is archived, and ends once the history shows it, without being looked up', async () => {
  stage.world.add([open(-50, 1.5)])
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
  stage.world.add([open(-2, 0.5, 'open', { StartDate: undefined })])
  await stage.sweep()

  expect(await stage.sweepAfter(1)).toMatchObject({ Kind: 'recent', Updated: 1, Pages: 3 })
  expect(await record()).toMatchObject({ State: 'History' })
  expect(stage.recordWrites()).toBe(2)
})

test('a session that vanishes is marked, given up after 48 hours, and corrected by the history', async () => {
  stage.world.add([vanishing(-2, 0.5)])
  await stage.sweep()
  const { ObservedAt: LastKnownActiveAt } = (await record()) ?? {}

  const { CoversUntil: MissingSince } = await stage.sweepAfter(1)
  expect(await record()).toMatchObject({ State: 'Active', LastKnownActiveAt, MissingSince })
  await stage.sweepAfter(47)
  expect(await record()).not.toHaveProperty('EndUnknown')
  await stage.sweepAfter(2)
  expect(await record()).toMatchObject({ EndUnknown: true, LastKnownActiveAt, State: 'Active' })
  expect(await stage.sessions.openSessions(stage.world)).toEqual([])

  const EndDate = hoursFromNow(0.5).getTime() / 1000
  const afterEnd = { ...vanishing(-2, 0).whileOpen, Status: 'Terminated', EndDate }
  stage.world.add([{ startedAt: hoursFromNow(40), endedAt: hoursFromNow(40), afterEnd }])
  await stage.sweep({ full: true })
  expect(await record()).toMatchObject({ State: 'History', DurationSeconds: 2.5 * 60 * 60 })
  expect(await record()).not.toHaveProperty('EndUnknown')
})

test('a session that vanishes after several complete sweeps was last known active at the last of them', async () => {
  stage.world.add([vanishing(-2, 2.5)])
  const receipts: Receipt[] = []
  for (let hour = 0; hour < 4; hour++) receipts.push(await stage.sweepAfter(Math.min(hour, 1)))

  const [LastKnownActiveAt, MissingSince] = receipts.slice(2).map(({ CoversUntil }) => CoversUntil)
  expect(await record()).toMatchObject({ LastKnownActiveAt, MissingSince })
})

test('a session that vanishes before an unfinished sweep is continued is missing since the later one', async () => {
  stage.world.add([vanishing(-2, 0.5), ...endedSessions(25)])
  const limits = { ...SMALL_PAGES, reserveMs: 1 }
  const first = await stage.sweep({ limits, remainingMs: stage.timeFor(3) })
  expect([first.Outcome, (await stage.sweepAfter(1)).Outcome]).toEqual(['incomplete', 'complete'])

  const { MissingSince, LastKnownActiveAt } = (await record()) ?? {}
  expect(Math.round((Date.parse(String(MissingSince)) - NOW.getTime()) / HOUR)).toBe(1)
  expect(Math.round((Date.parse(String(LastKnownActiveAt)) - NOW.getTime()) / HOUR)).toBe(0)
})

test('if there is no time to look up all vanished sessions, the sweep stops in time and is incomplete', async () => {
  stage.world.add(Array.from({ length: 8 }, (_, n) => vanishing(-2, 0.5, `open-${n}`)))
  await stage.sweep()
  stage.world.clock.advance(HOUR)
  const calls = stage.emulator.calls.count()
  const missing = async () =>
    [...(await stage.records()).values()].filter((one) => 'MissingSince' in one).length

  const limits = { ...SMALL_PAGES, reserveMs: 3 }
  const receipt = await stage.sweep({ limits, remainingMs: stage.timeFor(10) })

  expect(receipt).toMatchObject({ Outcome: 'incomplete', Pages: 8 })
  expect(stage.emulator.calls.count() - calls).toBe(8) // at 7, the reserve was still whole
  expect(await missing()).toBe(6)
  expect(await stage.sweep()).toMatchObject({ Outcome: 'complete' })
  expect(await missing()).toBe(8)
})

describe('the list of open sessions', () => {
  test('the Active list began with its earliest page, even if that is stored last', async () => {
    stage.world.add([open(-5, undefined, 'b'), open(-1, undefined, 'a'), open(-3, undefined, 'c')])
    stage.emulator.faults.script = () => {
      stage.world.clock.advance(HOUR)
      return undefined
    }
    stage.writeAfter('a', 'c')
    const { begunAt, oldestStart, vanished } = await archiveOpenSessions(runOf(1))
    expect(Date.parse(begunAt)).toBeGreaterThan(hoursFromNow(1).getTime() - 60_000)
    expect(Date.parse(begunAt)).toBeLessThanOrEqual(hoursFromNow(1).getTime())
    expect(oldestStart).toBe(hoursFromNow(-5).toISOString())
    expect(vanished.size).toBe(0)
  })

  test('there is no oldest open session if none has a StartDate', async () => {
    stage.world.add([open(-1, undefined, 'undated', { StartDate: undefined })])
    expect(await archiveOpenSessions(runOf())).toMatchObject({ oldestStart: undefined })
  })

  test.each([1e30, -1e30])(
    'an open session with the StartDate %d, which is no date, fails no sweep',
    async (StartDate) => {
      stage.world.add([open(-1, undefined, 'odd', { StartDate }), open(-2)])
      const oldestStart = hoursFromNow(-2).toISOString()
      expect(await archiveOpenSessions(runOf())).toMatchObject({ oldestStart })
      stage.world.update('open', { endedAt: NOW })
      expect(await archiveOpenSessions(runOf())).toMatchObject({ oldestStart: undefined })
    },
  )

  test('sessions that the archive knows as open and that are not in the Active list have vanished', async () => {
    stage.world.add([open(-1, 1), open(-1, undefined, 'stays')])
    await archiveOpenSessions(runOf())
    stage.world.clock.advance(HOUR)
    const { vanished } = await archiveOpenSessions(runOf())
    expect([...vanished.keys()]).toEqual(['open'])
  })
})

describe('vanished sessions', () => {
  const begunAt = '2026-03-10T12:00:00.000Z'
  /** What becomes of a session that was stored as open at noon of March 1. */
  const followUp = async (
    missingSince: string | undefined,
    LastCompleteAt?: string,
    found: string[] = [],
  ) => {
    await upsert(stage.sessions, [{ ...observe({ SessionId: 'open' }, 0, 'Active'), source: stage.world }])
    if (missingSince) await stage.sessions.markMissing('open', missingSince, 'then')
    const [session] = await stage.sessions.openSessions(stage.world)
    if (session === undefined) throw new Error('not stored')
    const open = { begunAt, oldestStart: undefined, vanished: new Map([['open', session]]) }
    const plan = { Kind: 'full' as const, BegunAt: begunAt, Slices: [], Sliced: false }
    const listed = { plan, isDrained: true, lastSeen: undefined, found: new Set(found) }
    expect(await followUpVanished(runOf(), open, listed, { LastCompleteAt })).toBe(true)
    return record()
  }

  test.each([
    ['given up after 48 hours', '2026-03-08T12:00:00.000Z', true],
    ['not given up a millisecond earlier', '2026-03-08T12:00:00.001Z', undefined],
  ])('a missing session is %s', async (_what, since, EndUnknown) => {
    expect((await followUp(since))?.EndUnknown).toBe(EndUnknown)
  })

  test.each([
    ['seen, if no sweep was ever complete', undefined, '2026-03-01T12:00:01.000Z'],
    [
      'seen, if the last complete sweep began 30 minutes later',
      '2026-03-01T12:30:01.000Z',
      '2026-03-01T12:00:01.000Z',
    ],
    ['swept completely, if that was later still', '2026-03-01T12:30:01.001Z', '2026-03-01T12:30:01.001Z'],
  ])(
    'a vanished session was last known active when last %s',
    async (_when, lastComplete, LastKnownActiveAt) => {
      expect(await followUp(undefined, lastComplete)).toMatchObject({
        MissingSince: begunAt,
        LastKnownActiveAt,
      })
    },
  )

  test('a vanished session that the history has shown is not looked up', async () => {
    expect(await followUp(undefined, undefined, ['open'])).not.toHaveProperty('MissingSince')
    expect(stage.emulator.calls.count()).toBe(0)
  })
})
