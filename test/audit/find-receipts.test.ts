import type { Receipt } from '../../archive/receipt'
import { findAllReceipts, findCoverage, findReceipts, findSources } from '../../audit/find-receipts'
import { noonPlus } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const table = () => ({ client: stage.client, tableName: stage.database.sweepsTable })
const put = (Source: string, seconds: number, change: object = {}) =>
  stage.sweeps.putReceipt({ Source, ItemId: `${noonPlus(seconds)}-0a1b2c3d`, ...change } as Receipt)
const idsOf = async (receipts: AsyncIterable<Receipt>) => {
  const found: string[] = []
  for await (const { Source, ItemId } of receipts) found.push(`${Source} ${ItemId.slice(14, 19)}`)
  return found
}
const source = (region: string) => ({ accountId: '1', region })

test('each source that has an item is found once, in order, by a read per source', async () => {
  expect(await findSources(table())).toEqual([])
  for (const region of ['c', 'a', 'b']) for (let n = 0; n < 5; n++) await put(`1/${region}`, n)
  await stage.sweeps.putRejected(source('b'), 'sweep', { session: {}, reason: '' })
  await stage.sweeps.savePlan(source('d'), { Kind: 'full', BegunAt: noonPlus(0), Slices: [], Sliced: false })
  stage.proxy.calls.length = 0
  expect(await findSources(table())).toEqual(['1/a', '1/b', '1/c', '1/d'])
  expect(stage.proxy.calls.length).toBeLessThanOrEqual(5)
})

test('the receipts of a source are found newest first, without its other items, over all pages', async () => {
  const long = { Error: 'x'.repeat(390_000) } // a page holds 1 MB
  for (const minutes of [1, 3, 2, 4]) await put('1/a', minutes * 60, long)
  await put('1/b', 0)
  await stage.sweeps.putRejected(source('a'), 'sweep', { session: {}, reason: '' })
  await stage.sweeps.savePlan(source('a'), { Kind: 'full', BegunAt: noonPlus(0), Slices: [], Sliced: false })
  stage.proxy.calls.length = 0
  expect(await idsOf(findReceipts(table(), '1/a'))).toEqual([
    '1/a 04:00',
    '1/a 03:00',
    '1/a 02:00',
    '1/a 01:00',
  ])
  expect(stage.proxy.calls.length).toBeGreaterThan(1)
})

test('the receipts of several sources are merged, newest first', async () => {
  for (const [region, ...minutes] of [
    ['a', 1, 4, 5],
    ['b', 3],
    ['c', 2, 6],
  ] as const)
    for (const minute of minutes) await put(`1/${region}`, minute * 60)
  expect(await idsOf(findAllReceipts(table(), ['1/a', '1/b', '1/none', '1/c']))).toEqual([
    '1/c 06:00',
    '1/a 05:00',
    '1/a 04:00',
    '1/b 03:00',
    '1/c 02:00',
    '1/a 01:00',
  ])
  expect(await idsOf(findAllReceipts(table(), []))).toEqual([])
})

test('coverage is found per source, from its complete sweeps alone', async () => {
  const complete = { Outcome: 'complete', CoversFrom: noonPlus(0), CoversUntil: noonPlus(60) }
  await put('1/a', 1, complete)
  await put('1/a', 2, { Outcome: 'incomplete' })
  await put('1/a', 3, { ...complete, Outcome: 'failed', CoversUntil: noonPlus(3600) })
  await put('1/b', 1, { Outcome: 'failed' })
  const minute = { from: noonPlus(0), until: noonPlus(60) }
  expect(await findCoverage(table(), ['1/b', '1/a'], new Date(noonPlus(60)))).toEqual([
    { source: '1/b', covered: [], gaps: [] },
    { source: '1/a', covered: [minute], gaps: [] },
  ])
  const later = new Date(Date.parse(noonPlus(61)) + 30 * 24 * 60 * 60 * 1000)
  expect(await findCoverage(table(), ['1/a'], later)).toMatchObject([
    { gaps: [{ from: noonPlus(60), until: noonPlus(61) }] },
  ])
})
