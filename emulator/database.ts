import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
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

export interface Database {
  /** `http://127.0.0.1:PORT`; any credentials and region will do. */
  readonly endpoint: string
  readonly sessionsTable: string
  readonly sweepsTable: string
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Folder that keeps the data, made where there is none. @default - in memory */
  readonly folder?: string
  /** @default - any free port */
  readonly port?: number
}

/**
 * Starts the embedded database on loopback, with the archive's tables.
 *
 * @throws Error where the folder cannot be used, or another process uses it
 */
export async function startDatabase({ folder, port = 0 }: DatabaseOptions = {}): Promise<Database> {
  if (folder !== undefined) await requireUsable(folder)
  const server = dynalite({ ...(folder !== undefined && { path: folder }), createTableMs: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  const database: Database = {
    endpoint: `http://127.0.0.1:${bound}`,
    sessionsTable: 'Sessions',
    sweepsTable: 'Sweeps',
    close: () =>
      new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  }
  await createTable(database, database.sessionsTable, SESSIONS)
  await createTable(database, database.sweepsTable, SWEEPS)
  return database
}

/** dynalite ends the process where it cannot open its folder: so try it first. */
async function requireUsable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    const level = new Level(folder)
    await level.open()
    await level.close()
  } catch (error) {
    const { cause = error } = error as Error
    throw new Error(
      `folder ${JSON.stringify(folder)}: expected one that this process alone can use, ${cause}`,
      {
        cause,
      },
    )
  }
}

async function createTable({ endpoint }: Database, name: string, definition: TableDefinition): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  try {
    await client.send(new CreateTableCommand(createTableInput(name, definition)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  // Closed before a table is active, a folder would keep it so for ever.
  for (let status: string | undefined; status !== 'ACTIVE'; await sleep(1)) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }))
    status = Table?.TableStatus
  }
  client.destroy()
}

/** The request that creates a table as the definition says. */
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
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  }
}

function keySchema({ partitionKey, sortKey }: Key): KeySchemaElement[] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' as const }]),
  ]
}
