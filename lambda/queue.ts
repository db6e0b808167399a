import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Source, sourceKey } from '../archive/source'
import { RETRIES, TIMEOUTS } from '../sweep/clients'

/** Sources per message, and messages per call: SQS takes ten. */
const MESSAGE_SOURCES = 100
const BATCH_MESSAGES = 10
/** SQS can refuse single messages of a batch. */
const ATTEMPTS = 3

/** The queue to which a round sends what it has no time for. */
export class SweepQueue {
  private readonly client = new SQSClient({ ...RETRIES, requestHandler: TIMEOUTS })

  /** @param onError called with what SQS said; the sources are then unsent */
  constructor(
    private readonly queueUrl: string,
    private readonly onError: (error: Error) => void,
  ) {}

  /** @returns the sources that could not be sent: if a whole call fails, all that were not sent before it */
  async send(sources: readonly Source[], plannedAt: Date): Promise<Source[]> {
    let unsent = groups(sources, MESSAGE_SOURCES)
    try {
      for (let attempt = 0; attempt < ATTEMPTS && unsent.length > 0; attempt++)
        for (const batch of groups(unsent, BATCH_MESSAGES)) {
          const sent = await this.sendBatch(batch, plannedAt)
          unsent = unsent.filter((message) => !sent.has(message))
        }
    } catch (error) {
      // the client has tried often, and the round has other things to do
      this.onError(error instanceof Error ? error : new Error(String(error)))
    }
    return unsent.flat()
  }

  private async sendBatch(batch: readonly Source[][], plannedAt: Date): Promise<ReadonlySet<Source[]>> {
    const Entries = batch.map((sources, n) => ({
      Id: String(n),
      MessageBody: JSON.stringify({ plannedAt: plannedAt.toISOString(), sources: sources.map(sourceKey) }),
    }))
    const command = new SendMessageBatchCommand({ QueueUrl: this.queueUrl, Entries })
    const { Successful = [], Failed = [] } = await this.client.send(command)
    for (const { Code, Message } of Failed) this.onError(new Error(`${Code}: ${Message}`))
    const sent = new Set(Successful.map(({ Id }) => Id))
    return new Set(batch.filter((_message, n) => sent.has(String(n))))
  }
}

function groups<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  )
}
