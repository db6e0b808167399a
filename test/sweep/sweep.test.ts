import { version } from '../../package.json'
import { DEFAULT_LIMITS, type SweepJob } from '../../sweep/run'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { DAY, HOUR, NOW } from '../support/times'

const stage = useStage()
const sweep = (change: Partial<SweepJob> = {}) => stage.sweep({ limits: SMALL_PAGES, ...change })
const receipts = async () => (await stage.sweepsItems()).receipts
const state = async () => (await stage.sweepsItems()).state

test.each([
  [0, 1],
  [1, 1],
  [10, 1],
  [11, 2],
  [50, 5],
])('%i sessions take %i list calls and a write each, and no write the second time', async (count, pages) => {
  stage.world.add(endedSessions(count))

  const first = await sweep()
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([0, count])
  const second = await sweep({ full: true })
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([count, count])

  const counts = { Outcome: 'complete', Pages: 1 + pages, Seen: count }
  expect(first).toMatchObject({ ...counts, Archived: count, Unchanged: 0 })
  expect(second).toMatchObject({ ...counts, Archived: 0, Unchanged: count })
  expect((await stage.records()).size).toBe(count)
  expect(new Set(await receipts())).toEqual(new Set([first, second]))
})

test('pages are as large as AWS allows, and the lists are asked for without a filter', async () => {
  stage.world.add(endedSessions(201))
  await sweep({ limits: undefined })
  expect(stage.emulator.calls.list.map(({ request }) => request)).toEqual([
    { State: 'Active', MaxResults: 200 },
    { State: 'History', MaxResults: 200 },
    { State: 'History', MaxResults: 200, NextToken: expect.any(String) },
  ])
  expect(DEFAULT_LIMITS.pageSize).toBe(200)
  expect((await stage.records()).size).toBe(201)
})

test('a receipt says what the sweep did, when by its own clock, and what it covers by the clock of AWS', async () => {
  stage.world.add([...endedSessions(2), { startedAt: NOW, whileOpen: { SessionId: 'open' } }])
  const ownClock = [new Date('2026-03-01T00:00:00.000Z'), new Date('2026-03-01T00:01:00.000Z')]
  const { CoversFrom, CoversUntil, ...receipt } = await sweep({ now: () => ownClock.shift() ?? NOW })
  expect(receipt).toEqual({
    Source: '111122223333/us-east-1',
    ItemId: expect.stringMatching(/^2026-03-01T00:00:00\.000Z-[0-9a-f]{8}$/),
    Kind: 'full',
    Sliced: false,
    StartedAt: '2026-03-01T00:00:00.000Z',
    FinishedAt: '2026-03-01T00:01:00.000Z',
    Pages: 2,
    Seen: 3,
    Archived: 3,
    Updated: 0,
    Unchanged: 0,
    Rejected: 0,
    Open: 1,
    MissedByRecent: 0,
    Restarts: 0,
    Outcome: 'complete',
    Version: version,
  })
  expect(Date.parse(CoversUntil ?? '') - NOW.getTime()).toBeLessThanOrEqual(0)
  expect(await state()).toMatchObject({ LastCompleteAt: CoversUntil, LastFullAt: CoversUntil })
})

test('hourly sweeps are full once a day; each covers the time since the one before', async () => {
  stage.world.add(endedSessions(30))
  const all = [await sweep()]
  for (let hour = 0; hour < 25; hour++) all.push(await stage.sweepAfter(1, { limits: SMALL_PAGES }))

  expect(all.flatMap(({ Kind }, hour) => (Kind === 'full' ? [hour] : []))).toEqual([0, 24])
  expect(all.map(({ Pages }) => Pages)).toEqual(all.map(({ Kind }) => (Kind === 'full' ? 4 : 2)))
  for (const [n, { Kind, CoversFrom, InvokedAfter }] of all.entries())
    if (Kind === 'recent') {
      const { CoversUntil = '' } = all[n - 1] ?? {}
      expect(CoversFrom).toBe(CoversUntil)
      expect(InvokedAfter).toBe(`${new Date(Date.parse(CoversUntil) - HOUR).toISOString().slice(0, 19)}Z`)
    } else expect(InvokedAfter).toBeUndefined()
})

