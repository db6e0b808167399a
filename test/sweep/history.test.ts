import type { Plan, Slice } from '../../archive/sweep-state'
import { archiveHistory } from '../../sweep/history'
import { begin, type Limits } from '../../sweep/run'
import { useStage } from '../support/stage'
import { DAY, HOUR, NOW } from '../support/times'

const stage = useStage()
const DAY_HOURS = 24
/** The time that is left is counted in list calls. */
const limits: Limits = {
  pageSize: 2,
  pagesBeforeEstimate: 99,
  sliceMs: DAY,
  slicesAtOnce: 2,
  reserveMs: 1,
}
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR)
const whole = (time: Date) => `${time.toISOString().slice(0, 19)}Z`

/** Sessions that ended half an hour ago, and started evenly spread over the given hours before that. */
const add = (count: number, hours = 29 * DAY_HOURS) =>
  stage.world.add(
    Array.from({ length: count }, (_, n) => {
      const startedAt = hoursAgo(1 + (n * hours) / count)
      const afterEnd = { SessionId: `s-${n}`, StartDate: startedAt.getTime() / 1000 }
      return { startedAt, endedAt: hoursAgo(0.5), afterEnd }
    }),
  )
const sweep = (calls: number, change: Partial<Limits> = {}, full?: boolean) =>
  stage.sweep({ limits: { ...limits, ...change }, full, remainingMs: stage.timeFor(calls) })
const untilComplete = async (calls: number, change?: Partial<Limits>) => {
  let sweeps = 1
  while ((await sweep(calls, change)).Outcome !== 'complete' && sweeps < 40) sweeps++
  return sweeps
}
const historyCalls = () =>
  stage.emulator.calls.list.map(({ request }) => request).filter(({ State }) => State === 'History')
const callsWithoutFilter = () => historyCalls().filter(({ Filters }) => !Filters).length
const state = async () => (await stage.sweepsItems()).state ?? {}

test('a history too long for one invocation is archived by several, each slice once', async () => {
  add(120)
  let created = 0
  stage.proxy.onAnswered = ({ operation, body }, status) => {
    if (operation === 'PutItem' && body.Item.SessionId && status === 200) created += 1
  }

  const sweeps = await untilComplete(20)

  expect(sweeps).toBeGreaterThan(2)
  expect(sweeps).toBeLessThan(10)
  expect((await stage.records()).size).toBe(120)
  expect(created).toBe(120)
  const begun = historyCalls().filter(({ NextToken }) => !NextToken)
  const again = begun.length - new Set(begun.map(({ Filters }) => JSON.stringify(Filters))).size
  expect(again).toBeLessThanOrEqual(limits.slicesAtOnce * sweeps)
})

test.each([
  [40, 'given up after 5 pages, for there is no time for it', 'incomplete', 5],
  [15, 'listed to its end, for there is time', 'complete', 15],
])('the first chain of %i pages is %s', async (pages, _is, Outcome, calls) => {
  add(pages * limits.pageSize)

  const receipt = await sweep(36, { pagesBeforeEstimate: 5 })

  expect(receipt).toMatchObject({ Outcome, Sliced: Outcome === 'incomplete' })
  expect(callsWithoutFilter()).toBe(calls)
})

test('what the slices of the first sweep do not show, the next full sweep does: it is one chain', async () => {
  add(80)
  const [startedAt, endedAt] = [hoursAgo(20 * DAY_HOURS), hoursAgo(1)]
  stage.world.add([{ startedAt, endedAt, afterEnd: { SessionId: 'undated', Status: 'Failed' } }])
  await untilComplete(30, { pagesBeforeEstimate: 5 })
  expect((await stage.records()).size).toBe(80)

  const receipt = await sweep(43, { pagesBeforeEstimate: 5 }, true)

  expect(receipt).toMatchObject({ Outcome: 'complete', Sliced: false, Archived: 1 })
  expect(await stage.record('undated')).toMatchObject({ Status: 'Failed' })
})

