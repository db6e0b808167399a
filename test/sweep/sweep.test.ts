import { version } from '../../package.json'
import { DEFAULT_LIMITS, type SweepJob } from '../../sweep/run'
import { SweepError } from '../../sweep/sweep'
import type { DatabaseFault } from '../support/database-proxy'
import { endedSessions } from '../support/sessions'
import { SMALL_PAGES, useStage } from '../support/stage'
import { DAY, HOUR, NOW } from '../support/times'

const stage = useStage()
const sweep = (change: Partial<SweepJob> = {}) => stage.sweep({ limits: SMALL_PAGES, ...change })
const failedSweep = async () => {
  const error = await sweep().catch((failure: unknown) => failure)
  if (!(error instanceof SweepError)) throw new Error(`expected a SweepError, received ${error}`)
  return error
}
const receipts = async () => (await stage.sweepsItems()).receipts
const state = async () => (await stage.sweepsItems()).state
const archived = async () => (await stage.records()).size
const readsAndWrites = () => [stage.recordReads(), stage.recordWrites()]
/** From now, to a tenth. */
const hoursOf = (time = '') => Math.round((Date.parse(time) - NOW.getTime()) / (HOUR / 10)) / 10 || 0
const A_MONTH = (30 * DAY) / HOUR

test.each([
  [0, 1],
  [1, 1],
  [10, 1],
  [11, 2],
  [50, 5],
])('%i sessions take %i list calls and a write each, and no write the second time', async (count, pages) => {
  stage.world.add(endedSessions(count))

  const first = await sweep()
  expect(readsAndWrites()).toEqual([0, count])
  const second = await sweep({ full: true })
  expect(readsAndWrites()).toEqual([count, count])

  const counts = { Outcome: 'complete', Pages: 1 + pages, Seen: count }
  expect(first).toMatchObject({ ...counts, Archived: count, Unchanged: 0 })
  expect(second).toMatchObject({ ...counts, Archived: 0, Unchanged: count })
  expect(await archived()).toBe(count)
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
  expect(await archived()).toBe(201)
})

test('a receipt says what the sweep did, when by its own clock, and what it covers by the clock of AWS', async () => {
  stage.world.add([...endedSessions(2), { startedAt: NOW, whileOpen: { SessionId: 'open' } }])
  const [StartedAt, FinishedAt] = ['2026-03-01T00:00:00.000Z', '2026-03-01T00:01:00.000Z']
  const ownClock = [new Date(StartedAt), new Date(FinishedAt)]
  const { CoversFrom, CoversUntil, ...receipt } = await sweep({ now: () => ownClock.shift() ?? NOW })
  const ItemId = expect.stringMatching(/^2026-03-01T00:00:00\.000Z-[0-9a-f]{8}$/)
  const when = { Source: '111122223333/us-east-1', ItemId, StartedAt, FinishedAt }
  const what = { Kind: 'full', Sliced: false, Outcome: 'complete', Version: version }
  const counts = { Pages: 2, Seen: 3, Archived: 3, Updated: 0, Unchanged: 0, Rejected: 0, Open: 1 }
  expect(receipt).toEqual({ ...when, ...what, ...counts, MissedByRecent: 0, Restarts: 0 })
  expect([CoversFrom, CoversUntil].map(hoursOf)).toEqual([-A_MONTH, 0])
  expect(await state()).toMatchObject({ LastCompleteAt: CoversUntil, LastFullAt: CoversUntil })
})

test('hourly sweeps are full once a day; each covers the time since the one before', async () => {
  stage.world.add(endedSessions(30))
  const all = [await sweep()]
  for (let hour = 0; hour < 25; hour++) all.push(await stage.sweepAfter(1, { limits: SMALL_PAGES }))

  expect(all.flatMap(({ Kind }, hour) => (Kind === 'full' ? [hour] : []))).toEqual([0, 24])
  for (const [n, { Kind, Pages, CoversFrom, InvokedAfter }] of all.entries()) {
    expect(Pages).toBe(Kind === 'full' ? 4 : 2)
    if (Kind === 'full') continue
    const { CoversUntil = '' } = all[n - 1] ?? {}
    expect(CoversFrom).toBe(CoversUntil)
    expect(InvokedAfter).toBe(`${new Date(Date.parse(CoversUntil) - HOUR).toISOString().slice(0, 19)}Z`)
  }
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
  stage.emulator.faults.script = () => void stage.world.clock.advance(HOUR)
  const { CoversFrom, CoversUntil } = await sweep()
  expect([CoversFrom, CoversUntil].map(hoursOf)).toEqual([4 - A_MONTH, 1])
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
  const { rejected } = await stage.sweepsItems()
  const again = await sweep({ full: true })

  expect(receipt).toMatchObject({ Outcome: 'complete', Seen: 5, Archived: 3, Rejected: 2 })
  expect(again).toMatchObject({ Outcome: 'complete', Seen: 5, Unchanged: 3, Rejected: 2 })
  expect((await stage.sweepsItems()).rejected).toEqual(rejected)
  const whole = new Map<string, string>()
  for (const { ItemId, RawJson, FirstSweepId } of rejected) {
    const hash = String(ItemId).slice(0, -2)
    whole.set(hash, `${whole.get(hash) ?? ''}${RawJson}`)
    expect(FirstSweepId).toBe(receipt.ItemId)
  }
  expect(new Set([...whole.values()].map((json) => JSON.parse(json)))).toEqual(new Set([tooLong, unnamed]))
})

