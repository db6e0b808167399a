import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { Level } from 'level'
import { type Key, SESSIONS, SWEEPS, type TableDefinition } from '../archive/tables'
import { LOCAL_CREDENTIALS } from './local-credentials'

export interface Database {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly sessionsTable: string
  readonly sweepsTable: string
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Folder that keeps the data; made if it does not exist. @default - in memory */
  readonly folder?: string
  /** @default - any free port */
  readonly port?: number
}

/**
 * Starts the embedded database on loopback, with the archive's tables.
 *
 * @throws Error if the folder cannot be used, or if another process uses it
 */
export async function startDatabase({ folder, port = 0 }: DatabaseOptions = {}): Promise<Database> {
  if (folder !== undefined) await requireUsable(folder)
  const server = dynalite({ path: folder, createTableMs: 0 })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  const database: Database = {
    endpoint: `http://127.0.0.1:${bound}`,
    sessionsTable: 'Sessions',
    sweepsTable: 'Sweeps',
    close: promisify(server.close.bind(server)),
  }
  await createTable(database, database.sessionsTable, SESSIONS)
  await createTable(database, database.sweepsTable, SWEEPS)
  return database
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

async function createTable({ endpoint }: Database, name: string, definition: TableDefinition): Promise<void> {
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
