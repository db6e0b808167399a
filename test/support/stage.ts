import type { SSMClient } from '@aws-sdk/client-ssm'
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import type { Receipt } from '../../archive/receipt'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { Clock } from '../../emulator/clock'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import type { Fault } from '../../emulator/faults'
import { type Emulator, startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'
import { begin, DEFAULT_LIMITS, type Run, type SweepJob } from '../../sweep/run'
import { sweep } from '../../sweep/sweep'
import { ANYONE, databaseClient, scan } from './clients'
import {
  type DatabaseCall,
  type DatabaseFault,
  type DatabaseProxy,
  startDatabaseProxy,
} from './database-proxy'
import { HOUR, NOW } from './times'

/** Pages so small that a few sessions need several. */
export const SMALL_PAGES = { ...DEFAULT_LIMITS, pageSize: 10 }

type Item = Record<string, unknown>

/** An emulated AWS, a database behind a proxy that can break its calls, and everything that a sweep needs. */
export interface Stage {
  /** Its clock stands still at {@link NOW} until it is moved. */
  readonly world: World
  readonly emulator: Emulator
  readonly proxy: DatabaseProxy
  /** Bypasses the proxy. */
  readonly database: Database & { readonly client: DynamoDBDocumentClient }
  /** Through the proxy. A call is tried twice, without a wait, by both clients. */
  readonly client: DynamoDBDocumentClient
  readonly ssm: SSMClient
  readonly sessions: SessionsTable
  readonly sweeps: SweepsTable
  sweep(change?: Partial<SweepJob>): Promise<Receipt>
  /** Moves the clock first. */
  sweepAfter(hours: number, change?: Partial<SweepJob>): Promise<Receipt>
  /** A deadline: the time that is left is the number of list calls. */
  timeFor(listCalls: number): () => number
  /** The write of the session `late` waits until the session `early` is stored. */
  writeAfter(late: string, early: string): void
  /** A sweep of small pages under way. */
  runOf(change?: Partial<Run>): Run
  /** List calls suffer faults, by their numbers from 1. */
  breakListCalls(faults: Record<number, Fault>): void
  /** The first call of an operation suffers a fault. */
  breakFirst(operation: string, fault: DatabaseFault): void
  /** Makes a record one of a later version of the software. */
  raiseSchema(SessionId: string): Promise<unknown>
  /** Records by SessionId. */
  records(): Promise<Map<unknown, Item>>
  record(sessionId: string): Promise<Item | undefined>
  /** Items of the Sweeps table: `receipts`, `rejected` sessions, and the `state` of the world's source. */
  sweepsItems(): Promise<{ receipts: Item[]; rejected: Item[]; state: Item | undefined }>
  /** How many writes the Sessions table was asked for. */
  recordWrites(): number
  /** How many records were asked for by their keys. */
  recordReads(): number
  close(): Promise<void>
}

/** Opens a new stage for each test of the file, and closes it after the test. */
export function useStage(): Stage {
  const stage = {} as Stage
  beforeEach(async () => Object.assign(stage, await openStage()))
  afterEach(() => stage.close())
  return stage
}

/** @param world @default - without sessions, frozen at {@link NOW} */
export async function openStage(world = new World({ clock: Clock.frozenAt(NOW) })): Promise<Stage> {
  const emulator = await startEmulator({ world, recordCalls: true })
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const direct = databaseClient(database.endpoint)
  const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
  const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
  const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url, retryStrategy })
  const sessions = new SessionsTable({ client, tableName: database.sessionsTable })
  const sweeps = new SweepsTable({ client, tableName: database.sweepsTable })
  const calls = (...operations: string[]) =>
    proxy.calls.filter(
      ({ operation, body }) =>
        operations.includes(operation) &&
        (body.TableName ?? Object.keys(body.RequestItems)[0]) === database.sessionsTable,
    )
  const keysOf = ({ body }: DatabaseCall) => body.RequestItems[database.sessionsTable].Keys.length
  const run = (change: Partial<SweepJob> = {}) =>
    sweep({ source: world, ssm, sessions, sweeps, now: () => world.clock.now(), ...change })
  const records = async () =>
    new Map((await scan(direct, database.sessionsTable)).map((record) => [record.SessionId, record]))
  return {
    world,
    emulator,
    proxy,
    database: { ...database, client: direct },
    client,
    ssm,
    sessions,
    sweeps,
    sweep: run,
    sweepAfter: (hours, change) => {
      world.clock.advance(hours * HOUR)
      return run(change)
    },
    timeFor: (listCalls) => {
      const end = emulator.calls.count() + listCalls
      return () => end - emulator.calls.count()
    },
    writeAfter: (late, early) => {
      let release = () => {}
      const stored = new Promise<void>((resolve) => {
        release = resolve
      })
      client.middlewareStack.add((next) => async (args) => {
        const writes = (id: string) => JSON.stringify(args.input).includes(`"${id}"`)
        if (writes(late)) await stored
        const answer = await next(args)
        if (writes(early)) release()
        return answer
      })
    },
    runOf: (change) => ({
      ...begin({ source: world, ssm, sessions, sweeps, now: () => world.clock.now(), limits: SMALL_PAGES }),
      ...change,
    }),
    breakListCalls: (faults) => {
      emulator.faults.script = (call) => faults[call]
    },
    breakFirst: (broken, fault) => {
      let calls = 0
      proxy.fault = ({ operation }) => (operation === broken && calls++ === 0 ? fault : undefined)
    },
    raiseSchema: (SessionId) => {
      const change = {
        UpdateExpression: 'SET SchemaVersion = :two',
        ExpressionAttributeValues: { ':two': 2 },
      }
      return direct.send(
        new UpdateCommand({ TableName: database.sessionsTable, Key: { SessionId }, ...change }),
      )
    },
    records,
    record: async (sessionId) => (await records()).get(sessionId),
    sweepsItems: async () => {
      const items = await scan(direct, database.sweepsTable)
      const ofKind = (kind: RegExp) => items.filter(({ ItemId }) => kind.test(String(ItemId)))
      return { receipts: ofKind(/^\d/), rejected: ofKind(/^REJECTED#/), state: ofKind(/^STATE$/)[0] }
    },
    recordWrites: () => calls('PutItem', 'UpdateItem').length,
    recordReads: () => calls('BatchGetItem').reduce((sum, call) => sum + keysOf(call), 0),
    close: async () => {
      for (const open of [direct, client, ssm]) open.destroy()
      await emulator.close()
      await proxy.close()
      await database.close()
    },
  }
}