test('a full sweep tries to be one chain; after one was too long, full sweeps are sliced for a week', async () => {
  add(20)
  const fullAfter = (hours: number, calls: number) => {
    stage.world.clock.advance(hours * HOUR)
    return sweep(calls, {}, true)
  }
  expect(await fullAfter(1, 20)).toMatchObject({ Outcome: 'complete', Sliced: false })

  expect(await fullAfter(1, 6)).toMatchObject({ Outcome: 'incomplete', Sliced: true })
  expect(await fullAfter(1, 1000)).toMatchObject({ Outcome: 'complete', Sliced: true })
  const calls = callsWithoutFilter()
  expect(await fullAfter(5 * DAY_HOURS, 1000)).toMatchObject({ Outcome: 'complete', Sliced: true })
  expect(callsWithoutFilter()).toBe(calls)

  expect(await fullAfter(2 * DAY_HOURS, 20)).toMatchObject({ Outcome: 'complete', Sliced: false })
  expect(await fullAfter(1, 20)).toMatchObject({ Outcome: 'complete', Sliced: false })
})

test('a first sweep that goes on writes first, and reads what turns out to be stored', async () => {
  add(4, 2 * DAY_HOURS) // a page of two sessions per day
  const one = { slicesAtOnce: 1 }
  expect(await sweep(2, one)).toMatchObject({ Outcome: 'incomplete', Archived: 2 })
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([0, 2])
  expect(await sweep(1000, one)).toMatchObject({ Outcome: 'complete', Archived: 2, Unchanged: 2 })
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([2, 6])
  expect(await sweep(1000, one, true)).toMatchObject({ Outcome: 'complete', Unchanged: 4 })
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([6, 6])
})

test('a sweep that runs out of time in its chain keeps what has come, and leaves slices', async () => {
  add(10, 1)

  expect(await sweep(3)).toMatchObject({ Outcome: 'incomplete', Sliced: true, Archived: 4 })
  expect((await stage.records()).size).toBe(4)
  expect((await state()).Pending).toMatchObject({ Sliced: true, Slices: { length: 30 } })
  expect(await stage.sweep({ limits })).toMatchObject({ Outcome: 'complete', Kind: 'full', Archived: 6 })
})

test('a recent sweep that is too long for one chain is sliced, and the next full one is not', async () => {
  add(2)
  await sweep(1000)
  stage.world.clock.advance(12 * HOUR)
  const startedAt = new Date(NOW.getTime() + HOUR)
  const late = Array.from({ length: 12 }, (_, n) => ({
    SessionId: `late-${n}`,
    StartDate: NOW.getTime() / 1000 + n,
  }))
  stage.world.add(late.map((afterEnd) => ({ startedAt, endedAt: startedAt, afterEnd })))

  expect(await sweep(4)).toMatchObject({ Outcome: 'incomplete', Kind: 'recent', Sliced: true })
  expect(await sweep(1000)).toMatchObject({ Outcome: 'complete', Kind: 'recent', Sliced: true })
  expect((await stage.records()).size).toBe(14)
  expect(await sweep(1000, {}, true)).toMatchObject({ Outcome: 'complete', Sliced: false })
})

