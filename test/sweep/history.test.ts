import type { Plan, Slice } from '../../archive/sweep-state'
import { archiveHistory } from '../../sweep/history'
import { DEFAULT_LIMITS, type Limits } from '../../sweep/run'
import { useStage } from '../support/stage'
import { DAY, HOUR, NOW } from '../support/times'

const stage = useStage()
const A_DAY = 24
/** The time that is left is counted in list calls. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  ...{ pageSize: 2, pagesBeforeEstimate: 99, sliceMs: DAY, slicesAtOnce: 2, reserveMs: 1 },
}
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR)

/** Sessions that ended half an hour ago, and started evenly spread over the given hours before that. */
const add = (count: number, hours: number) =>
  stage.world.add(
    Array.from({ length: count }, (_, n) => {
      const startedAt = hoursAgo(1 + (n * hours) / count)
      const afterEnd = { SessionId: `s-${n}`, StartDate: startedAt.getTime() / 1000 }
      return { startedAt, endedAt: hoursAgo(0.5), afterEnd }
    }),
  )
const addMonth = (count: number) => add(count, 29 * A_DAY)
const sweep = (calls: number, change: Partial<Limits> = {}, full?: boolean) =>
  stage.sweep({ limits: { ...LIMITS, ...change }, full, remainingMs: stage.timeFor(calls) })
const untilComplete = async (calls: number, change?: Partial<Limits>) => {
  let sweeps = 1
  while ((await sweep(calls, change)).Outcome !== 'complete' && sweeps < 40) sweeps++
  return sweeps
}
const historyCalls = () =>
  stage.emulator.calls.list.map(({ request }) => request).filter(({ State }) => State === 'History')
const callsWithoutFilter = () => historyCalls().filter(({ Filters }) => !Filters).length
const pending = async () => (await stage.sweepsItems()).state?.Pending as Plan
const readsAndWrites = () => [stage.recordReads(), stage.recordWrites()]
const archived = async () => (await stage.records()).size

test('a history too long for one invocation is archived by several, each slice once', async () => {
  addMonth(120)
  let created = 0
  stage.proxy.onAnswered = ({ operation, body }, status) => {
    if (operation === 'PutItem' && body.Item.SessionId && status === 200) created += 1
  }

  const sweeps = await untilComplete(20)

  expect(sweeps).toBeGreaterThan(2)
  expect(sweeps).toBeLessThan(10)
  expect([await archived(), created]).toEqual([120, 120])
  const begun = historyCalls().filter(({ NextToken }) => !NextToken)
  const again = begun.length - new Set(begun.map(({ Filters }) => JSON.stringify(Filters))).size
  expect(again).toBeLessThanOrEqual(LIMITS.slicesAtOnce * sweeps)
})

test.each([
  [40, 'given up after 5 pages, for there is no time for it', 'incomplete', 5],
  [15, 'listed to its end, for there is time', 'complete', 15],
])('the first chain of %i pages is %s', async (pages, _is, Outcome, calls) => {
  addMonth(pages * LIMITS.pageSize)
  const Sliced = Outcome === 'incomplete'
  expect(await sweep(36, { pagesBeforeEstimate: 5 })).toMatchObject({ Outcome, Sliced })
  expect(callsWithoutFilter()).toBe(calls)
})

test('what the slices of the first sweep do not show, the next full sweep does: it is one chain', async () => {
  addMonth(80)
  const [startedAt, endedAt] = [hoursAgo(20 * A_DAY), hoursAgo(1)]
  stage.world.add([{ startedAt, endedAt, afterEnd: { SessionId: 'undated' } }])
  await untilComplete(30, { pagesBeforeEstimate: 5 })
  expect(await archived()).toBe(80)

  const receipt = await sweep(43, { pagesBeforeEstimate: 5 }, true)

  expect(receipt).toMatchObject({ Outcome: 'complete', Sliced: false, Archived: 1 })
  expect(await stage.record('undated')).toMatchObject({ State: 'History' })
})

test('a full sweep tries to be one chain; after one was too long, full sweeps are sliced for a week', async () => {
  addMonth(20)
  const fullAfter = async (hours: number, calls: number) => {
    stage.world.clock.advance(hours * HOUR)
    const { Outcome, Sliced } = await sweep(calls, {}, true)
    return `${Outcome}, ${Sliced ? 'sliced' : 'one chain'}`
  }
  expect(await fullAfter(1, 20)).toBe('complete, one chain')
  expect(await fullAfter(1, 6)).toBe('incomplete, sliced')
  expect(await fullAfter(1, 1000)).toBe('complete, sliced')
  const calls = callsWithoutFilter()
  expect(await fullAfter(5 * A_DAY, 1000)).toBe('complete, sliced')
  expect(callsWithoutFilter()).toBe(calls)
  expect(await fullAfter(2 * A_DAY, 20)).toBe('complete, one chain')
  expect(await fullAfter(1, 20)).toBe('complete, one chain')
})

