import {
  DescribeSessionsCommand,
  type DescribeSessionsCommandInput,
  type DescribeSessionsCommandOutput,
  paginateDescribeSessions,
} from '@aws-sdk/client-ssm'
import type { Emulator } from '../../emulator/server'
import { HOUR, MINUTE, SECOND } from '../support/times'
import { ago, client, session, sessions, start, stopAll, world } from './builders'

afterEach(stopAll)

async function page(
  emulator: Emulator,
  input: Partial<DescribeSessionsCommandInput> = {},
): Promise<DescribeSessionsCommandOutput & { ids: (string | undefined)[] }> {
  const answer = await client(emulator).send(new DescribeSessionsCommand({ State: 'History', ...input }))
  return { ...answer, ids: answer.Sessions?.map(({ SessionId }) => SessionId) ?? [] }
}

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `s-${from + index}`)

test("the SDK's paginator gets every session once, newest first", async () => {
  const emulator = await start({ world: world(sessions(451).reverse()) })
  const pages = []
  const config = { client: client(emulator), pageSize: 200 }
  for await (const { Sessions = [] } of paginateDescribeSessions(config, { State: 'History' }))
    pages.push(Sessions)

  expect(pages.map(({ length }) => length)).toEqual([200, 200, 51])
  expect(pages.flat().map(({ SessionId }) => SessionId)).toEqual(ids(0, 451))
})

test('a page without MaxResults has 50 sessions, and the last page has no token', async () => {
  const emulator = await start({ world: world(sessions(100)) })
  const first = await page(emulator)
  const second = await page(emulator, { NextToken: first.NextToken })

  expect(first.ids).toEqual(ids(0, 50))
  expect(second.ids).toEqual(ids(50, 100))
  expect(second.NextToken).toBeUndefined()
})

test('sessions that started at the same time have a stable order', async () => {
  const same = Array.from({ length: 9 }, (_, index) => session({ SessionId: `s-${8 - index}` }))
  const emulator = await start({ world: world(same) })
  const first = await page(emulator, { MaxResults: 4 })
  const second = await page(emulator, { MaxResults: 4, NextToken: first.NextToken })
  const third = await page(emulator, { MaxResults: 4, NextToken: second.NextToken })

  expect([...first.ids, ...second.ids, ...third.ids]).toEqual(ids(0, 9))
})

test('pages neither repeat nor skip what stays in the list while other sessions come and go', async () => {
  const open = session({ SessionId: 'opens' }, { startedAt: ago(-SECOND), endedAt: ago(-HOUR) })
  const emulator = await start({ world: world([...sessions(6), open]) })
  const first = await page(emulator, { MaxResults: 3 })
  expect(first.ids).toEqual(ids(0, 3))

  emulator.world.add([session({ SessionId: 'new' }, { startedAt: ago(MINUTE), endedAt: ago(SECOND) })])
  emulator.world.update('s-2', { forgottenAt: ago(SECOND) })
  emulator.world.clock.advance(2 * HOUR)
  const second = await page(emulator, { MaxResults: 3, NextToken: first.NextToken })

  expect(second.ids).toEqual(ids(3, 6))
  expect(second.NextToken).toBeUndefined()
})

test('a session that starts while the Active list is read does not repeat others', async () => {
  const opens = (index: number) =>
    session({ SessionId: `s-${index}` }, { startedAt: ago(index * MINUTE), endedAt: ago(-HOUR) })
  const emulator = await start({ world: world([1, 2, 3, 4].map(opens)) })
  const first = await page(emulator, { State: 'Active', MaxResults: 2 })
  emulator.world.add([opens(0)])
  const second = await page(emulator, { State: 'Active', MaxResults: 2, NextToken: first.NextToken })

  expect([...first.ids, ...second.ids]).toEqual(ids(1, 5))
})

const Filters = [{ key: 'Status' as const, value: 'Terminated' }]
const REFUSED = { name: 'InvalidNextToken', message: "The specified token isn't valid." }

/** The token behind the first two of ten sessions. */
async function withToken() {
  const emulator = await start({ world: world(sessions(10)) })
  const { NextToken = '' } = await page(emulator, { MaxResults: 2, Filters })
  return { emulator, NextToken }
}

test('a token can be used again, and for pages of another size', async () => {
  const { emulator, NextToken } = await withToken()
  expect((await page(emulator, { NextToken, Filters, MaxResults: 3 })).ids).toEqual(ids(2, 5))
  expect((await page(emulator, { NextToken, Filters })).ids).toEqual(ids(2, 10))
})

test.each<[string, Partial<DescribeSessionsCommandInput>]>([
  ['another state', { State: 'Active', Filters }],
  ['no filters', { Filters: undefined }],
  ['other filters', { Filters: [{ key: 'Status', value: 'Failed' }] }],
  ['made-up text', { NextToken: 'abc' }],
  ['no text', { NextToken: '' }],
])('a token is refused with %s', async (_, change) => {
  const { emulator, NextToken } = await withToken()
  await expect(page(emulator, { NextToken, Filters, ...change })).rejects.toMatchObject(REFUSED)
})

test.each<[string, (token: string) => string]>([
  ['its end is changed', (token) => `${token.slice(0, -2)}AA`],
  ['its position is changed', (token) => token.replace(/(?<=^.{25})./, (one) => (one === 'A' ? 'B' : 'A'))],
  ['it is longer', (token) => `${token}A`],
])('a token is refused if %s', async (_, change) => {
  const { emulator, NextToken } = await withToken()
  await expect(page(emulator, { NextToken: change(NextToken), Filters })).rejects.toMatchObject(REFUSED)
})

test('a token of another emulator is refused', async () => {
  const { NextToken } = await withToken()
  const { emulator } = await withToken()
  await expect(page(emulator, { NextToken, Filters })).rejects.toMatchObject(REFUSED)
})

test("a token expires after its lifetime by the world's clock", async () => {
  const { emulator, NextToken } = await withToken()
  emulator.faults.tokenLifetimeSeconds = 60
  emulator.world.clock.advance(60 * SECOND)
  expect((await page(emulator, { NextToken, Filters })).ids).toEqual(ids(2, 10))
  emulator.world.clock.advance(1)
  await expect(page(emulator, { NextToken, Filters })).rejects.toMatchObject(REFUSED)
})
