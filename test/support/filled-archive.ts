import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Receipt } from '../../archive/receipt'
import type { State } from '../../archive/record'
import { SessionsTable } from '../../archive/sessions-table'
import type { Source } from '../../archive/source'
import { SweepsTable } from '../../archive/sweeps-table'
import { upsert } from '../../archive/upsert'
import { startDatabase } from '../../emulator/dynamodb'
import type { SessionMembers } from '../../emulator/session'
import { type CliOptions, type CliRun, runCli } from './cli'
import { databaseClient } from './clients'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy'

/** A session to archive. */
export interface Kept extends SessionMembers {
  readonly SessionId: string
  /** @default - History */
  readonly state?: State
  /** @default - {@link SOURCE} */
  readonly source?: Source
}

export const SOURCE: Source = { accountId: '111122223333', region: 'eu-west-1' }

/** An archive in a database behind a proxy, and the command line to ask it. */
export interface FilledArchive {
  readonly proxy: DatabaseProxy
  readonly client: DynamoDBDocumentClient
  readonly store: SessionsTable
  readonly ledger: SweepsTable
  /** Archives sessions as a sweep does that sees them at this time. */
  keep(sessions: readonly Kept[], seen?: Date): Promise<void>
  /** The flags that name this archive. */
  readonly flags: readonly string[]
  ask(command: string, args?: readonly string[], options?: CliOptions): Promise<CliRun>
  close(): Promise<void>
}

export async function openFilledArchive(): Promise<FilledArchive> {
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const client = databaseClient(database.endpoint)
  const store = new SessionsTable({ client, tableName: database.sessionsTable })
  const flags = ['--table', 'Sessions', '--sweeps-table', 'Sweeps', '--endpoint-url', proxy.endpoint]
  return {
    proxy,
    client,
    store,
    ledger: new SweepsTable({ client, tableName: database.sweepsTable }),
    keep: (sessions, seen = new Date()) => keep(store, sessions, seen),
    flags,
    ask: (command, args = [], options = {}) => runCli([command, ...flags, ...args], options),
    close: async () => {
      client.destroy()
      await proxy.close()
      await database.close()
    },
  }
}

export async function keep(
  store: SessionsTable,
  sessions: readonly Kept[],
  seen = new Date(),
): Promise<void> {
  const { archived, rejected } = await upsert(
    store,
    sessions.map(({ state = 'History', source = SOURCE, ...session }) => ({
      session,
      state,
      source,
      sweepId: `${seen.toISOString()}-0a1b2c3d`,
      seenFrom: seen.toISOString(),
      seenUntil: seen.toISOString(),
    })),
  )
  if (archived.length !== sessions.length)
    throw new Error(`expected ${sessions.length} archived: ${JSON.stringify(rejected)}`)
}

/** The receipt of a sweep that saw nothing. */
export function receipt(startedAt: string, change: Partial<Receipt> = {}): Receipt {
  return {
    Source: '111122223333/eu-west-1',
    ItemId: `${startedAt}-0a1b2c3d`,
    Kind: 'full',
    StartedAt: startedAt,
    FinishedAt: startedAt,
    Pages: 2,
    Seen: 0,
    Archived: 0,
    Updated: 0,
    Unchanged: 0,
    Rejected: 0,
    Open: 0,
    MissedByRecent: 0,
    Restarts: 0,
    Outcome: 'complete',
    Version: '0.1.0',
    ...change,
  }
}

/** Read once: midnight must not come between two calls. */
const NOW = Date.now()

/** A time of the day that was N days ago, UTC. @param time with as many seconds and milliseconds as wanted */
export function daysAgo(days: number, time = '00:00:00.000'): string {
  const day = new Date(NOW - days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
  return `${day}T${time}Z`
}

/** Epoch seconds, as AWS writes times. */
export const epoch = (time: string): number => Date.parse(time) / 1000
