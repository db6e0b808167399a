import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSsmClient, TIMEOUTS } from '../../sweep/clients'
import { describeSessions } from '../../sweep/describe-sessions'
import { ANYONE } from '../support/clients'

/** AWS as the emulator never is: a test writes each answer. */
let server: Server
let answers: ((response: ServerResponse) => void)[]

beforeEach(async () => {
  answers = []
  server = createServer((_request, response) => answers.shift()?.(response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  jest.restoreAllMocks()
  server.closeAllConnections()
  await once(server.close(), 'close')
})

const date = 'Sun, 01 Mar 2026 12:00:00 GMT'
const willAnswer = (body: unknown, status = 200) => {
  const headers = status === 200 ? { date } : {} // the SDK retries an error of another time
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  answers.push((response) => response.writeHead(status, headers).end(text))
}
const ask = async () => {
  const { port } = server.address() as AddressInfo
  const ssm = makeSsmClient({ ...ANYONE, endpoint: `http://127.0.0.1:${port}` })
  return describeSessions(ssm, { State: 'History' }).finally(() => ssm.destroy())
}

test('an answer that stops in its middle is given up, and asked for again', async () => {
  answers.push((response) => response.writeHead(200, { date, 'content-length': 99 }).write('{"Sessions":'))
  willAnswer({ Sessions: [{ SessionId: 's' }] })
  const { port } = server.address() as AddressInfo
  const seconds = Object.entries(TIMEOUTS).filter(([, value]) => typeof value === 'number')
  const soon = Object.fromEntries(seconds.map(([name, value]) => [name, Number(value) / 100]))
  const requestHandler = { ...TIMEOUTS, ...soon }
  const ssm = makeSsmClient({ ...ANYONE, endpoint: `http://127.0.0.1:${port}`, requestHandler })
  const { sessions } = await describeSessions(ssm, { State: 'History' }).finally(() => ssm.destroy())
  expect(sessions).toEqual([{ SessionId: 's' }])
})

test('sessions are as AWS sent them, with members that the SDK does not know', async () => {
  const sessions = [{ SessionId: 's', StartDate: 1.5, Novelty: { Depth: [1, null, ''] } }, {}]
  willAnswer({ Sessions: sessions, NextToken: 't', Novelty: 1 })
  expect(await ask()).toMatchObject({ sessions, nextToken: 't' })
})

test.each([
  ['no sessions', {}],
  ['an empty list', { Sessions: [] }],
  ['a list of null', { Sessions: null }],
  ['an empty token', { NextToken: '' }],
  ['a token of null', { NextToken: null }],
])('an answer with %s is an empty, last page', async (_what, body) => {
  willAnswer(body)
  expect(await ask()).toMatchObject({ sessions: [], nextToken: undefined })
})

test('each session has its text as AWS sent it, and integers keep all their digits', async () => {
  const texts = [
    '{ "SessionId": "s\\u0041", "N": 12345678901234567890 }',
    '{"N":-9007199254740993,"T":"1\\"2"}',
  ]
  willAnswer(`{"Sessions": [${texts}], "NextToken": "12345678901234567890"}`)
  const { sessions, rawJson, nextToken } = await ask()
  expect(sessions).toEqual([
    { SessionId: 'sA', N: 12345678901234567890n },
    { N: -9007199254740993n, T: '1"2' },
  ])
  expect([rawJson(0), rawJson(1), nextToken]).toEqual([...texts, '12345678901234567890'])
})

test('an element that is no object is a session without members, with its text', async () => {
  const elements = [null, 7, 'text', [{ SessionId: 'in a list' }], true]
  willAnswer({ Sessions: elements })
  const { sessions, rawJson } = await ask()
  expect(sessions).toEqual(elements.map(() => ({})))
  expect(elements.map((_element, n) => JSON.parse(rawJson(n)))).toEqual(elements)
})

test('an answer whose sessions are no list is an error', async () => {
  willAnswer({ Sessions: 'none' })
  await expect(ask()).rejects.toThrow('DescribeSessions: received Sessions string, expected a list')
})

test('a success without an answer is no empty list', async () => {
  willAnswer({ Sessions: [] }, 202)
  await expect(ask()).rejects.toThrow('received an answer that cannot be read')
})

test('an error answer is the exception that the SDK makes of it', async () => {
  willAnswer({ __type: 'AccessDeniedException', message: 'not you' }, 400)
  await expect(ask()).rejects.toMatchObject({ name: 'AccessDeniedException', message: 'not you' })
})

test('AWS looked between the last attempt and the end of the second in which it answered', async () => {
  let elapsed = 0
  jest.spyOn(performance, 'now').mockImplementation(() => elapsed)
  const answerAfter = (milliseconds: number, status: number) =>
    answers.push((response) => {
      elapsed += milliseconds
      response.writeHead(status, { date }).end('{}')
    })
  answerAfter(60_000, 500)
  answerAfter(2_500, 200)
  const [seenFrom, seenUntil] = ['2026-03-01T11:59:57.500Z', '2026-03-01T12:00:01.000Z']
  expect(await ask()).toMatchObject({ seenFrom, seenUntil })
})

test.each([[{ date: 'soon' }], [{}]])('with the header %j, the local clock counts', async (headers) => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-03-01T12:00:00Z'))
  answers.push((response) => {
    response.sendDate = false
    response.writeHead(200, headers).end('{}')
  })
  expect(await ask()).toMatchObject({ seenUntil: '2026-03-01T12:00:01.000Z' })
})
