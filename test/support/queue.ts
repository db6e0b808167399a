import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { ANYONE } from './clients'

export interface QueueSettings {
  readonly visibilityTimeoutSeconds: number
  /** So often a message is received before it becomes a dead letter. */
  readonly maxReceiveCount: number
}

/** A queue of a real engine, with a dead-letter queue. */
export type Queue = Awaited<ReturnType<typeof openQueue>>

export async function openQueue({ visibilityTimeoutSeconds, maxReceiveCount }: QueueSettings) {
  const engine = await startEngine()
  const { endpoint } = engine
  const client = new SQSClient({ ...ANYONE, endpoint })
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
    const names = { QueueUrl, AttributeNames: ['QueueArn' as const] }
    const { Attributes: created } = await client.send(new GetQueueAttributesCommand(names))
    return { url: QueueUrl, arn: created?.QueueArn ?? '' }
  }
  const deadLetterQueue = await create('dead-letters')
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetterQueue.arn, maxReceiveCount })
  const queue = await create('sources', {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy,
  })
  const bodiesIn = async (name: string): Promise<string[]> => {
    const answer = await fetch(`${endpoint}/_fauxqs/queues/${name}`)
    const { ready, delayed, inflight } = JSON.parse(await answer.text()).messages
    const messages = [...ready, ...delayed, ...inflight.map(({ message }: { message: object }) => message)]
    return messages.map(({ body }) => body)
  }
  return {
    client,
    endpoint,
    queueUrl: queue.url,
    queueArn: queue.arn,
    send: async (MessageBody: string, DelaySeconds = 0) => {
      await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody, DelaySeconds }))
    },
    /** The bodies of what is not deleted: visible, delayed or being processed. */
    messages: () => bodiesIn('sources'),
    /** The bodies of what was given up. */
    deadLetters: () => bodiesIn('dead-letters'),
    close: async () => {
      client.destroy()
      await engine.close()
    },
  }
}

async function startEngine() {
  const child = spawn(process.execPath, [join(__dirname, 'queue-engine.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [endpoint] = await Promise.race([once(createInterface(child.stdout), 'line'), exited])
  if (typeof endpoint !== 'string') throw new Error(`the queue engine ended with ${endpoint}`)
  return {
    endpoint,
    close: async () => {
      child.stdin.end()
      await exited
    },
  }
}