describe('slices of time', () => {
  /** Of six hours each, up to now. */
  const slices = (count: number): Slice[] =>
    Array.from({ length: count }, (_, n) => ({
      From: whole(hoursAgo(6 * (count - n))),
      To: n === count - 1 ? undefined : whole(hoursAgo(6 * (count - n - 1))),
    }))
  const plan = (count: number): Plan => ({
    Kind: 'full',
    BegunAt: NOW.toISOString(),
    Slices: slices(count),
    Sliced: true,
  })
  const list = (count: number, change: Partial<Limits> = {}, calls?: number) =>
    archiveHistory(
      begin({
        source: stage.world,
        ...stage,
        now: () => NOW,
        limits: { ...limits, ...change },
        remainingMs: calls === undefined ? undefined : stage.timeFor(calls),
      }),
      plan(count),
      new Map(),
    )
  const pending = async () => ((await state()).Pending as Plan).Slices

  test('slices are listed from the oldest on, each with its bounds as filters', async () => {
    expect(await list(3, { slicesAtOnce: 1 })).toMatchObject({
      isDrained: true,
      plan: { Slices: { length: 3 } },
    })
    expect(historyCalls().map(({ Filters }) => Filters)).toEqual(
      slices(3).map(({ From, To }) => [
        { key: 'InvokedAfter', value: From },
        ...(To === undefined ? [] : [{ key: 'InvokedBefore', value: To }]),
      ]),
    )
    expect(await pending()).toEqual([])
  })

  test('several slices are listed at a time, each by one call at a time', async () => {
    let [inFlight, most] = [0, 0]
    stage.ssm.middlewareStack.add((next) => (args) => {
      most = Math.max(most, ++inFlight)
      return next(args).finally(() => inFlight--)
    })
    add(48, 24)
    await list(8, { slicesAtOnce: 3 })
    expect(most).toBe(3)
  })

  test('a slice that there is probably no time for is not begun', async () => {
    add(32, 24) // four pages per slice, so four calls, and nine calls are not enough for three slices
    expect(await list(4, { slicesAtOnce: 1, reserveMs: 0 }, 11)).toMatchObject({ isDrained: false })
    expect(stage.emulator.calls.count()).toBe(8)
    expect(await pending()).toEqual(slices(4).slice(2))
  })

  test('after a slice fails, no new one is begun, and finished ones are not listed again', async () => {
    add(8, 24)
    stage.emulator.faults.script = (_call, { Filters }) =>
      Filters?.[0]?.value === slices(4)[1]?.From ? 'error' : undefined
    await expect(list(4, { slicesAtOnce: 1 })).rejects.toMatchObject({ name: 'InternalServerError' })
    expect(await pending()).toEqual(slices(4).slice(1))
    expect(new Set(historyCalls().map(({ Filters }) => Filters?.[0]?.value))).toEqual(
      new Set(
        slices(4)
          .slice(0, 2)
          .map(({ From }) => From),
      ),
    )
  })

  test('a slice that is under way when another fails stops after its page', async () => {
    add(120, 24) // 15 pages per slice
    const failing = slices(4)[0]?.From
    stage.emulator.faults.script = (call, { Filters }) =>
      call >= 3 && Filters?.[0]?.value === failing ? 'error' : undefined
    await expect(list(4)).rejects.toMatchObject({ name: 'InternalServerError' })
    expect(historyCalls().length).toBeLessThan(15)
    expect(await pending()).toEqual(slices(4))
  })

  test('if no slice could be finished, those with a second page are halved', async () => {
    add(30, 24)
    await list(4, { slicesAtOnce: 1 }, 2)
    const [first, second, ...others] = await pending()
    expect([first?.From, second?.To]).toEqual([slices(4)[0]?.From, slices(4)[0]?.To])
    expect(others).toEqual(slices(4).slice(1))
  })

  test('slices that are too long for an invocation are halved until they fit', async () => {
    add(20, 1.5)
    await stage.sweeps.savePlan(stage.world, plan(1))
    expect(await untilComplete(8)).toBeGreaterThan(3)
    expect((await stage.records()).size).toBe(20)
  })

  test('the last page is the one shown last, even if it is stored before an earlier one', async () => {
    add(4, 12)
    stage.emulator.faults.script = () => {
      stage.world.clock.advance(HOUR)
      return undefined
    }
    stage.writeAfter('s-3', 's-0')
    const { lastSeen = '' } = await list(2, { slicesAtOnce: 2, pageSize: 10 })
    expect(Date.parse(lastSeen) - NOW.getTime()).toBeGreaterThan(2 * HOUR - 1000)
    expect(Date.parse(lastSeen) - NOW.getTime()).toBeLessThanOrEqual(2 * HOUR + 1000)
  })
})
