import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from '../../archive/sweep-state'
import { upsert } from '../../archive/upsert'
import type { Fault } from '../../emulator/faults'
import type { Run } from '../../sweep/run'
import { type Pages, storePages } from '../../sweep/store-pages'
import { observe } from '../support/observe'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { NOW } from '../support/times'

const stage = useStage()
const storeList = (state: Pages['state'], run: Run, pages: Partial<Pages> = {}) =>
  storePages(run, { state, onStored: () => {}, ...pages })
const storeHistory = (run: Run, pages?: Partial<Pages>) => storeList('History', run, pages)
const readsAndWrites = () => [stage.recordReads(), stage.recordWrites()]
const storeBefore = async (sessions: ReturnType<typeof endedSessions>) => {
  const page = sessions.map(({ afterEnd }) => observe(afterEnd))
  await upsert(stage.sessions, page)
  stage.proxy.calls.length = 0
}

test('every page is stored, reported and counted', async () => {
  stage.world.add(endedSessions(25))
  const stored: number[] = []
  const counts: number[][] = []
  const run = stage.runOf({ onPage: ({ Pages, Seen, Archived }) => counts.push([Pages, Seen, Archived]) })

  expect(await storeHistory(run, { onStored: ({ sessions }) => void stored.push(sessions.length) })).toBe(
    true,
  )
  expect(await storeHistory(run)).toBe(true)

  expect(stored).toEqual([10, 10, 5])
  expect(counts).toHaveLength(6)
  expect(counts.at(-1)).toEqual([6, 50, 25])
  expect(run.counts).toMatchObject({ Updated: 0, Unchanged: 25, Rejected: 0, Open: 0, Restarts: 0 })
  expect(readsAndWrites()).toEqual([50, 25])
})

test('pages are reported in their order, even if a later one is stored first', async () => {
  stage.world.add(endedSessions(20))
  stage.client.middlewareStack.add((next) => async (args) => {
    if (JSON.stringify(args.input).includes('"s-0"')) await sleep(300) // the first page
    return next(args)
  })
  const first: unknown[] = []
  const onStored: Pages['onStored'] = ({ sessions }) => void first.push(sessions[0]?.SessionId)
  await storeHistory(stage.runOf({ expectNew: true }), { onStored })
  expect(first).toEqual(['s-0', 's-10'])
})

test('sessions of the Active list count as open, those of the history do not', async () => {
  stage.world.add([{ startedAt: NOW, whileOpen: { SessionId: 'open' } }, ...endedSessions(1)])
  const run = stage.runOf()
  await storeList('Active', run)
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

  const storing = storeHistory(stage.runOf({ expectNew: true }))
  while (stage.emulator.calls.count() < 3) await sleep(1)
  await sleep(50)
  expect(stage.emulator.calls.count()).toBe(3)
  release()
  expect(await storing).toBe(true)
  expect(stage.emulator.calls.count()).toBe(4)
})

test.each([
  ['keeps what has come, and is not drained', 40, false, [1, 2], 20],
  ['is drained if the last page has come', 13, true, [1], 13],
])('a listing that is told to stop after two pages %s', async (_what, count, isDrained, asked, stored) => {
  stage.world.add(endedSessions(count))
  const pages: number[] = []
  const stopAfter = (number: number) => pages.push(number) === 2
  expect(await storeHistory(stage.runOf(), { stopAfter })).toBe(isDrained)
  expect(pages).toEqual(asked)
  expect((await stage.records()).size).toBe(stored)
  expect(stage.emulator.calls.count()).toBe(2)
})

test.each([2, 3, 4])('if list call %i fails for good, the pages before it are stored', async (failing) => {
  stage.world.add(endedSessions(40))
  stage.emulator.faults.script = (call) => (call >= failing ? 'error' : undefined)
  const run = stage.runOf()
  await expect(storeHistory(run)).rejects.toMatchObject({ name: 'InternalServerError' })
  const stored = (failing - 1) * 10
  expect((await stage.records()).size).toBe(stored)
  expect(run.counts).toMatchObject({ Pages: failing - 1, Seen: stored, Archived: stored })
})

test('if a session cannot be stored, the rest of its page and the page after it are stored and counted', async () => {
  stage.world.add(endedSessions(40))
  stage.proxy.fault = ({ body }) => (body.Item?.SessionId.S === 's-3' ? 'error' : undefined)
  const run = stage.runOf()
  await expect(storeHistory(run)).rejects.toMatchObject({ name: 'UpsertError' })
  expect(run.counts).toMatchObject({ Pages: 2, Seen: 20, Archived: 19 })
  expect((await stage.records()).size).toBe(19)
})

