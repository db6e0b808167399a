import {
  DescribeSessionsCommand,
  type DescribeSessionsCommandInput,
  type DescribeSessionsCommandOutput,
  paginateDescribeSessions,
} from '@aws-sdk/client-ssm'
import type { Emulator } from '../../emulator/server'
import { ago, client, HOUR, MINUTE, NOW, SECOND, session, sessions, start, stopAll, world } from './builders'

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

test('50 sessions are a page where MaxResults is absent, and the last page has no token', async () => {
  const emulator = await start({ world: world(sessions(100)) })
  const first = await page(emulator)
  const second = await page(emulator, { NextToken: first.NextToken })

  expect(first.ids).toEqual(ids(0, 50))
  expect(second.ids).toEqual(ids(50, 100))
  expect(second.NextToken).toBeUndefined()
})

test('sessions of the same start are in one stable order', async () => {
  const same = Array.from({ length: 9 }, (_, index) => session({ SessionId: `s-${8 - index}` }))
  const emulator = await start({ world: world(same) })
  const first = await page(emulator, { MaxResults: 4 })
  const second = await page(emulator, { MaxResults: 4, NextToken: first.NextToken })
  const third = await page(emulator, { MaxResults: 4, NextToken: second.NextToken })

  expect([...first.ids, ...second.ids, ...third.ids]).toEqual(ids(0, 9))
})

test('a moving world neither repeats nor skips what stays in the list', async () => {
  const open = session(
    { SessionId: 'opens' },
    { startedAt: new Date(NOW.getTime() + SECOND), endedAt: ago(-HOUR) },
  )
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

test('a session that starts while its list is read does not push others over the page', async () => {
  const opens = (index: number) =>
    session({ SessionId: `s-${index}` }, { startedAt: ago(index * MINUTE), endedAt: ago(-HOUR) })
  const emulator = await start({ world: world([1, 2, 3, 4].map(opens)) })
  const first = await page(emulator, { State: 'Active', MaxResults: 2 })
  emulator.world.add([opens(0)])
  const second = await page(emulator, { State: 'Active', MaxResults: 2, NextToken: first.NextToken })

  expect([...first.ids, ...second.ids]).toEqual(ids(1, 5))
})

describe('a token', () => {
  const Filters = [{ key: 'Status', value: 'Terminated' }] as const
  const REFUSED = { name: 'InvalidNextToken', message: "The specified token isn't valid." }

  async function withToken() {
    const emulator = await start({ world: world(sessions(10)) })
    const { NextToken = '' } = await page(emulator, { MaxResults: 2, Filters: [...Filters] })
    return { emulator, NextToken }
  }

  test('serves again, and for pages of another size', async () => {
    const { emulator, NextToken } = await withToken()
    const input = { NextToken, Filters: [...Filters] }
    expect((await page(emulator, { ...input, MaxResults: 3 })).ids).toEqual(ids(2, 5))
    expect((await page(emulator, input)).ids).toEqual(ids(2, 10))
  })

  test.each<[string, Partial<DescribeSessionsCommandInput>]>([
    ['another state', { State: 'Active', Filters: [...Filters] }],
    ['no filters', {}],
    ['other filters', { Filters: [{ key: 'Status', value: 'Failed' }] }],
  ])('is refused with %s', async (_, input) => {
    const { emulator, NextToken } = await withToken()
    await expect(page(emulator, { ...input, NextToken })).rejects.toMatchObject(REFUSED)
  })

  test.each<[string, (token: string) => string]>([
    ['made up', () => 'abc'],
    ['empty', () => ''],
    ['changed at its end', (token) => `${token.slice(0, -2)}AA`],
    [
      'changed in its position',
      (token) => `${token.slice(0, 25)}${token[25] === 'A' ? 'B' : 'A'}${token.slice(26)}`,
    ],
    ['longer than it was', (token) => `${token}A`],
  ])('is refused if %s', async (_, change) => {
    const { emulator, NextToken } = await withToken()
    const changed = page(emulator, { NextToken: change(NextToken), Filters: [...Filters] })
    await expect(changed).rejects.toMatchObject(REFUSED)
  })

  test('of another emulator is refused', async () => {
    const { NextToken } = await withToken()
    const { emulator } = await withToken()
    await expect(page(emulator, { NextToken, Filters: [...Filters] })).rejects.toMatchObject(REFUSED)
  })

  test('expires after its lifetime by the clock of the world', async () => {
    const { emulator, NextToken } = await withToken()
    emulator.faults.tokenLifetimeSeconds = 60
    emulator.world.clock.advance(60 * SECOND)
    expect((await page(emulator, { NextToken, Filters: [...Filters] })).ids).toEqual(ids(2, 10))
    emulator.world.clock.advance(1)
    await expect(page(emulator, { NextToken, Filters: [...Filters] })).rejects.toMatchObject(REFUSED)
  })
})
