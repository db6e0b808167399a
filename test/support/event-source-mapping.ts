import { setTimeout as sleep } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import pLimit from 'p-limit'
import { ANYONE } from './clients'
import { openQueue, type Queue, type QueueSettings } from './queue'

export interface MappingSettings extends QueueSettings {
  /** From 2 to 1,000, as Lambda has it. */
  readonly maximumConcurrency: number
  /** From 1 to 10: Lambda receives more only if it may wait for them. */
  readonly batchSize: number
}

/** Between two looks into an empty queue. */
const IDLE_MS = 20

/** What Lambda hands to a function. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[]
}

export type SqsRecord = ReturnType<typeof toRecord>

/** A function that is invoked. It failed if there is an error, or if the promise is rejected: it was killed. */
export type Invoke = (event: SqsEvent) => Promise<{ readonly error?: unknown }>

export interface DrainOptions {
  /**
   * How long after a failure a message is visible again, in milliseconds. Infinity: when the visibility timeout is
   * over, as with Lambda.
   *
   * @default 20
   */
  readonly retryAfterMs?: number
  /** Which messages come twice: `together` with the first time, or `later`, after its end. @default - none */
  readonly duplicate?: (record: SqsRecord) => 'together' | 'later' | undefined
  /** Invocations after which the others are left in the queue. @default - until it is empty */
  readonly atMost?: number
}

export interface HandledInvocation {
  readonly event: SqsEvent
  /** Absent: it succeeded. */
  readonly error?: unknown
}

/**
 * A queue and what follows Lambda's documented rules for it as an event source.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function startQueue(settings: MappingSettings) {
  assertAllowed(settings)
  const queue = await openQueue(settings)
  return {
    ...queue,
    /** Invokes the function until the queue is empty: what fails too often is a dead letter then. */
    drain: (invoke: Invoke, options: DrainOptions = {}) => drain(queue, settings, invoke, options),
  }
}

function assertAllowed({ maximumConcurrency, batchSize }: MappingSettings): void {
  if (!(maximumConcurrency >= 2 && maximumConcurrency <= 1000))
    throw new Error(`got a maximum concurrency of ${maximumConcurrency}, expected 2 to 1000`)
  if (!(batchSize >= 1 && batchSize <= 10))
    throw new Error(`got a batch size of ${batchSize}, expected 1 to 10`)
}

async function drain(
  queue: Queue,
  { maximumConcurrency, batchSize }: MappingSettings,
  invoke: Invoke,
  { retryAfterMs = 20, duplicate, atMost = Number.POSITIVE_INFINITY }: DrainOptions,
): Promise<HandledInvocation[]> {
  const limit = pLimit(maximumConcurrency)
  const handled: HandledInvocation[] = []
  let started = 0

  const handle = async (event: SqsEvent): Promise<boolean> => {
    const outcome = await limit(() => invoke(event)).catch((error: unknown) => ({ error }))
    handled.push({ event, error: outcome.error })
    return outcome.error === undefined
  }
  const lane = async () => {
    while (started < atMost) {
      started += 1
      const messages = await receive(queue, batchSize)
      if (messages.length === 0) {
        started -= 1
        if (limit.activeCount === 0 && (await queue.messages()).length === 0) return
        await sleep(IDLE_MS)
        continue
      }
      const event = { Records: messages.map((message) => toRecord(message, queue.queueArn)) }
      const again = (when: string) => ({
        Records: event.Records.filter((record) => duplicate?.(record) === when),
      })
      const [together, later] = [again('together'), again('later')]
      const copies = together.Records.length > 0 ? [handle(together)] : []
      const [succeeded] = await Promise.all([handle(event), ...copies])
      if (succeeded) await remove(queue, messages)
      if (later.Records.length > 0) await handle(later)
      if (!succeeded && retryAfterMs !== Number.POSITIVE_INFINITY) {
        await sleep(retryAfterMs)
        await show(queue, messages)
      }
    }
  }
  await Promise.all(Array.from({ length: maximumConcurrency }, lane))
  return handled
}

async function receive({ client, queueUrl: QueueUrl }: Queue, batchSize: number): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: batchSize,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  })
  return (await client.send(command)).Messages ?? []
}

async function remove({ client, queueUrl: QueueUrl }: Queue, messages: readonly Message[]): Promise<void> {
  for (const { ReceiptHandle } of messages)
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
}

async function show({ client, queueUrl: QueueUrl }: Queue, messages: readonly Message[]): Promise<void> {
  for (const { ReceiptHandle } of messages)
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
}

function toRecord(message: Message, eventSourceARN: string) {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' } = message
  const { Attributes: attributes = {}, MessageAttributes = {} } = message
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue, DataType }]) => [
        name,
        { stringValue: StringValue, stringListValues: [], binaryListValues: [], dataType: DataType },
      ]),
    ),
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: ANYONE.region,
  }
}