test('a session that cannot be stored ever is kept as rejected, with the sweep', async () => {
  stage.world.add([...endedSessions(1), ...endedSessions(1, { SessionId: undefined })])
  const run = stage.runOf()
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Seen: 2, Archived: 1, Rejected: 1 })
  const [Reason, FirstSweepId] = [expect.stringContaining('SessionId'), run.sweepId]
  expect((await stage.sweepsItems()).rejected).toMatchObject([{ Reason, FirstSweepId }])
})

test.each<[string, number, Record<number, Fault>]>([
  ['one page', 2, {}],
  ['two pages', 1, {}],
  ['two pages with an empty one between', 1, { 2: 'empty-page' }],
])('a session listed twice, on %s, is archived once', async (_pages, pageSize, faults) => {
  stage.world.add([...endedSessions(1), ...endedSessions(1)])
  stage.breakListCalls(faults)
  for (const expectNew of [false, true]) {
    const run = stage.runOf({ expectNew, limits: { ...SMALL_PAGES, pageSize } })
    await storeHistory(run)
    expect(run.counts).toMatchObject({ Seen: 2, Archived: expectNew ? 0 : 1 })
  }
  expect(await stage.record('s-0')).toMatchObject({ Revision: 1 })
})

const RecentFrom = '2026-03-01T12:00:00Z'
const full: Plan = { Kind: 'full', BegunAt: '', RecentFrom, Slices: [{}], Sliced: false }
test.each<[string, number, Plan | undefined]>([
  ['a full sweep', 2, full],
  ['a recent sweep', 0, { ...full, Kind: 'recent' }],
  ['a first sweep', 0, { ...full, RecentFrom: undefined }],
  ['a sweep without a plan yet', 0, undefined],
])('%s counts as missed by recent sweeps %i of three new sessions', async (_kind, count, plan) => {
  const start = (time: string) => Date.parse(time) / 1000
  stage.world.add([
    ...endedSessions(1, { SessionId: 'before', StartDate: start('2026-03-01T11:59:59.999Z') }),
    ...endedSessions(1, { SessionId: 'undated', StartDate: undefined }),
    ...endedSessions(1, { SessionId: 'within', StartDate: start('2026-03-01T12:00:00.000Z') }),
  ])
  const run = stage.runOf({ plan })
  await storeHistory(run)
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Archived: 3, MissedByRecent: count })
})

const ALL = endedSessions(25)
const half = ALL.slice(0, 20).filter((_one, n) => n % 2 === 0)
const again = [...ALL, ...ALL.slice(9, 10)]
const restart = { 1: 'empty-page', 2: 'expire-token' } as const
test.each<[string, typeof ALL, typeof ALL, Record<number, Fault>, number[], number[]]>([
  ['new sessions are written without being read', ALL, [], {}, [25, 0], [0, 25]],
  ['of a page half stored, what is stored is read', ALL, half, {}, [15, 10], [10, 25]],
  ['a page that shares a session with the one before is read', again, [], {}, [25, 1], [10, 25]],
  ['pages after a restart are read', ALL, [], restart, [25, 0], [25, 25]],
])('on a first sweep, %s', async (_what, sessions, stored, faults, [Archived, Unchanged], expected) => {
  stage.world.add(sessions)
  await storeBefore(stored)
  stage.breakListCalls(faults)
  const run = stage.runOf({ expectNew: true })
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Archived, Unchanged })
  expect(readsAndWrites()).toEqual(expected)
})

test('once more than half of a page turns out to be stored, the first sweep reads first', async () => {
  stage.world.add(endedSessions(50))
  await storeBefore(endedSessions(50).slice(4))
  const run = stage.runOf({ expectNew: true })
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Archived: 4, Unchanged: 46 })
  const written = new Set(stage.proxy.calls.map(({ body }) => body.Item?.SessionId.S))
  for (let n = 0; n < 10; n++) expect(written).toContain(`s-${n}`)
  for (let n = 30; n < 50; n++) expect(written).not.toContain(`s-${n}`) // 10 to 29: at the same time
  expect(stage.recordReads()).toBe(46)
  expect(run.expectNew).toBe(false)
})

test('on a first sweep, a session that is archived as open and then seen as ended is updated', async () => {
  const endedAt = new Date(NOW.getTime() + 1000)
  stage.world.add([{ startedAt: NOW, endedAt, whileOpen: { SessionId: 's' } }])
  const run = stage.runOf({ expectNew: true })
  await storeList('Active', run)
  stage.world.clock.advance(1000)
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Archived: 1, Updated: 1 })
  expect(readsAndWrites()).toEqual([1, 3])
  expect(await stage.record('s')).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
})

test('on a first sweep, a session is archived once if the answer to its write is lost', async () => {
  stage.world.add(endedSessions(3))
  stage.breakFirst('PutItem', 'reset-after')
  const run = stage.runOf({ expectNew: true })
  await storeHistory(run)
  expect(run.counts).toMatchObject({ Archived: 3, Unchanged: 0 })
  expect(readsAndWrites()).toEqual([1, 4])
})