test('sweeps at the same time archive each session once', async () => {
  stage.world.add(endedSessions(60))

  const all = await Promise.all([sweep(), sweep(), sweep({ full: true })])

  expect(all.map(({ Outcome }) => Outcome)).toEqual(['complete', 'complete', 'complete'])
  expect(all.reduce((sum, { Archived }) => sum + Archived, 0)).toBe(60)
  const records = [...(await stage.records()).values()]
  expect(records.map(({ Revision }) => Revision)).toEqual(Array(60).fill(1))
  expect(await receipts()).toHaveLength(3)
})

const FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after']
const OPERATIONS = ['BatchGetItem', 'PutItem', 'UpdateItem']

test.each<readonly [DatabaseFault, string]>([
  ['unprocessed', 'BatchGetItem'],
  ...FAULTS.flatMap((fault) => OPERATIONS.map((operation) => [fault, operation] as const)),
])('the fault %s of the first %s changes nothing', async (fault, operation) => {
  stage.world.add(endedSessions(15))
  await sweep()
  stage.world.add(endedSessions(1, { SessionId: 'another' }))
  stage.world.update('s-3', { afterEnd: { SessionId: 's-3', Reason: 'changed' } })
  stage.world.clock.advance(5000)
  stage.proxy.calls.length = 0
  stage.breakFirst(operation, fault)

  const counts = { Seen: 16, Archived: 1, Updated: 1 }
  expect(await sweep({ full: true })).toMatchObject({ Outcome: 'complete', ...counts })

  expect(stage.proxy.calls.filter((call) => call.operation === operation).length).toBeGreaterThan(1)
  expect(await archived()).toBe(16)
  expect(await stage.record('another')).toMatchObject({ Revision: 1 })
  expect(await stage.record('s-3')).toMatchObject({ Revision: 2, Reason: 'changed' })
})

test.each(FAULTS)(
  'the fault %s of all writes of a session fails the sweep, and keeps the others',
  async (fault) => {
    stage.world.add(endedSessions(15))
    stage.proxy.fault = ({ body }) => (body.Item?.SessionId?.S === 's-3' ? fault : undefined)

    const { receipt } = await failedSweep()

    expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 14, Seen: 15 })
    expect(await receipts()).toEqual([receipt])
    stage.proxy.fault = () => undefined
    expect(await sweep()).toMatchObject({ Outcome: 'complete', Seen: 15 })
    expect(await archived()).toBe(15)
  },
)

test('a sweep that fails keeps what it has read, says why, and covers nothing', async () => {
  stage.world.add(endedSessions(35))
  stage.emulator.faults.script = (call) => (call >= 4 ? 'deny' : undefined)

  const { receipt, cause, message } = await failedSweep()

  expect(receipt).toMatchObject({ Outcome: 'denied', Kind: 'full', Pages: 3, Archived: 20 })
  expect(receipt).not.toHaveProperty('CoversUntil')
  expect(receipt.Error).toMatch(/^AccessDeniedException: User .*ssm:DescribeSessions/)
  expect(message).toBe(`the sweep of 111122223333/us-east-1 failed: ${receipt.Error}`)
  expect(cause).toMatchObject({ name: 'AccessDeniedException' })
  const { StartedAt: AttemptedAt } = receipt
  expect(await state()).toMatchObject({ AttemptedAt, Outcome: 'denied', Failures: 1 })
  expect(await state()).not.toHaveProperty('LastCompleteAt')
  stage.emulator.faults.script = undefined
  expect(await sweep()).toMatchObject({ Outcome: 'complete', Archived: 15, Unchanged: 20 })
})

test('a sweep that fails before its plan is known has no kind, and a long reason is cut', async () => {
  const refusal = { type: 'ResourceNotFoundException', message: 'x'.repeat(2000) }
  stage.proxy.fault = ({ operation }) => (operation === 'GetItem' ? refusal : undefined)
  const { receipt } = await failedSweep()
  expect(receipt).not.toHaveProperty('Kind')
  expect(receipt.Error).toHaveLength(1000)
  expect(await receipts()).toEqual([receipt])
})

/** Breaks every call of an operation on the Sweeps table. */
const breakSweeps = (broken: string) => {
  stage.proxy.fault = ({ operation, body }) =>
    operation === broken && body.TableName === 'Sweeps' ? 'error' : undefined
}

test('if the receipt cannot be written, the sweep fails and the source does not count as swept', async () => {
  stage.world.add(endedSessions(3))
  breakSweeps('PutItem')
  const { receipt, cause } = await failedSweep()
  expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 3 })
  expect(receipt.Error).toMatch(/^InternalServerError/)
  const failure = expect.objectContaining({ name: 'InternalServerError' })
  expect(cause).toMatchObject({ name: 'AggregateError', errors: [failure, failure] })
  expect([await receipts(), await state()]).toEqual([[], undefined])
})

test('if the source cannot be marked as swept, the sweep fails, and its complete receipt stays', async () => {
  breakSweeps('UpdateItem')
  const { receipt } = await failedSweep()
  expect(receipt).toMatchObject({ Outcome: 'failed' })
  const stored = { ItemId: receipt.ItemId, Outcome: 'complete', CoversUntil: expect.any(String) }
  expect(await receipts()).toEqual([expect.objectContaining(stored)])
})
