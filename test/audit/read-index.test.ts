import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { targetKey } from '../../archive/target'
import { findSessions, type Search } from '../../audit/find-sessions'
import { newReads } from '../../audit/read-index'
import { useStage } from '../support/stage'
import { HOUR } from '../support/times'

const stage = useStage()
const NOW = new Date('2026-11-24T12:00:00.000Z')
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * HOUR).toISOString()

const find = async (question: Search['question'], options: Partial<Search> & { limit?: number } = {}) => {
  const { client, sessionsTable: tableName } = stage.database
  const reads = newReads()
  const ids: string[] = []
  const search = { client, tableName, question, now: NOW, reads, ...options }
  for await (const { SessionId } of findSessions(search)) if (ids.push(SessionId) === options.limit) break
  return { ids, ...reads, indexes: [...reads.indexes] }
}
/** A session of half an hour that started this many hours ago. */
const record = (hours: number, members: Record<string, unknown> = {}) => ({
  SessionId: `s-${hours}`,
  StartDate: hoursAgo(hours),
  EndDate: hoursAgo(hours - 0.5),
  StartDay: hoursAgo(hours).slice(0, 10),
  OwnerName: hours % 2 === 0 ? 'Alice' : 'bob',
  OwnerKey: hours % 2 === 0 ? 'alice' : 'bob',
  Target: `i-${hours % 5}`,
  State: 'History',
  ...members,
})
const write = (records: readonly object[]) => {
  const { client, sessionsTable: TableName } = stage.database
  const items = records.map((record) => JSON.parse(JSON.stringify(record)))
  return Promise.all(items.map((Item) => client.send(new PutCommand({ TableName, Item }))))
}

test('a search by owner or target reads only their sessions, and only those of its time', async () => {
  await write(Array.from({ length: 30 }, (_, n) => record(n)))
  const alice = { ownerNames: ['ALICE', 'alice'] }
  expect(await find(alice)).toMatchObject({ indexes: ['ByOwnerKey'], items: 15, ids: { length: 15 } })
  expect(await find({ ...alice, targets: ['i-0'], from: hoursAgo(10) })).toMatchObject({ items: 6 })
  expect(await find({ ...alice, from: hoursAgo(10), to: hoursAgo(4) })).toMatchObject({ items: 3 })
  const target = { targets: ['i-3'] }
  expect(await find(target)).toMatchObject({ indexes: ['ByTarget'], items: 6, ids: { length: 6 } })
  expect(await find({ ...target, from: hoursAgo(4), to: hoursAgo(10) })).toMatchObject({ calls: 0 })
  const two = { targets: ['i-3', 'i-4', 'i-3'] }
  expect(await find(two)).toMatchObject({ indexes: ['ByTarget'], items: 12, ids: { length: 12 } })
  expect(await find({ ...two, ownerNames: ['al*'], from: hoursAgo(9) })).toMatchObject({
    indexes: ['ByTarget'],
    ids: ['s-8', 's-4'],
  })
})

test('a search by the names of targets reads only their sessions, each once', async () => {
  const named = (hours: number) => {
    const name = hours % 10 === 3 ? 'Cafe\u0301 ' : undefined // i-3, half of the time
    return record(hours, { TargetName: name, TargetKey: name && targetKey(name) })
  }
  await write(Array.from({ length: 30 }, (_, n) => named(n)))
  const cafe = { targets: ['caf\u00e9', 'CAFE\u0301'] }
  expect(await find(cafe)).toMatchObject({
    ids: ['s-23', 's-13', 's-3'],
    indexes: ['ByTarget', 'ByTargetKey'],
    items: 3,
  })
  const both = { targets: ['caf\u00e9', 'i-3'] }
  expect(await find(both)).toMatchObject({
    ids: ['s-28', 's-23', 's-18', 's-13', 's-8', 's-3'],
    items: 3 + 6,
  })
  expect(await find({ targets: ['caf\u00c9*'], from: hoursAgo(30) })).toMatchObject({
    indexes: ['ByDay'],
    ids: { length: 3 },
  })
})

test('a search by time reads only the sessions of that time, in days that may be empty', async () => {
  await write([1, 30, 15 * 24, 29 * 24, 35 * 24].map((hours) => record(hours)))
  const { ids, indexes, items, calls } = await find({ from: hoursAgo(30 * 24) })
  expect(ids).toEqual(['s-696', 's-360', 's-30', 's-1'])
  expect({ indexes, items, calls }).toEqual({ indexes: ['ByDay'], items: 4, calls: 32 })
})

test('a search without a bound begins on the day on which Session Manager was announced', async () => {
  expect(await find({ to: '2018-09-12T00:00:00.000Z' })).toMatchObject({ calls: 1, items: 0 })
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
  expect([items, ...indexes]).toEqual([1 + 2 + 25, 'OpenSessions', 'LongSessions', 'ByDay'])
  expect((await find({ at }, { newestFirst: true })).ids).toEqual(ids.toReversed())
})

test('a day of more than 1 MB is read page by page, in order, and its read units are counted', async () => {
  const from = '2026-11-24T00:00:00.000Z'
  const sixth = (n: number) => ({ SessionId: `s-${n}`, StartDate: from.replace('00.000Z', `0${n}.000Z`) })
  await write([0, 1, 2, 3, 4, 5].map((n) => record(0, { ...sixth(n), Details: 'x'.repeat(390_000) })))
  const { ids, calls, readUnits } = await find({ from })
  expect(ids).toEqual(['s-0', 's-1', 's-2', 's-3', 's-4', 's-5'])
  expect(calls).toBeGreaterThan(2)
  expect(readUnits).toBeGreaterThan(280) // of 8 KB each
  expect((await find({ from }, { newestFirst: true })).ids).toEqual(ids.toReversed())
})

test('a search that is not read to its end soon stops reading, of small pages at once', async () => {
  await write(Array.from({ length: 25 }, (_, n) => record(24 * n)))
  const reads = newReads()
  const { ids } = await find({ from: hoursAgo(60 * 24) }, { newestFirst: true, limit: 2, reads })
  expect(ids).toEqual(['s-0', 's-24'])
  const { items } = await find({ ownerNames: ['alice'] }, { newestFirst: true, pageSize: 3, limit: 4 })
  expect(items).toBeLessThanOrEqual(9)
  expect(reads.calls).toBeLessThan(15) // those that were under way have ended
})
