import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSsmClient } from '../../sweep/clients'
import { describeSessions } from '../../sweep/describe-sessions'
import { ANYONE } from '../support/clients'

/** AWS as the emulator never is: each answer is written by the test. */
let server: Server
let answers: ((response: ServerResponse) => void)[]

beforeEach(async () => {
  answers = []
  server = createServer((_request, response) => answers.shift()?.(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  jest.restoreAllMocks()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const DATE = 'Sun, 01 Mar 2026 12:00:00 GMT'
const json = (body: unknown, headers: Record<string, string> = { date: DATE }) => {
  answers.push((response) => response.writeHead(200, headers).end(JSON.stringify(body)))
}
const describe1 = async () => {
  const { port } = server.address() as AddressInfo
  const ssm = makeSsmClient({ ...ANYONE, endpoint: `http://127.0.0.1:${port}` })
  return describeSessions(ssm, { State: 'History' }).finally(() => ssm.destroy())
}

test('sessions are as AWS sent them, members included that the SDK does not know', async () => {
  const sessions = [{ SessionId: 's', StartDate: 1.5, Novelty: { Depth: [1, null, ''] } }, {}]
  json({ Sessions: sessions, NextToken: 't', Novelty: 1 })
  expect(await describe1()).toMatchObject({ sessions, nextToken: 't' })
})

test.each([
  ['no sessions', {}],
  ['an empty list', { Sessions: [] }],
  ['an empty token', { NextToken: '' }],
  ['a token of null', { NextToken: null }],
])('an answer with %s is an empty, last page', async (_what, body) => {
  json(body)
  expect(await describe1()).toMatchObject({ sessions: [], nextToken: undefined })
})

test('an answer whose sessions are no list is an error', async () => {
  json({ Sessions: 'none' })
  await expect(describe1()).rejects.toThrow('DescribeSessions: received Sessions string, expected a list')
})

test('AWS looked between the last attempt and the end of the second in which it answered', async () => {
  let elapsed = 0
  jest.spyOn(performance, 'now').mockImplementation(() => elapsed)
  answers.push((response) => {
    elapsed += 60_000
    response.writeHead(500).end(JSON.stringify({ __type: 'InternalServerError' }))
  })
  answers.push((response) => {
    elapsed += 2_500
    response.writeHead(200, { date: DATE }).end('{}')
  })
  expect(await describe1()).toMatchObject({
    seenFrom: '2026-03-01T11:59:57.500Z',
    seenUntil: '2026-03-01T12:00:01.000Z',
  })
})

test.each([[{ date: 'soon' }], [{}]])('with the header %j, the local clock counts', async (headers) => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-03-01T12:00:00Z'))
  answers.push((response) => {
    response.sendDate = false
    response.writeHead(200, headers).end('{}')
  })
  expect(await describe1()).toMatchObject({ seenUntil: '2026-03-01T12:00:01.000Z' })
})

test('an error answer is the exception that the SDK makes of it', async () => {
  answers.push((response) =>
    response.writeHead(400).end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not you' })),
  )
  await expect(describe1()).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'not you' })
})
