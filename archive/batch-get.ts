import { setTimeout as sleep } from 'node:timers/promises'
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb'
import pMap from 'p-map'

/** A table, and the client that reaches it. */
export interface Table {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
}

export interface BatchGet extends Table {
  /** All different; any number. */
  readonly keys: readonly Readonly<Record<string, string>>[]
  /** Names of the attributes to return. @default - all */
  readonly attributes?: readonly string[]
  readonly consistent: boolean
  readonly abortSignal?: AbortSignal
}

/** BatchGetItem takes at most 100 keys. */
const BATCH_KEYS = 100
const BATCHES_AT_ONCE = 16
/** Waits between attempts at keys that were left unprocessed, milliseconds. */
const BACKOFF = [50, 100, 200, 400, 800, 1600, 3200, 6400]

/**
 * Returns the items that exist, in no order.
 *
 * @throws Error if the database leaves keys unprocessed for some ten seconds
 */
export async function batchGet<Item>({ keys, ...request }: BatchGet): Promise<Item[]> {
  const starts = Array.from({ length: Math.ceil(keys.length / BATCH_KEYS) }, (_, n) => n * BATCH_KEYS)
  const read = (start: number) => oneBatch<Item>({ ...request, keys: keys.slice(start, start + BATCH_KEYS) })
  return (await pMap(starts, read, { concurrency: BATCHES_AT_ONCE })).flat()
}

async function oneBatch<Item>(batch: BatchGet): Promise<Item[]> {
  const { client, tableName, keys, attributes, consistent, abortSignal } = batch
  const items: Item[] = []
  let request: BatchGetCommandOutput['UnprocessedKeys'] = {
    [tableName]: {
      Keys: [...keys],
      ...(attributes !== undefined && {
        ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
      }),
      ConsistentRead: consistent,
    },
  }
  for (const wait of [...BACKOFF, undefined]) {
    const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await client.send(
      new BatchGetCommand({ RequestItems: request }),
      { abortSignal },
    )
    items.push(...((Responses?.[tableName] ?? []) as Item[]))
    if (!UnprocessedKeys?.[tableName]) return items
    request = UnprocessedKeys
    if (wait !== undefined) await sleep(wait * (0.5 + Math.random() / 2))
  }
  throw new Error(`${tableName}: keys were left unprocessed by ${BACKOFF.length + 1} reads`)
}
