import {
  type AttributeValue,
  QueryCommand,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Table } from '../../archive/batch-get'
import { SESSIONS } from '../../archive/tables'
import type { Bucket } from '../../evidence/bucket'
import { writeBundle } from '../../evidence/bundle'
import { parseCheckpoint } from '../../evidence/checkpoint'
import { parseEntry } from '../../evidence/entry'
import type { Item } from '../../evidence/item'
import { Ledger, type Period } from '../../evidence/ledger'
import { readLog } from '../../evidence/log'
import { readCheckpoint, readKey } from '../../evidence/publish'

const DAY_MS = 24 * 60 * 60 * 1000

/** A log up to its newest checkpoint. */
export interface SignedLog {
  /** Text of the checkpoint. */
  readonly checkpoint: string
  /** The key's line. */
  readonly key: string
  readonly entries: AsyncIterable<string>
}

/** @throws Error if nothing has been logged and signed yet */
export async function openLog(bucket: Bucket): Promise<SignedLog> {
  const [checkpoint, key] = [await readCheckpoint(bucket), await readKey(bucket)]
  if (checkpoint === undefined || key === undefined)
    throw new Error('the archive has no evidence log yet: it begins with the first sweep')
  return { checkpoint, key, entries: entriesUpTo(bucket, parseCheckpoint(checkpoint).size) }
}

async function* entriesUpTo(bucket: Bucket, size: number): AsyncGenerator<string> {
  let count = 0
  for await (const { entries } of readLog(bucket))
    for (const entry of entries) {
      if (count++ === size) return
      yield entry
    }
}

/** Writes a bundle into a new folder. */
export async function exportEvidence(
  sessions: Table,
  bucket: Bucket,
  period: Period,
  folder: string,
): Promise<{ entries: number; records: number; key: string }> {
  const log = await openLog(bucket)
  const ledger = new Ledger(period)
  const written = { entries: 0, records: 0, key: log.key }
  async function* entries() {
    for await (const entry of log.entries) {
      ledger.read(parseEntry(entry), written.entries++)
      yield entry
    }
  }
  async function* records() {
    for await (const record of recordsOf(sessions, period, ledger.count.undated > 0)) {
      written.records += 1
      yield record
    }
  }
  await writeBundle(folder, { ...log, period, entries: entries(), records: records() })
  return written
}

/** The records of a period, as DynamoDB has them. Those without a start are in no index: the whole table is read. */
export async function* recordsOf(
  { client, tableName: TableName }: Table,
  { from, to }: Period,
  hasUndated: boolean,
): AsyncGenerator<Item> {
  const { partitionKey } = SESSIONS.indexes.ByDay
  for (let day = Date.parse(from); day < Date.parse(to); day += DAY_MS) {
    const query = {
      IndexName: 'ByDay' satisfies keyof typeof SESSIONS.indexes,
      KeyConditionExpression: `${partitionKey} = :day`,
      ExpressionAttributeValues: { ':day': { S: new Date(day).toISOString().slice(0, 10) } },
    }
    yield* itemsOf((ExclusiveStartKey) =>
      client.send(new QueryCommand({ TableName, ...query, ExclusiveStartKey })),
    )
  }
  if (!hasUndated) return
  const FilterExpression = `attribute_not_exists(${partitionKey})`
  yield* itemsOf((ExclusiveStartKey) =>
    client.send(new ScanCommand({ TableName, FilterExpression, ExclusiveStartKey })),
  )
}

type Page = Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>

async function* itemsOf(read: (from: Page['LastEvaluatedKey']) => Promise<Page>): AsyncGenerator<Item> {
  let page: Page = {}
  do {
    page = await read(page.LastEvaluatedKey)
    yield* (page.Items ?? []).map(toItem)
  } while (page.LastEvaluatedKey !== undefined)
}

/** The SDK has a type of its own for each form of a value. */
export function toItem(item: Readonly<Record<string, AttributeValue>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { ...value }]))
}
