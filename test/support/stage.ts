import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import type { Fault } from '../../emulator/faults'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { makeCloudTrailClient, makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'
import { begin, DEFAULT_LIMITS, type Run, type SweepJob } from '../../sweep/run'
import { sweep } from '../../sweep/sweep'
import { ANYONE, databaseClient, scan } from './clients'
import { type DatabaseCall, type DatabaseFault, startDatabaseProxy } from './database-proxy'
import { HOUR, NOW } from './times'

/** Pages so small that a few sessions need several. */
export const SMALL_PAGES = { ...DEFAULT_LIMITS, pageSize: 10 }

/** An emulated AWS, a database behind a proxy that can break its calls, and everything that a sweep needs. */
export type Stage = Awaited<ReturnType<typeof openStage>>

/** Opens a new stage for each test of the file, and closes it after the test. */
export function useStage(): Stage {
  const stage = {} as Stage
  beforeEach(async () => Object.assign(stage, await openStage()))
  afterEach(() => stage.close())
  return stage
}

/**
 * @param world @default - without sessions, frozen at {@link NOW}
 * @param feed whether the database keeps its changes
 */
export async function openStage(world = new World({ clock: Clock.frozenAt(NOW) }), feed = false) {
  const emulator = await startEmulator({ world, recordCalls: true })
  const database = await startDatabase({ feed, now: () => world.clock.now() })
  const proxy = await startDatabaseProxy(database.endpoint)
  const direct = databaseClient(database.endpoint)
  const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
  const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
  const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url, retryStrategy })
  const cloudTrail = makeCloudTrailClient({ ...ANYONE, endpoint: emulator.url, retryStrategy })
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
    /** Its clock stands still at {@link NOW} until it is moved. */
    world,
    emulator,
    proxy,
    /** Bypasses the proxy. */
    database: { ...database, client: direct },
    /** Through the proxy. A call is tried twice, without a wait, by both clients. */
    client,
    ssm,
    /** No sweep asks it, unless it is told to. */
    cloudTrail: () => cloudTrail,
    sessions,
    sweeps,
    sweep: run,
    /** Moves the clock first. */
    sweepAfter: (hours: number, change?: Partial<SweepJob>) => {
      world.clock.advance(hours * HOUR)
      return run(change)
    },
    /** A deadline: the time that is left is the number of list calls. */
    timeFor: (listCalls: number) => {
      const end = emulator.calls.count() + listCalls
      return () => end - emulator.calls.count()
    },
    /** The write of the session `late` waits until the session `early` is stored. */
    writeAfter: (late: string, early: string) => {
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
    /** A sweep of small pages under way. */
    runOf: (change?: Partial<Run>): Run => ({
      ...begin({ source: world, ssm, sessions, sweeps, now: () => world.clock.now(), limits: SMALL_PAGES }),
      ...change,
    }),
    /** List calls suffer faults, by their numbers from 1. */
    breakListCalls: (faults: Record<number, Fault>) => {
      emulator.faults.script = (call) => faults[call]
    },
    /** The first call of an operation suffers a fault. */
    breakFirst: (broken: string, fault: DatabaseFault) => {
      let calls = 0
      proxy.fault = ({ operation }) => (operation === broken && calls++ === 0 ? fault : undefined)
    },
    /** Makes a record one of a later version of the software. */
    raiseSchema: (SessionId: string) => {
      const change = {
        UpdateExpression: 'SET SchemaVersion = :two',
        ExpressionAttributeValues: { ':two': 2 },
      }
      return direct.send(
        new UpdateCommand({ TableName: database.sessionsTable, Key: { SessionId }, ...change }),
      )
    },
    /** Records by SessionId. */
    records,
    record: async (sessionId: string) => (await records()).get(sessionId),
    /** Items of the Sweeps table: `receipts`, `rejected` sessions, `refusals`, and the `state` of the world's source. */
    sweepsItems: async () => {
      const items = await scan(direct, database.sweepsTable)
      const ofKind = (kind: RegExp) => items.filter(({ ItemId }) => kind.test(String(ItemId)))
      return {
        receipts: ofKind(/^\d/),
        rejected: ofKind(/^REJECTED#/),
        refusals: ofKind(/^REFUSED#/),
        state: ofKind(/^STATE$/)[0],
      }
    },
    /** How many writes the Sessions table was asked for. */
    recordWrites: () => calls('PutItem', 'UpdateItem').length,
    /** How many records were asked for by their keys. */
    recordReads: () => calls('BatchGetItem').reduce((sum, call) => sum + keysOf(call), 0),
    close: async () => {
      for (const open of [direct, client, ssm, cloudTrail]) open.destroy()
      await emulator.close()
      await proxy.close()
      await database.close()
    },
  }
}
