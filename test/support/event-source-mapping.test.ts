import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ANYONE } from './clients'
import { type Invoke, type SqsEvent, startQueue } from './event-source-mapping'

const SETTINGS = { visibilityTimeoutSeconds: 30, maxReceiveCount: 3, maximumConcurrency: 5, batchSize: 1 }

const open: { close: () => Promise<void> }[] = []
afterEach(() => Promise.all(open.splice(0).map((queue) => queue.close())))

async function start(change: Partial<typeof SETTINGS> = {}, bodies: readonly string[] = []) {
  const queue = await startQueue({ ...SETTINGS, ...change })
  open.push(queue)
  for (const body of bodies) await queue.send(body)
  return queue
}

const bodiesOf = ({ Records }: SqsEvent) => Records.map(({ body }) => body)
const succeed: Invoke = async () => ({})
const fail: Invoke = async () => ({ error: 'failed' })
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

test('a message arrives as Lambda hands it to a function, and is deleted after its success', async () => {
  const queue = await start()
  const client = new SQSClient({ ...ANYONE, endpoint: queue.endpoint })
  const note = { DataType: 'String', StringValue: 'yes' }
  const message = { QueueUrl: queue.queueUrl, MessageBody: '{"sources":[]}', MessageAttributes: { note } }
  await client.send(new SendMessageCommand(message))
  client.destroy()
  const [{ event } = { event: undefined }] = await queue.drain(succeed)
  expect(event).toEqual({
    Records: [
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: '{"sources":[]}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          note: { stringValue: 'yes', stringListValues: [], binaryListValues: [], dataType: 'String' },
        },
        md5OfBody: createHash('md5').update('{"sources":[]}').digest('hex'),
        eventSource: 'aws:sqs',
        eventSourceARN: expect.stringMatching(/^arn:aws:sqs:us-east-1:\d{12}:sources$/),
        awsRegion: 'us-east-1',
      },
    ],
  })
  expect(await queue.messages()).toEqual([])
})

test('a client that is not told the endpoint finds the queue by its URL', async () => {
  const queue = await start()
  const quiet = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const client = new SQSClient({ ...ANYONE, logger: quiet })
  await client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody: 'a' }))
  client.destroy()
  expect(await queue.messages()).toEqual(['a'])
})

test('at most so many invocations as the maximum concurrency are under way at once', async () => {
  const queue = await start({ maximumConcurrency: 2 }, LETTERS)
  let [now, most] = [0, 0]
  await queue.drain(async () => {
    now += 1
    most = Math.max(most, now)
    await sleep(20)
    now -= 1
    return {}
  })
  expect(most).toBe(2)
})

test('a function gets up to a batch at once', async () => {
  const queue = await start({ batchSize: 10, maximumConcurrency: 2 }, LETTERS)
  const handled = await queue.drain(succeed)
  expect(handled.flatMap(({ event }) => bodiesOf(event)).sort()).toEqual(LETTERS)
  expect(handled.length).toBeLessThanOrEqual(2)
})

test('a message whose invocation failed or was killed comes again, and is a dead letter at last', async () => {
  const queue = await start({}, ['fails', 'kills', 'works'])
  const counts: Record<string, string[]> = {}
  const handled = await queue.drain(async (event) => {
    for (const { body, attributes } of event.Records)
      counts[body] = [...(counts[body] ?? []), attributes.ApproximateReceiveCount ?? '']
    if (bodiesOf(event).includes('kills')) throw new Error('killed')
    return bodiesOf(event).includes('fails') ? { error: 'failed' } : {}
  })
  expect(counts).toEqual({ fails: ['1', '2', '3'], kills: ['1', '2', '3'], works: ['1'] })
  expect(handled.filter(({ error }) => error === undefined)).toHaveLength(1)
  expect((await queue.deadLetters()).sort()).toEqual(['fails', 'kills'])
  expect(await queue.messages()).toEqual([])
})

test('a message is invisible until the visibility timeout is over, unless the test shortens it', async () => {
  const queue = await start({ visibilityTimeoutSeconds: 1 }, ['a'])
  const before = performance.now()
  let calls = 0
  const options = { retryAfterMs: Number.POSITIVE_INFINITY }
  await queue.drain(async () => (calls++ === 0 ? { error: 'failed' } : {}), options)
  expect(calls).toBe(2)
  expect(performance.now() - before).toBeGreaterThanOrEqual(950)
})

test.each(['together', 'later'] as const)('a duplicate comes %s with its first delivery', async (when) => {
  const queue = await start({}, ['a', 'b'])
  const log: string[] = []
  const invoke: Invoke = async (event) => {
    log.push(`begin ${bodiesOf(event)}`)
    await sleep(50)
    log.push(`end ${bodiesOf(event)}`)
    return {}
  }
  await queue.drain(invoke, { duplicate: ({ body }) => (body === 'a' ? when : undefined) })
  const ofA = log.filter((line) => line.endsWith('a')).map((line) => line.replace(' a', ''))
  expect(ofA).toEqual(
    when === 'together' ? ['begin', 'begin', 'end', 'end'] : ['begin', 'end', 'begin', 'end'],
  )
  expect(log.filter((line) => line === 'end b')).toHaveLength(1)
})

test('a drain can stop early, and the next goes on', async () => {
  const queue = await start({}, LETTERS)
  expect(await queue.drain(succeed, { atMost: 3 })).toHaveLength(3)
  expect(await queue.messages()).toHaveLength(4)
  expect(await queue.drain(succeed)).toHaveLength(4)
})

test('a delayed message is waited for', async () => {
  const queue = await start()
  await queue.send('late', 1)
  expect((await queue.drain(succeed)).map(({ event }) => bodiesOf(event))).toEqual([['late']])
})

test('with a maxReceiveCount of 1 the first failure makes a dead letter', async () => {
  const queue = await start({ maxReceiveCount: 1 }, ['a'])
  expect(await queue.drain(fail)).toHaveLength(1)
  expect(await queue.deadLetters()).toEqual(['a'])
})

test.each([
  [{ maximumConcurrency: 1 }, 'got a maximum concurrency of 1, expected 2 to 1000'],
  [{ batchSize: 11 }, 'got a batch size of 11, expected 1 to 10'],
])('a mapping of %j is refused, as Lambda does', async (change, message) => {
  await expect(startQueue({ ...SETTINGS, ...change })).rejects.toThrow(message)
})
