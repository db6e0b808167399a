import { enrol, everSwept, readRoster } from '../../archive/roster'
import { useStage } from '../support/stage'

const stage = useStage()
const table = () => ({ client: stage.client, tableName: stage.database.sweepsTable })
const source = (region: string) => ({ accountId: '111122223333', region })

test('sources of one account that are enrolled at the same time are all in the roster', async () => {
  const regions = ['a', 'b', 'c', 'd', 'e']
  const times = regions.map((_, n) => new Date(Date.UTC(2026, 10, 24, 0, 0, n)))
  await Promise.all(regions.map((region, n) => enrol(table(), source(region), times[n] ?? new Date())))
  expect(everSwept(await readRoster(table()))).toEqual(regions.map((region) => `111122223333/${region}`))
})

test('a source that the roster names already is enrolled without a write', async () => {
  const now = new Date()
  await enrol(table(), source('a'), now)
  const stored = await readRoster(table())
  stage.proxy.calls.length = 0
  await enrol(table(), source('a'), new Date(now.getTime() + 1000))
  expect(stage.proxy.calls.map(({ operation }) => operation)).toEqual(['BatchGetItem'])
  expect(await readRoster(table())).toEqual(stored)
})
