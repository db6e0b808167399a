import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from '../../archive/sweep-state'
import { upsert } from '../../archive/upsert'
import type { Fault } from '../../emulator/faults'
import { begin, type Run } from '../../sweep/run'
import { type Pages, storePages } from '../../sweep/store-pages'
import { observe } from '../support/observe'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { NOW } from '../support/times'

const stage = useStage()
/** A sweep under way that lists pages of 10. */
const runOf = (change: Partial<Run> = {}): Run => ({
  ...begin({ source: stage.world, ...stage, now: () => NOW, limits: SMALL_PAGES }),
  ...change,
})
const storeHistory = (run: Run, pages: Partial<Pages> = {}) =>
  storePages(run, { state: 'History', onStored: () => {}, ...pages })
/** Faults of list calls by number, from 1. */
const breakCalls = (faults: Record<number, Fault>) => {
  stage.emulator.faults.script = (call) => faults[call]
}
const readsAndWrites = () => [stage.recordReads(), stage.recordWrites()]
const storeBefore = async (sessions: ReturnType<typeof endedSessions>) => {
  await upsert(
    stage.sessions,
    sessions.map(({ afterEnd }) => observe(afterEnd, 0)),
  )
  stage.proxy.calls.length = 0
}

test('every page is stored, reported and counted', async () => {
  stage.world.add(endedSessions(25))
  const stored: number[] = []
  const counts: number[][] = []
  const run = runOf({ onPage: ({ Pages, Seen, Archived }) => counts.push([Pages, Seen, Archived]) })

  expect(await storeHistory(run, { onStored: ({ sessions }) => stored.push(sessions.length) })).toBe(true)
  expect(await storeHistory(run)).toBe(true)

  expect(stored.sort()).toEqual([10, 10, 5])
  expect(counts.at(-1)).toEqual([6, 50, 25])
  expect(counts).toHaveLength(6)
  expect(run.counts).toMatchObject({ Updated: 0, Unchanged: 25, Rejected: 0, Open: 0, Restarts: 0 })
  expect(readsAndWrites()).toEqual([50, 25])
})

test('sessions of the Active list count as open, those of the history do not', async () => {
  stage.world.add([{ startedAt: NOW, whileOpen: { SessionId: 'open' } }, ...endedSessions(1)])
  const run = runOf()
  await storePages(run, { state: 'Active', onStored: () => {} })
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Seen: 2, Open: 1 })
  expect(await stage.record('open')).toMatchObject({ State: 'Active', SweepId: run.sweepId })
})

test('while two pages are being stored the next one is requested, and no other', async () => {
  stage.world.add(endedSessions(40))
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  stage.client.middlewareStack.add((next) => (args) => released.then(() => next(args)))

  const storing = storeHistory(runOf({ expectNew: true }))
  while (stage.emulator.calls.count() < 3) await sleep(1)
  await sleep(50)
  expect(stage.emulator.calls.count()).toBe(3)
  release()
  expect(await storing).toBe(true)
  expect(stage.emulator.calls.count()).toBe(4)
})

test('a listing that is told to stop keeps what has come, and is not drained', async () => {
  stage.world.add(endedSessions(40))
  const asked: number[] = []
  const stopAfter = (pages: number) => asked.push(pages) === 2
  expect(await storeHistory(runOf(), { stopAfter })).toBe(false)
  expect(asked).toEqual([1, 2])
  expect((await stage.records()).size).toBe(20)
  expect(stage.emulator.calls.count()).toBe(2)
})

test('a listing whose last page has come is drained, although it is told to stop', async () => {
  stage.world.add(endedSessions(3))
  expect(await storeHistory(runOf(), { stopAfter: () => true })).toBe(true)
})

test.each([2, 3, 4])('if list call %i fails for good, the pages before it are stored', async (failing) => {
  stage.world.add(endedSessions(40))
  stage.emulator.faults.script = (call) => (call >= failing ? 'error' : undefined)
  const run = runOf()
  await expect(storeHistory(run)).rejects.toMatchObject({ name: 'InternalServerError' })
  const stored = (failing - 1) * 10
  expect((await stage.records()).size).toBe(stored)
  expect(run.counts).toMatchObject({ Pages: failing - 1, Seen: stored, Archived: stored })
})

test('if a session cannot be stored, the rest of its page and the page after it are stored and counted', async () => {
  stage.world.add(endedSessions(40))
  stage.proxy.fault = ({ body }) => (body.Item?.SessionId.S === 's-3' ? 'error' : undefined)
  const run = runOf()
  await expect(storeHistory(run)).rejects.toMatchObject({ name: 'UpsertError' })
  expect(run.counts).toMatchObject({ Pages: 2, Seen: 20, Archived: 19 })
  expect((await stage.records()).size).toBe(19)
})