test('a first sweep that goes on writes first, and reads what turns out to be stored', async () => {
  add(4, 2 * A_DAY) // a page of two sessions per day
  const one = { slicesAtOnce: 1 }
  expect(await sweep(2, one)).toMatchObject({ Outcome: 'incomplete', Archived: 2 })
  expect(readsAndWrites()).toEqual([0, 2])
  expect(await sweep(1000, one)).toMatchObject({ Outcome: 'complete', Archived: 2, Unchanged: 2 })
  expect(readsAndWrites()).toEqual([2, 6])
  expect(await sweep(1000, one, true)).toMatchObject({ Outcome: 'complete', Unchanged: 4 })
  expect(readsAndWrites()).toEqual([6, 6])
})

test('a sweep that runs out of time in its chain keeps what has come, and leaves slices', async () => {
  add(10, 1)
  expect(await sweep(3)).toMatchObject({ Outcome: 'incomplete', Sliced: true, Archived: 4 })
  expect(await archived()).toBe(4)
  expect(await pending()).toMatchObject({ Sliced: true, Slices: { length: 30 } })
  expect(await sweep(1000)).toMatchObject({ Outcome: 'complete', Kind: 'full', Archived: 6 })
})

test('a recent sweep that is too long for one chain is sliced, and the next full one is not', async () => {
  add(2, 1)
  await sweep(1000)
  stage.world.clock.advance(12 * HOUR)
  const endedAt = new Date(NOW.getTime() + HOUR)
  const late = (n: number) => ({ SessionId: `late-${n}`, StartDate: NOW.getTime() / 1000 + n })
  stage.world.add(Array.from({ length: 12 }, (_, n) => ({ startedAt: NOW, endedAt, afterEnd: late(n) })))

  expect(await sweep(4)).toMatchObject({ Outcome: 'incomplete', Kind: 'recent', Sliced: true })
  expect(await sweep(1000)).toMatchObject({ Outcome: 'complete', Kind: 'recent', Sliced: true })
  expect(await archived()).toBe(14)
  expect(await sweep(1000, {}, true)).toMatchObject({ Outcome: 'complete', Sliced: false })
})

describe('if AWS applies filters to pages that are cut already', () => {
  beforeEach(() => {
    stage.emulator.faults.script = () => 'filter-after-page'
  })
  const soon = { pagesBeforeEstimate: 5 }

  test('a history of any length is archived by one chain that goes on in each sweep', async () => {
    addMonth(120) // 60 pages
    expect(await sweep(25, soon)).toMatchObject({ Outcome: 'incomplete', Sliced: false })
    expect(await pending()).toMatchObject({ ChainOnly: true, Sliced: false, NextToken: expect.any(String) })
    expect(await untilComplete(25, soon)).toBe(2)
    expect(await archived()).toBe(120)
    expect(callsWithoutFilter()).toBe(60) // and two slices were tried
    expect(historyCalls()).toHaveLength(60 + LIMITS.slicesAtOnce * soon.pagesBeforeEstimate)
  })

  test('a recent sweep costs the pages of the history, and what it needs of them is archived', async () => {
    addMonth(40)
    await sweep(1000)
    stage.world.clock.advance(HOUR)
    add(1, 1)
    const before = historyCalls().length
    expect(await sweep(1000)).toMatchObject({ Outcome: 'complete', Kind: 'recent', Sliced: false })
    expect(historyCalls().length - before).toBe(21)
  })

  test('a chain whose token is refused begins again', async () => {
    addMonth(60)
    await sweep(20, soon)
    let isFirst = true
    stage.emulator.faults.script = (_call, { NextToken }) => {
      if (!NextToken || !isFirst) return 'filter-after-page'
      isFirst = false
      return 'expire-token'
    }
    expect(await sweep(1000, soon)).toMatchObject({ Outcome: 'complete', Restarts: 1 })
    expect(await archived()).toBe(60)
  })

  test('a token that leads nowhere fails one sweep, not all to come', async () => {
    addMonth(120)
    await sweep(20, soon)
    stage.emulator.faults.script = (_call, { State, NextToken }) =>
      State === 'History' && NextToken ? 'repeat-token' : 'filter-after-page'
    await expect(sweep(1000, soon)).rejects.toThrow('RepeatedTokenError')
    expect(await pending()).not.toHaveProperty('NextToken')
    stage.emulator.faults.script = () => 'filter-after-page'
    expect(await sweep(1000, soon)).toMatchObject({ Outcome: 'complete' })
    expect(await archived()).toBe(120)
  })

  test('if a token does not live until the next sweep, slices are tried again', async () => {
    addMonth(120)
    await sweep(20, soon)
    stage.emulator.faults.script = (_call, { NextToken }) =>
      NextToken && historyCalls().length === 14 ? 'expire-token' : undefined
    expect(await sweep(20, soon)).toMatchObject({ Outcome: 'incomplete' })
    expect(await untilComplete(30, soon)).toBeLessThan(10)
    expect(await archived()).toBe(120)
  })

  test('a chain that fails goes on after the pages that were stored', async () => {
    addMonth(120)
    await sweep(15, soon)
    const saved = stage.emulator.calls.count()
    stage.emulator.faults.script = (call) => (call > saved + 20 ? 'error' : 'filter-after-page')
    await expect(sweep(1000, soon)).rejects.toThrow('InternalServerError')
    stage.emulator.faults.script = () => 'filter-after-page'
    expect(await sweep(1000, soon)).toMatchObject({ Outcome: 'complete' })
    expect(await archived()).toBe(120)
    expect(callsWithoutFilter()).toBeLessThan(60 + 5 + 10)
  })
})

