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
const STORED = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `s-${n}`)
/** Asks for this many keys, those of the stored sessions first. */
const get = async (count: number, consistent = false, abortSignal?: AbortSignal) => {
  const keys = Array.from({ length: count }, (_, n) => ({ SessionId: `s-${n}` }))
  const table = { client: stage.client, tableName: stage.database.sessionsTable }
  const attributes = ['SessionId', 'State']
  return batchGet<{ SessionId: string }>({ ...table, keys, attributes, consistent, abortSignal })
}
const asked = () => stage.proxy.calls.map(({ body }) => body.RequestItems.Sessions)
const keysAsked = () => asked().map(({ Keys }) => Keys.length)

beforeEach(async () => {
  const page = STORED.map((SessionId) => observe({ SessionId }))
  await upsert(stage.sessions, page, { expectNew: true })
  stage.proxy.calls.length = 0
  waits.length = 0
})

test.each([
  [201, [1, 100, 100]],
  [0, []],
])('%i keys are read by calls of %j, each item with the attributes asked for', async (count, calls) => {
  const items = (await get(count)).sort((a, b) => (a.SessionId < b.SessionId ? -1 : 1))
  expect(items).toEqual(count === 0 ? [] : STORED.map((SessionId) => ({ SessionId, State: 'History' })))
  expect(keysAsked().sort()).toEqual(calls)
  expect(waits).toEqual([])
})

test.each([false, true])('consistency is asked for as given: %s', async (consistent) => {
  await get(1, consistent)
  expect(asked()).toMatchObject([{ ConsistentRead: consistent }])
})

test('an abort signal ends the reading', async () => {
  await expect(get(1, false, AbortSignal.abort())).rejects.toThrow('aborted')
})

test('of keys left unprocessed, only those are asked for again, until none is left', async () => {
  stage.proxy.fault = () => 'unprocessed' // of half the keys, rounded down
  expect((await get(8)).map(({ SessionId }) => SessionId).sort()).toEqual(STORED)
  expect(keysAsked()).toEqual([8, 4, 2, 1])
})

test('keys that stay unprocessed are asked for nine times, with growing waits, and then fail', async () => {
  stage.proxy.fault = () => 'all-unprocessed'
  await expect(get(2)).rejects.toThrow('Sessions: keys were left unprocessed by 9 reads')
  expect(keysAsked()).toEqual(Array(9).fill(2))
  for (const [n, longest] of [50, 100, 200, 400, 800, 1600, 3200, 6400].entries()) {
    expect(waits[n]).toBeGreaterThanOrEqual(longest / 2)
    expect(waits[n]).toBeLessThanOrEqual(longest)
  }
  expect(waits).toHaveLength(8)
})

test('a sweep whose keys stay unprocessed fails, and writes nothing', async () => {
  stage.world.add(endedSessions(8))
  await stage.sweep()
  const writes = stage.recordWrites()
  stage.proxy.fault = ({ operation }) => (operation === 'BatchGetItem' ? 'all-unprocessed' : undefined)
  const reason = 'Error: Sessions: keys were left unprocessed by 9 reads'
  const failed = { receipt: { Outcome: 'failed', Error: reason } }
  await expect(stage.sweep({ full: true })).rejects.toMatchObject(failed)
  expect(stage.recordWrites()).toBe(writes)
})
