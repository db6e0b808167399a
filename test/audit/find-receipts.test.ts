import { type Receipt, ROUNDS } from '../../archive/receipt'
import { enrol } from '../../archive/roster'
import {
  findAllReceipts,
  findCoverage,
  findReceipts,
  findRounds,
  findSources,
} from '../../audit/find-receipts'
import { noonPlus } from '../support/observe'
import { useStage } from '../support/stage'
import { DAY } from '../support/times'

const stage = useStage()
const table = () => ({ client: stage.client, tableName: stage.database.sweepsTable })
const put = (Source: string, minutes: number, change: object = {}) =>
  stage.sweeps.putReceipt({ Source, ItemId: `${noonPlus(minutes * 60)}-0a1b2c3d`, ...change } as Receipt)
const putOtherItems = async (region: string) => {
  const source = { accountId: '1', region }
  await stage.sweeps.putRejected(source, 'sweep', { rawJson: '{}', reason: '' })
  await stage.sweeps.savePlan(source, { Kind: 'full', BegunAt: noonPlus(0), Slices: [], Sliced: false })
  stage.proxy.calls.length = 0
}
const find = async (receipts: AsyncIterable<Receipt>) => {
  const found: string[] = []
  for await (const { Source, ItemId } of receipts) found.push(`${Source} ${Number(ItemId.slice(14, 16))}`)
  return found.join(', ')
}

test('the sources are those that the roster names, read by one query: neither the roster nor rounds are one', async () => {
  expect(await findSources(table())).toEqual([])
  for (const region of ['c', 'a', 'b']) await enrol(table(), { accountId: '1', region }, new Date())
  await stage.sweeps.putRosterListing({ Regions: 'all', UpdatedAt: noonPlus(0) })
  for (const source of ['1/a', ROUNDS]) await put(source, 1)
  await putOtherItems('b')
  expect(await findSources(table())).toEqual(['1/a', '1/b', '1/c'])
  expect(stage.proxy.calls.map(({ operation }) => operation)).toEqual(['Query'])
})

test('the receipts of rounds are found newest first, and no source has them', async () => {
  for (const minutes of [1, 3, 2]) await put(ROUNDS, minutes)
  await put('1/a', 4)
  const minutes: number[] = []
  for await (const { ItemId } of findRounds(table())) minutes.push(Number(ItemId.slice(14, 16)))
  expect(minutes).toEqual([3, 2, 1])
})

test('the receipts of a source are found newest first, without its other items, over all pages', async () => {
  const long = { Error: 'x'.repeat(390_000) } // a page holds 1 MB
  for (const minutes of [1, 3, 2, 4]) await put('1/a', minutes, long)
  await put('1/b', 0)
  await putOtherItems('a')
  expect(await find(findReceipts(table(), '1/a'))).toBe('1/a 4, 1/a 3, 1/a 2, 1/a 1')
  expect(stage.proxy.calls.length).toBeGreaterThan(1)
})

test('the receipts of several sources are merged, newest first', async () => {
  for (const minutes of [1, 4, 5]) await put('1/a', minutes)
  await put('1/b', 3)
  for (const minutes of [2, 6]) await put('1/c', minutes)
  const all = await find(findAllReceipts(table(), ['1/a', '1/b', '1/none', '1/c']))
  expect(all).toBe('1/c 6, 1/a 5, 1/a 4, 1/b 3, 1/c 2, 1/a 1')
  expect(await find(findAllReceipts(table(), []))).toBe('')
})

test('of many sources, few receipts of each are in memory, and they are in order all the same', async () => {
  const sources = Array.from({ length: 60 }, (_, n) => `1/${n}`)
  for (const [n, source] of sources.entries()) await put(source, n % 60)
  const all = await find(findAllReceipts(table(), sources))
  expect(all).toBe(
    sources
      .map((source, n) => `${source} ${n}`)
      .reverse()
      .join(', '),
  )
  expect(
    stage.proxy.calls.filter(({ body }) => body.Limit === undefined && body.KeyConditionExpression),
  ).toEqual([])
})

test('coverage is found per source, from its complete sweeps alone', async () => {
  const complete = { Outcome: 'complete', CoversFrom: noonPlus(0), CoversUntil: noonPlus(60) }
  await put('1/a', 1, complete)
  await put('1/a', 2, { Outcome: 'incomplete' })
  await put('1/a', 3, { ...complete, Outcome: 'failed', CoversUntil: noonPlus(3600) })
  await put('1/b', 1, { Outcome: 'failed' })
  await putOtherItems('a')
  const span = (from: number, until: number) => [{ from: noonPlus(from), until: noonPlus(until) }]
  const now = new Date(Date.parse(noonPlus(61)) + 30 * DAY)
  expect(await findCoverage(table(), [{ source: '1/b' }, { source: '1/a' }], now)).toEqual([
    { source: '1/b', rejected: 0, covered: [], gaps: [], expired: [] },
    {
      ...{ source: '1/a', rejected: 1, covered: span(0, 60), gaps: span(60, 61), expired: [] },
      lastCompleteAt: noonPlus(60),
    },
  ])
})
