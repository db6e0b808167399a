import { batchGet } from '../../archive/batch-get'
import { upsert } from '../../archive/upsert'
import { observe } from '../support/observe'
import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'

const waits: number[] = []
jest.mock('node:timers/promises', () => ({
  ...jest.requireActual('node:timers/promises'),
  setTimeout: async (milliseconds: number) => void waits.push(milliseconds),
}))

const stage = useStage()
const ids = (count: number) => Array.from({ length: count }, (_, n) => `s-${n}`)
const get = (count: number, consistent = false, abortSignal?: AbortSignal) =>
  batchGet<{ SessionId: string }>({
    client: stage.client,
    tableName: stage.database.sessionsTable,
    keys: ids(count).map((SessionId) => ({ SessionId })),
    attributes: ['SessionId', 'State'],
    consistent,
    abortSignal,
  })
/** How many keys each call asked for. */
const asked = () =>
  stage.proxy.calls.map(({ body }) => body.RequestItems[stage.database.sessionsTable].Keys.length)

beforeEach(async () => {
  waits.length = 0
  await upsert(
    stage.sessions,
    ids(8).map((SessionId) => observe({ SessionId })),
    { expectNew: true },
  )
  stage.proxy.calls.length = 0
})

test('any number of items is read, 100 per call, each with the attributes that are asked for', async () => {
  const items = await get(201)
  expect(items.sort((a, b) => (a.SessionId < b.SessionId ? -1 : 1))).toEqual(
    ids(8).map((SessionId) => ({ SessionId, State: 'History' })),
  )
  expect(asked().sort()).toEqual([1, 100, 100])
  expect(waits).toEqual([])
})

test('without keys there is no call', async () => {
  expect(await get(0)).toEqual([])
  expect(stage.proxy.calls).toEqual([])
})

test.each([false, true])('consistency is asked for as given: %s', async (consistent) => {
  await get(1, consistent)
  const { ConsistentRead } = stage.proxy.calls[0]?.body.RequestItems[stage.database.sessionsTable] ?? {}
  expect(ConsistentRead).toBe(consistent)
})

test('an abort signal ends the reading', async () => {
  await expect(get(1, false, AbortSignal.abort())).rejects.toThrow('aborted')
})

test('of keys left unprocessed, only those are asked for again, until none is left', async () => {
  stage.proxy.fault = () => 'unprocessed' // of half the keys, rounded down
  const items = await get(8)
  expect(new Set(items.map(({ SessionId }) => SessionId))).toEqual(new Set(ids(8)))
  expect(asked()).toEqual([8, 4, 2, 1])
})

test('keys that stay unprocessed are asked for nine times, with growing waits, and then fail', async () => {
  stage.proxy.fault = () => 'all-unprocessed'
  await expect(get(2)).rejects.toThrow('Sessions: keys were left unprocessed by 9 reads')
  expect(asked()).toEqual(Array(9).fill(2))
  const bounds = [50, 100, 200, 400, 800, 1600, 3200, 6400]
  for (const [n, bound] of bounds.entries()) {
    expect(waits[n]).toBeGreaterThanOrEqual(bound / 2)
    expect(waits[n]).toBeLessThanOrEqual(bound)
  }
  expect(waits).toHaveLength(8)
})

test('a sweep whose keys stay unprocessed fails, and writes nothing', async () => {
  stage.world.add(endedSessions(3))
  await stage.sweep()
  const writes = stage.recordWrites()
  stage.proxy.fault = ({ operation }) => (operation === 'BatchGetItem' ? 'all-unprocessed' : undefined)
  await expect(stage.sweep({ full: true })).rejects.toMatchObject({
    receipt: { Outcome: 'failed', Error: 'Error: Sessions: keys were left unprocessed by 9 reads' },
  })
  expect(stage.recordWrites()).toBe(writes)
})
