import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SweepQueue } from '../../lambda/queue'

const SOURCES = Array.from({ length: 1_150 }, (_, n) => ({
  accountId: String(222200000000 + n),
  region: 'eu-west-1',
}))
const AT = new Date('2026-11-24T00:10:00Z')

/** SQS that refuses messages, and what it took. */
let refuses: (call: number, message: number) => boolean
let calls: number
let status: number
let taken: string[]
const server = createServer(async (request, response) => {
  const call = ++calls
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { Entries } = JSON.parse(Buffer.concat(chunks).toString())
  const Successful: object[] = []
  const Failed: object[] = []
  response.statusCode = status
  for (const { Id, MessageBody } of Entries)
    if (refuses(call, Number(Id)))
      Failed.push({ Id, SenderFault: false, Code: 'InternalError', Message: 'again' })
    else {
      taken.push(...JSON.parse(MessageBody).sources)
      const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex')
      Successful.push({ Id, MessageId: Id, MD5OfMessageBody })
    }
  response.setHeader('content-type', 'application/x-amz-json-1.0')
  response.end(JSON.stringify({ Successful, Failed }))
})

let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  Object.assign(process.env, { AWS_ENDPOINT_URL_SQS: url, AWS_REGION: 'us-east-1' })
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' })
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  calls = 0
  status = 200
  refuses = () => false
  taken = []
})

async function send() {
  const errors: string[] = []
  const queue = new SweepQueue(`${url}/1/sources`, ({ message }) => errors.push(message))
  return { unsent: await queue.send(SOURCES, AT), errors }
}
const names = SOURCES.map(({ accountId, region }) => `${accountId}/${region}`)

test('messages that SQS refuses are sent again, they alone, and every source is sent once', async () => {
  refuses = (call, message) => call === 1 && message % 2 === 1
  const { unsent, errors } = await send()
  expect(unsent).toEqual([])
  expect(taken.toSorted()).toEqual(names)
  expect({ calls, errors: errors.length }).toEqual({ calls: 3, errors: 5 }) // ten messages, two, and five again
})

test('a queue that takes no call at all is asked once, because the round has sources to sweep', async () => {
  status = 403
  const { unsent, errors } = await send()
  expect({ unsent: unsent.length, calls, errors: errors.length }).toEqual({
    ...{ unsent: SOURCES.length, calls: 1, errors: 1 },
  })
})

test('sources that SQS refuses three times are returned as unsent', async () => {
  refuses = (_call, message) => message === 0
  const { unsent } = await send()
  expect(unsent.length).toBeGreaterThan(0)
  expect([...taken, ...unsent.map(({ accountId, region }) => `${accountId}/${region}`)].sort()).toEqual(names)
})
