import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { findSessions, type Search } from '../../audit/find-sessions'
import { newReads } from '../../audit/read-index'
import { useStage } from '../support/stage'
import { DAY, HOUR } from '../support/times'

const stage = useStage()
const NOW = new Date('2026-11-24T12:00:00.000Z')
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR).toISOString()

const find = async (question: Search['question'], options: Partial<Search> & { limit?: number } = {}) => {
  const { client, database } = stage
  const reads = newReads()
  const ids: string[] = []
  const search = { client, tableName: database.sessionsTable, question, now: NOW, reads, ...options }
  for await (const { SessionId } of findSessions(search)) if (ids.push(SessionId) === options.limit) break
  return { ids, ...reads, indexes: [...reads.indexes] }
}
/** A session of half an hour that started this many hours ago. */
const record = (hours: number, members: Record<string, unknown> = {}) => ({
  SessionId: `s-${hours}`,
  StartDate: hoursAgo(hours),
  EndDate: hoursAgo(hours - 0.5),
  StartDay: hoursAgo(hours).slice(0, 10),
  OwnerName: hours % 2 === 0 ? 'alice' : 'bob',
  Target: `i-${hours % 5}`,
  State: 'History',
  ...members,
})
const write = async (records: readonly Record<string, unknown>[]) => {
  const puts = records.map((Item) => ({ PutRequest: { Item: JSON.parse(JSON.stringify(Item)) } }))
  for (let n = 0; n < puts.length; n += 25) {
    const RequestItems = { [stage.database.sessionsTable]: puts.slice(n, n + 25) }
    await stage.client.send(new BatchWriteCommand({ RequestItems }))
  }
}

test('a search by owner or target reads only their sessions, and only those of its time', async () => {
  await write(Array.from({ length: 30 }, (_, n) => record(n)))

  expect(await find({ ownerName: 'alice' })).toMatchObject({
    indexes: ['ByOwnerName'],
    items: 15,
    ids: { length: 15 },
  })
  expect(await find({ ownerName: 'alice', target: 'i-0', from: hoursAgo(10) })).toMatchObject({ items: 6 })
  expect(await find({ ownerName: 'alice', from: hoursAgo(10), to: hoursAgo(4) })).toMatchObject({ items: 3 })
  expect(await find({ target: 'i-3' })).toMatchObject({ indexes: ['ByTarget'], items: 6, ids: { length: 6 } })
  expect(await find({ target: 'i-3', from: hoursAgo(4), to: hoursAgo(10) })).toMatchObject({ calls: 0 })
})

test('a search by time reads only the sessions of that time, in days that may be empty', async () => {
  await write([1, 30, 40 * 24, 89 * 24, 95 * 24].map((hours) => record(hours)))
  expect(await find({ from: hoursAgo(90 * 24) })).toMatchObject({
    ids: ['s-2136', 's-960', 's-30', 's-1'],
    indexes: ['ByDay'],
    items: 4,
    calls: 92,
  })
})

test('a search without a bound begins on the day on which Session Manager was announced', async () => {
  await write([record(1)])
  const question = { to: '2018-09-12T00:00:00.000Z' }
  expect(await find(question)).toMatchObject({ calls: 1, items: 0 })
})

test('a search by a moment reads the day before it, and the sessions that are open or lasted long', async () => {
  const at = hoursAgo(50)
  const long = { EndDate: new Date(Date.parse(at) + 1).toISOString(), LongSource: '111122223333/eu-west-1' }
  await write([
    ...Array.from({ length: 80 }, (_, n) => record(n)),
    record(9000, long),
    record(9001, { ...long, EndDate: at }),
    record(9002, { EndDate: undefined, OpenSource: '111122223333/eu-west-1', State: 'Active' }),
  ])

  const { ids, indexes, items } = await find({ at })

  expect(ids).toEqual(['s-9002', 's-9000', 's-50'])
  expect(indexes).toEqual(['OpenSessions', 'LongSessions', 'ByDay'])
  expect(items).toBe(1 + 2 + 25)
})

test('a day of more than 1 MB is read page by page, in order, and its read units are counted', async () => {
  const start = Date.parse('2026-11-24')
  const records = Array.from({ length: 6 }, (_, n) => {
    const StartDate = new Date(start + n * 1000).toISOString()
    return record(0, { SessionId: `s-${n}`, StartDate, Details: 'x'.repeat(390_000) })
  })
  for (const one of records) await write([one])
  const from = '2026-11-24T00:00:00.000Z'

  const { ids, calls, readUnits } = await find({ from })

  expect(ids).toEqual(records.map(({ SessionId }) => SessionId))
  expect(calls).toBeGreaterThan(2)
  expect(readUnits).toBeGreaterThan(280) // of 8 KB each
  expect((await find({ from }, { newestFirst: true })).ids).toEqual(ids.toReversed())
})

test('a search that is not read to its end soon stops reading', async () => {
  await write(Array.from({ length: 25 }, (_, n) => record(24 * n)))
  const from = new Date(NOW.getTime() - 60 * DAY).toISOString()
  const { ids, calls } = await find({ from }, { newestFirst: true, limit: 2 })
  expect(ids).toEqual(['s-0', 's-24'])
  expect(calls).toBeLessThan(15)
})

test('a search of small pages reads no more sessions than its caller takes', async () => {
  await write(Array.from({ length: 20 }, (_, n) => record(2 * n)))
  const { items } = await find({ ownerName: 'alice' }, { newestFirst: true, pageSize: 3, limit: 4 })
  expect(items).toBeLessThanOrEqual(9)
})