test('a session that cannot be stored ever is kept as rejected, with the sweep', async () => {
  stage.world.add([...endedSessions(1), ...endedSessions(1, { SessionId: undefined })])
  const run = runOf()
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Seen: 2, Archived: 1, Rejected: 1 })
  expect((await stage.sweepsItems()).rejected).toMatchObject([
    {
      Source: '111122223333/us-east-1',
      FirstSweepId: run.sweepId,
      Reason: expect.stringContaining('SessionId'),
    },
  ])
})

test.each([
  [1, {}],
  [2, {}],
  [1, { 2: 'empty-page' as const }],
])(
  'a session listed twice, on pages of %i with the faults %j, is archived once',
  async (pageSize, faults) => {
    stage.world.add([...endedSessions(1), ...endedSessions(1)])
    breakCalls(faults)
    for (const expectNew of [false, true]) {
      const run = runOf({ expectNew, limits: { ...SMALL_PAGES, pageSize } })
      await storeHistory(run)
      expect(run.counts).toMatchObject({ Seen: 2, Archived: expectNew ? 0 : 1 })
    }
    expect(await stage.record('s-0')).toMatchObject({ Revision: 1 })
  },
)

describe('sessions that recent sweeps miss', () => {
  const RecentFrom = '2026-03-01T12:00:00Z'
  const full: Plan = { Kind: 'full', BegunAt: '', RecentFrom, Slices: [{}], Sliced: false }
  const start = (time: string) => Date.parse(time) / 1000
  test.each<[string, number, Plan | undefined]>([
    ['a full sweep', 2, full],
    ['a recent sweep', 0, { ...full, Kind: 'recent' }],
    ['a first sweep', 0, { ...full, RecentFrom: undefined }],
    ['a sweep without a plan yet', 0, undefined],
  ])('%s counts as missed by recent sweeps %i of three new sessions', async (_kind, count, plan) => {
    stage.world.add([
      ...endedSessions(1, { SessionId: 'before', StartDate: start('2026-03-01T11:59:59.999Z') }),
      ...endedSessions(1, { SessionId: 'undated', StartDate: undefined }),
      ...endedSessions(1, { SessionId: 'within', StartDate: start('2026-03-01T12:00:00.000Z') }),
    ])
    const run = runOf({ plan })
    await storeHistory(run)
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 3, MissedByRecent: count })
  })
})

describe('pages that are written first', () => {
  test('on a first sweep, new sessions are written without being read', async () => {
    stage.world.add(endedSessions(25))
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 25 })
    expect(readsAndWrites()).toEqual([0, 25])
  })

  test('on a first sweep, a page half of which is stored is written first, and what is there is read', async () => {
    stage.world.add(endedSessions(20))
    await storeBefore(endedSessions(20).filter((_one, n) => n % 2 === 0))
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 10, Unchanged: 10 })
    expect(readsAndWrites()).toEqual([10, 20])
  })

  test('once more than half of a page turns out to be stored, the first sweep reads first', async () => {
    stage.world.add(endedSessions(50))
    await storeBefore(endedSessions(50).slice(4))
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 4, Unchanged: 46 })
    const written = new Set(stage.proxy.calls.map(({ body }) => body.Item?.SessionId.S))
    for (let n = 0; n < 10; n++) expect(written).toContain(`s-${n}`)
    for (let n = 30; n < 50; n++) expect(written).not.toContain(`s-${n}`) // 10 to 29: at the same time
    expect(stage.recordReads()).toBe(46)
    expect(run.expectNew).toBe(false)
  })

  test('on a first sweep, a page that shares a session with the page before is read first, others are not', async () => {
    const sessions = endedSessions(25)
    stage.world.add([...sessions, ...sessions.slice(9, 10)])
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 25, Unchanged: 1 })
    expect(readsAndWrites()).toEqual([10, 25])
  })

  test('on a first sweep, pages that come after a restart are read first', async () => {
    stage.world.add(endedSessions(25))
    breakCalls({ 1: 'empty-page', 2: 'expire-token' })
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 25, Restarts: 1 })
    expect(readsAndWrites()).toEqual([25, 25])
  })

  test('on a first sweep, a session that is archived as open and then seen as ended is updated', async () => {
    stage.world.add([
      { startedAt: NOW, endedAt: new Date(NOW.getTime() + 1000), whileOpen: { SessionId: 's' } },
    ])
    const run = runOf({ expectNew: true })
    await storePages(run, { state: 'Active', onStored: () => {} })
    stage.world.clock.advance(1000)
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 1, Updated: 1 })
    expect(readsAndWrites()).toEqual([1, 3])
    expect(await stage.record('s')).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
  })

  test('on a first sweep, a session is archived once if the answer to its write is lost', async () => {
    stage.world.add(endedSessions(3))
    let puts = 0
    stage.proxy.fault = ({ operation }) =>
      operation === 'PutItem' && puts++ === 0 ? 'reset-after' : undefined
    const run = runOf({ expectNew: true })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Archived: 3, Unchanged: 0 })
    expect(readsAndWrites()).toEqual([1, 4])
  })
})
