import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  paginateScan,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { Level } from 'level'
import { type Key, SESSIONS, SWEEPS, type TableDefinition } from '../archive/tables'
import { Changes, withStore } from './changes'
import { LOCAL_CREDENTIALS } from './local-credentials'

export interface Database {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly sessionsTable: string
  readonly sweepsTable: string
  /** Every change of both tables, until it is acknowledged. */
  readonly changes?: Changes
  /** Deletes what has expired by then, as DynamoDB does some days later. */
  expire(now: Date): Promise<void>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Folder that keeps the data; made if it does not exist. @default - in memory */
  readonly folder?: string
  /** @default - any free port */
  readonly port?: number
  /** Whether changes are kept until they are acknowledged. @default - of a folder, they are */
  readonly feed?: boolean
  /** When a change is made. @default - the real time */
  readonly now?: () => Date
}

const TABLES = { Sessions: SESSIONS, Sweeps: SWEEPS }

/**
 * Starts the embedded database on loopback, with the archive's tables.
 *
 * @throws Error if the folder cannot be used, or if another process uses it
 */
export async function startDatabase({
  folder,
  port = 0,
  feed = folder !== undefined,
  now = () => new Date(),
}: DatabaseOptions = {}): Promise<Database> {
  if (folder !== undefined) await requireUsable(folder)
  const { made: server, store } = withStore(() => dynalite({ path: folder, createTableMs: 0 }))
  const changes = feed ? new Changes(store, keyNames(), now) : undefined
  await changes?.open()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${bound}`
  for (const [name, definition] of Object.entries(TABLES)) await createTable(endpoint, name, definition)
  return {
    endpoint,
    sessionsTable: 'Sessions',
    sweepsTable: 'Sweeps',
    changes,
    expire: (at) => expire(endpoint, at, changes),
    close: promisify(server.close.bind(server)),
  }
}

function keyNames(): Map<string, string[]> {
  return new Map(
    Object.entries(TABLES).map(([name, { partitionKey, sortKey }]: [string, TableDefinition]) => [
      name,
      sortKey === undefined ? [partitionKey] : [partitionKey, sortKey],
    ]),
  )
}

async function expire(endpoint: string, now: Date, changes: Changes | undefined): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_CREDENTIALS, endpoint })
  const expired = {
    TableName: 'Sessions',
    ExpressionAttributeNames: { '#at': SESSIONS.timeToLiveAttribute },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now.getTime() / 1000)) } },
  }
  const remove = async () => {
    for await (const { Items = [] } of paginateScan(
      { client },
      { ...expired, FilterExpression: '#at <= :now' },
    ))
      for (const { SessionId } of Items)
        if (SessionId !== undefined)
          await client.send(
            new DeleteItemCommand({ ...expired, Key: { SessionId }, ConditionExpression: '#at <= :now' }),
          )
  }
  await (changes === undefined ? remove() : changes.expiring(remove))
  client.destroy()
}

/** dynalite ends the process if it cannot open its folder. */
async function requireUsable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    const level = new Level(folder)
    await level.open()
    await level.close()
  } catch (error) {
    const { cause = error } = error as Error
    const name = JSON.stringify(folder)
    throw new Error(`folder ${name}: expected one that this process alone can use, ${cause}`, { cause })
  }
}

async function createTable(endpoint: string, name: string, definition: TableDefinition): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_CREDENTIALS, endpoint })
  try {
    await client.send(new CreateTableCommand(createTableInput(name, definition)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  // A folder that is closed before its table is active would keep the table inactive forever.
  for (let status: string | undefined; status !== 'ACTIVE'; await sleep(1)) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    status = Table?.TableStatus
  }
  client.destroy()
}

export function createTableInput(name: string, definition: TableDefinition): CreateTableCommandInput {
  const keys: Key[] = [definition, ...Object.values(definition.indexes)]
  const names = new Set(keys.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey ?? partitionKey]))
  const indexes = Object.entries(definition.indexes).map(([IndexName, key]) => ({
    IndexName,
    KeySchema: keySchema(key),
    Projection: { ProjectionType: 'ALL' as const },
  }))
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...names].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(definition),
    GlobalSecondaryIndexes: indexes.length > 0 ? indexes : undefined,
  }
}

function keySchema({ partitionKey, sortKey }: Key): KeySchemaElement[] {
  const hash = { AttributeName: partitionKey, KeyType: 'HASH' as const }
  return sortKey === undefined ? [hash] : [hash, { AttributeName: sortKey, KeyType: 'RANGE' }]
}
