import type { Receipt } from '../../archive/receipt'
import type { State } from '../../archive/record'
import { enrol } from '../../archive/roster'
import { SessionsTable } from '../../archive/sessions-table'
import type { Source } from '../../archive/source'
import { SweepsTable } from '../../archive/sweeps-table'
import type { TargetFacts } from '../../archive/target'
import { upsert } from '../../archive/upsert'
import { startDatabase } from '../../emulator/dynamodb'
import type { SessionMembers } from '../../emulator/session'
import { type CliOptions, runCli } from './cli'
import { databaseClient } from './clients'
import { startDatabaseProxy } from './database-proxy'

/** A session to archive. */
export interface Kept extends SessionMembers {
  readonly SessionId: string
  /** @default - History */
  readonly state?: State
  /** @default - {@link SOURCE} */
  readonly source?: Source
  readonly accountName?: string
  /** @default - what the target's id says */
  readonly target?: TargetFacts
}

export const SOURCE: Source = { accountId: '111122223333', region: 'eu-west-1' }

/** An archive in a database behind a proxy, and the command line to ask it. */
export type FilledArchive = Awaited<ReturnType<typeof openFilledArchive>>

export async function openFilledArchive() {
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const client = databaseClient(database.endpoint)
  const store = new SessionsTable({ client, tableName: database.sessionsTable })
  const flags = ['--table', 'Sessions', '--sweeps-table', 'Sweeps', '--endpoint-url', proxy.endpoint]
  const sweeps = { client, tableName: database.sweepsTable }
  const ledger = new SweepsTable(sweeps)
  return {
    proxy,
    client,
    store,
    sweeps,
    ledger,
    /** Leaves the receipt of a sweep, whose source the roster names, as it does before each sweep. */
    async swept(one: Receipt): Promise<void> {
      const [accountId = '', region = ''] = one.Source.split('/')
      await enrol(sweeps, { accountId, region }, new Date(one.StartedAt))
      await ledger.putReceipt(one)
    },
    /** Archives sessions as a sweep does that sees them at this time. */
    async keep(sessions: readonly Kept[], seen = new Date()): Promise<void> {
      const time = seen.toISOString()
      const sight = { sweepId: `${time}-0a1b2c3d`, seenFrom: time, seenUntil: time }
      const { archived, rejected } = await upsert(
        store,
        sessions.map(({ state = 'History', source = SOURCE, accountName, target, ...session }) => ({
          session,
          state,
          source,
          accountName,
          target,
          ...sight,
        })),
      )
      expect({ archived: archived.length, rejected }).toEqual({ archived: sessions.length, rejected: [] })
    },
    /** The flags that name this archive. */
    flags,
    ask: (command: string, args: readonly string[] = [], options: CliOptions = {}) =>
      runCli([command, ...flags, ...args], options),
    async close() {
      client.destroy()
      await proxy.close()
      await database.close()
    },
  }
}

/** Opens an archive for all tests of the file. Before each test, the proxy forgets its calls and its fault. */
export function useFilledArchive(fill: (archive: FilledArchive) => Promise<unknown>): FilledArchive {
  const archive = {} as FilledArchive
  beforeAll(async () => {
    Object.assign(archive, await openFilledArchive())
    await fill(archive)
  })
  beforeEach(() => {
    archive.proxy.calls.splice(0)
    archive.proxy.fault = () => undefined
  })
  afterAll(() => archive.close())
  return archive
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
    ...{
      Seen: 0,
      Archived: 0,
      Updated: 0,
      Unchanged: 0,
      Rejected: 0,
      Open: 0,
      MissedByRecent: 0,
      Restarts: 0,
    },
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
