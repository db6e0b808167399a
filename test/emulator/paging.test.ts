import { type DescribeSessionsCommandInput, paginateDescribeSessions } from '@aws-sdk/client-ssm'
import type { SessionLife } from '../../emulator/session'
import { HOUR, MINUTE, SECOND } from '../support/times'
import { ago, ask, client, post, refusal, session, sessions, start, world } from './builders'

const startWith = (lives: SessionLife[]) => start({ world: world(lives) })

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `s-${from + index}`)

test("the SDK's paginator gets every session once, newest first", async () => {
  const config = { client: client(await startWith(sessions(451).reverse())), pageSize: 200 }
  const pages = []
  for await (const { Sessions = [] } of paginateDescribeSessions(config, { State: 'History' }))
    pages.push(Sessions)
  expect(pages.map(({ length }) => length)).toEqual([200, 200, 51])
  expect(pages.flat().map(({ SessionId }) => SessionId)).toEqual(ids(0, 451))
})

test('a page without MaxResults has 50 sessions, and the last page has no token', async () => {
  const { url } = await startWith(sessions(100))
  const first = await ask(url)
  expect(first.ids).toEqual(ids(0, 50))
  expect(await ask(url, { NextToken: first.token })).toEqual({ ids: ids(50, 100), token: undefined })
})

test('sessions that started at the same time have a stable order', async () => {
  const { url } = await startWith(ids(0, 9).map((SessionId) => session({ SessionId })))
  const first = await ask(url, { MaxResults: 4 })
  const second = await ask(url, { MaxResults: 4, NextToken: first.token })
  const third = await ask(url, { MaxResults: 4, NextToken: second.token })
  expect([first.ids, second.ids, third.ids].flat()).toEqual(ids(0, 9).reverse())
})

test('pages neither repeat nor skip what stays in the list while other sessions come and go', async () => {
  const open = session({ SessionId: 'opens' }, { startedAt: ago(-SECOND), endedAt: ago(-HOUR) })
  const emulator = await startWith([...sessions(6), open])
  const first = await ask(emulator.url, { MaxResults: 3 })
  expect(first.ids).toEqual(ids(0, 3))
  emulator.world.add([session({ SessionId: 'new' }, { startedAt: ago(MINUTE), endedAt: ago(SECOND) })])
  emulator.world.update('s-2', { forgottenAt: ago(SECOND) })
  emulator.world.clock.advance(2 * HOUR)
  const second = await ask(emulator.url, { MaxResults: 3, NextToken: first.token })
  expect(second).toEqual({ ids: ids(3, 6), token: undefined })
})

test('a session that starts while the Active list is read does not repeat others', async () => {
  const opens = (index: number) =>
    session({ SessionId: `s-${index}` }, { startedAt: ago(index * MINUTE), endedAt: ago(-HOUR) })
  const { url, world } = await startWith([1, 2, 3, 4].map(opens))
  const first = await ask(url, { State: 'Active', MaxResults: 2 })
  world.add([opens(0)])
  const second = await ask(url, { State: 'Active', MaxResults: 2, NextToken: first.token })
  expect([first.ids, second.ids].flat()).toEqual(ids(1, 5))
})

const Filters = [{ key: 'Status' as const, value: 'Terminated' }]
const REFUSED = { error: 'InvalidNextToken' }

/** The token behind the first two of ten sessions, and how to use it. */
async function withToken() {
  const emulator = await startWith(sessions(10))
  const { token = '' } = await ask(emulator.url, { MaxResults: 2, Filters })
  const redeem = (input: Partial<DescribeSessionsCommandInput> = {}) =>
    ask(emulator.url, { NextToken: token, Filters, ...input })
  return { emulator, token, redeem }
}

test('a token can be used again, and for pages of another size', async () => {
  const { redeem } = await withToken()
  expect(await redeem({ MaxResults: 3 })).toMatchObject({ ids: ids(2, 5) })
  expect(await redeem()).toMatchObject({ ids: ids(2, 10) })
})

test.each<[string, Partial<DescribeSessionsCommandInput>]>([
  ['another state', { State: 'Active' }],
  ['no filters', { Filters: undefined }],
  ['other filters', { Filters: [{ key: 'Status', value: 'Failed' }] }],
  ['made-up text', { NextToken: 'abc' }],
  ['no text', { NextToken: '' }],
])('a token is refused with %s', async (_, change) => {
  const { redeem } = await withToken()
  expect(await redeem(change)).toEqual(REFUSED)
})

test.each<[string, (token: string) => string]>([
  ['its end is changed', (token) => `${token.slice(0, -2)}AA`],
  ['its position is changed', (token) => token.replace(/(?<=^.{25})./, (one) => (one === 'A' ? 'B' : 'A'))],
  ['it is longer', (token) => `${token}A`],
])('a token is refused if %s', async (_, change) => {
  const { token, redeem } = await withToken()
  expect(await redeem({ NextToken: change(token) })).toEqual(REFUSED)
})

test("a token of another emulator is refused in AWS's words", async () => {
  const { token: NextToken } = await withToken()
  const answer = await post(await startWith(sessions(10)), { State: 'History', Filters, NextToken })
  expect(answer).toEqual(refusal('InvalidNextToken', "The specified token isn't valid."))
})

test("a token expires after its lifetime by the world's clock", async () => {
  const { emulator, redeem } = await withToken()
  emulator.faults.tokenLifetimeSeconds = 60
  emulator.world.clock.advance(60 * SECOND)
  expect(await redeem()).toMatchObject({ ids: ids(2, 10) })
  emulator.world.clock.advance(1)
  expect(await redeem()).toEqual(REFUSED)
})