test('what only a full sweep finds is counted, once; a first sweep misses nothing', async () => {
  stage.world.add(endedSessions(1, { SessionId: 'first' }))
  expect(await sweep()).toMatchObject({ Archived: 1, MissedByRecent: 0 })
  await stage.sweepAfter(3)
  stage.world.add(endedSessions(2)) // shown late: they started before the window of a recent sweep

  expect(await stage.sweepAfter(1)).toMatchObject({ Kind: 'recent', Archived: 0, MissedByRecent: 0 })
  expect(await sweep({ full: true })).toMatchObject({ Archived: 2, MissedByRecent: 2 })
  expect(await sweep({ full: true })).toMatchObject({ Archived: 0, MissedByRecent: 0 })
})

test('coverage begins 30 days before the last page was shown, and ends when the sweep began', async () => {
  stage.world.add(endedSessions(30))
  stage.emulator.faults.script = () => {
    stage.world.clock.advance(HOUR)
    return undefined
  }
  const { CoversFrom = '', CoversUntil = '' } = await sweep()
  const hours = (time: string, from: number) => Math.round((Date.parse(time) - from) / (HOUR / 10)) / 10
  expect(hours(CoversUntil, NOW.getTime())).toBe(1)
  expect(hours(CoversFrom, NOW.getTime() - 30 * DAY)).toBe(4)
})

test('a sweep that lists nothing but open sessions covers 30 days before them', async () => {
  const BegunAt = new Date(NOW.getTime() - HOUR).toISOString()
  await stage.sweeps.savePlan(stage.world, { Kind: 'full', BegunAt, Slices: [], Sliced: true })
  const { Outcome, CoversFrom = '', CoversUntil = '' } = await sweep()
  expect(Outcome).toBe('complete')
  expect(Math.round((Date.parse(CoversFrom) - NOW.getTime()) / (HOUR / 10)) / 10).toBe(-30 * 24)
  expect(Math.round((Date.parse(CoversUntil) - NOW.getTime()) / (HOUR / 10)) / 10).toBe(-1)
})

test('an incomplete sweep covers nothing', async () => {
  stage.world.add(endedSessions(30))
  const receipt = await sweep({ remainingMs: stage.timeFor(3), limits: { ...SMALL_PAGES, reserveMs: 1 } })
  expect(receipt).toMatchObject({ Outcome: 'incomplete', Kind: 'full', Sliced: true })
  expect(Object.keys(receipt).filter((name) => name.startsWith('Covers'))).toEqual([])
  expect(await state()).not.toHaveProperty('LastCompleteAt')
})

test('a rejected session is kept once, with its raw JSON, also over two full sweeps', async () => {
  const tooLong = { SessionId: 'too-long', Reason: '🚀 "quoted"', Details: '漢🔑'.repeat(150_000) }
  const unnamed = { Reason: 'nobody knows which', Owner: 'arn:aws:iam::111122223333:user/Mary-Major' }
  stage.world.add(endedSessions(3))
  for (const afterEnd of [tooLong, unnamed])
    stage.world.add(endedSessions(1).map((life) => ({ ...life, afterEnd })))

  const receipt = await sweep()
  const before = (await stage.sweepsItems()).rejected
  const again = await sweep({ full: true })

  const counts = { Outcome: 'complete', Seen: 5, Rejected: 2 }
  expect([receipt, again]).toMatchObject([
    { ...counts, Archived: 3 },
    { ...counts, Unchanged: 3 },
  ])
  expect((await stage.records()).size).toBe(3)
  const { rejected } = await stage.sweepsItems()
  expect(rejected).toEqual(before)
  const whole = new Map<string, string>()
  for (const { ItemId, RawJson, FirstSweepId } of rejected) {
    const [, hash = ''] = String(ItemId).split('#')
    whole.set(hash, `${whole.get(hash) ?? ''}${RawJson}`)
    expect(FirstSweepId).toBe(receipt.ItemId)
  }
  const kept = [...whole.values()].map((json) => JSON.parse(json))
  expect(kept).toHaveLength(2)
  expect(kept).toEqual(expect.arrayContaining([tooLong, unnamed]))
})

test('sweeps at the same time archive each session once', async () => {
  stage.world.add(endedSessions(60))

  const all = await Promise.all([sweep(), sweep(), sweep({ full: true })])

  expect(all.map(({ Outcome }) => Outcome)).toEqual(['complete', 'complete', 'complete'])
  expect(all.reduce((sum, { Archived }) => sum + Archived, 0)).toBe(60)
  const records = await stage.records()
  expect(records.size).toBe(60)
  for (const record of records.values()) expect(record).toMatchObject({ Revision: 1 })
  expect(await receipts()).toHaveLength(3)
})