describe('four slices of six hours up to now', () => {
  const bound = (n: number) =>
    n === 4
      ? undefined
      : `${hoursAgo(6 * (4 - n))
          .toISOString()
          .slice(0, 19)}Z`
  const SLICES: Slice[] = [0, 1, 2, 3].map((n) => ({ From: bound(n), To: bound(n + 1) }))
  const plan = (Slices = SLICES): Plan => ({ Kind: 'full', BegunAt: NOW.toISOString(), Slices, Sliced: true })
  const list = (change: Partial<Limits> = {}, calls = 1000) => {
    const run = stage.runOf({ limits: { ...LIMITS, ...change }, remainingMs: stage.timeFor(calls) })
    return archiveHistory(run, plan(), new Map())
  }
  /** Fails the listing of the slice from its nth call on. */
  const failSlice = ({ From }: Slice = {}, n = 1) => {
    let calls = 0
    stage.emulator.faults.script = (_call, { Filters }) =>
      Filters?.[0]?.value === From && ++calls >= n ? 'error' : undefined
  }

  test('slices are listed from the oldest on, each with its bounds as filters', async () => {
    expect(await list({ slicesAtOnce: 1 })).toMatchObject({ isDrained: true, plan: plan([]) })
    const filters = ({ From, To }: Slice) => [
      { key: 'InvokedAfter', value: From },
      ...(To === undefined ? [] : [{ key: 'InvokedBefore', value: To }]),
    ]
    expect(historyCalls().map(({ Filters }) => Filters)).toEqual(SLICES.map(filters))
    expect(await pending()).toEqual(plan([]))
  })

  test('several slices are listed at a time, each by one call at a time', async () => {
    let [inFlight, most] = [0, 0]
    stage.ssm.middlewareStack.add((next) => (args) => {
      most = Math.max(most, ++inFlight)
      return next(args).finally(() => inFlight--)
    })
    add(24, 24)
    await list({ slicesAtOnce: 3 })
    expect(most).toBe(3)
  })

  test('a slice that there is probably no time for is not begun', async () => {
    add(32, 24) // four pages per slice: eleven calls are probably not enough for three slices
    expect(await list({ slicesAtOnce: 1, reserveMs: 0 }, 11)).toMatchObject({ isDrained: false })
    expect(stage.emulator.calls.count()).toBe(8)
    expect(await pending()).toEqual(plan(SLICES.slice(2)))
  })

  test('after a slice fails, no new one is begun, and finished ones are not listed again', async () => {
    add(8, 24)
    failSlice(SLICES[1])
    await expect(list({ slicesAtOnce: 1 })).rejects.toMatchObject({ name: 'InternalServerError' })
    expect(await pending()).toEqual(plan(SLICES.slice(1)))
    const listed = new Set(historyCalls().map(({ Filters }) => Filters?.[0]?.value))
    expect(listed).toEqual(new Set([bound(0), bound(1)]))
  })

  test('a slice that is under way when another fails stops after its page', async () => {
    add(120, 24) // 15 pages per slice
    failSlice(SLICES[0], 2)
    await expect(list()).rejects.toMatchObject({ name: 'InternalServerError' })
    expect(historyCalls().length).toBeLessThan(15)
    expect(await pending()).toEqual(plan())
  })

  test('if no slice could be finished, those with a second page are halved', async () => {
    add(30, 24)
    await list({ slicesAtOnce: 1 }, 2)
    const { Slices } = await pending()
    expect([Slices[0]?.From, Slices[1]?.To]).toEqual([bound(0), bound(1)])
    expect(Slices.slice(2)).toEqual(SLICES.slice(1))
  })

  test('slices that are too long for an invocation are halved until they fit', async () => {
    add(20, 1.5)
    await stage.sweeps.savePlan(stage.world, plan(SLICES.slice(3)))
    expect(await untilComplete(8)).toBeGreaterThan(2)
    expect(await archived()).toBe(20)
  })

  test('the last page is the one shown last, even if it is stored before an earlier one', async () => {
    add(2, 12)
    stage.emulator.faults.script = () => void stage.world.clock.advance(HOUR)
    stage.writeAfter('s-1', 's-0')
    const { lastSeen = '' } = await list()
    expect(Math.round((Date.parse(lastSeen) - NOW.getTime()) / HOUR)).toBe(4)
  })
})
