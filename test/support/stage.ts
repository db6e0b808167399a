import type { SSMClient } from '@aws-sdk/client-ssm'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Receipt } from '../../archive/receipt'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { Clock } from '../../emulator/clock'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { type Emulator, startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'
import type { SweepJob } from '../../sweep/run'
import { sweep } from '../../sweep/sweep'
import { ANYONE, databaseClient, scan } from './clients'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy'
import { NOW } from './times'

/** An emulated AWS, a database behind a proxy that can break its calls, and everything a sweep needs. */
export interface Stage {
  readonly world: World
  readonly emulator: Emulator
  readonly proxy: DatabaseProxy
  /** Past the proxy. */
  readonly database: Database & { readonly client: DynamoDBDocumentClient }
  /** A sweep's clients try each call twice only, so that a test of failure is short. */
  readonly ssm: SSMClient
  readonly store: SessionsTable
  readonly ledger: SweepsTable
  sweep(change?: Partial<SweepJob>): Promise<Receipt>
  /** Records by SessionId. */
  records(): Promise<Map<unknown, Record<string, unknown>>>
  /** Items of the Sweeps table, by ItemId. */
  ledgerItems(): Promise<Record<string, unknown>[]>
  /** How many writes the Sessions table was asked for. */
  recordWrites(): number
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const world = new World({ clock: Clock.frozenAt(NOW) })
  const emulator = await startEmulator({ world, recordCalls: true })
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const direct = databaseClient(database.endpoint)
  const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, maxAttempts: 2 })
  const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url, maxAttempts: 2 })
  const store = new SessionsTable({ client, tableName: database.sessionsTable })
  const ledger = new SweepsTable({ client, tableName: database.sweepsTable })
  return {
    world,
    emulator,
    proxy,
    database: { ...database, client: direct },
    ssm,
    store,
    ledger,
    sweep: (change) =>
      sweep({ source: world, ssm, sessions: store, sweeps: ledger, now: () => world.clock.now(), ...change }),
    records: async () =>
      new Map((await scan(direct, database.sessionsTable)).map((record) => [record.SessionId, record])),
    ledgerItems: () => scan(direct, database.sweepsTable),
    recordWrites: () =>
      proxy.calls.filter(
        ({ operation, body }) => WRITES.includes(operation) && body.TableName === database.sessionsTable,
      ).length,
    close: async () => {
      for (const open of [direct, client, ssm]) open.destroy()
      await emulator.close()
      await proxy.close()
      await database.close()
    },
  }
}

const WRITES = ['PutItem', 'UpdateItem']
