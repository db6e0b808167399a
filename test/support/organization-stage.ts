import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import { Organization } from '../../emulator/organization'
import { startEmulator } from '../../emulator/server'
import { Access } from '../../sweep/access'
import { makeDynamoDBClient } from '../../sweep/clients'
import { makeRound, type RoundJob } from '../../sweep/round'
import type { Scope } from '../../sweep/update-roster'
import { ANYONE, databaseClient, scan } from './clients'
import { startDatabaseProxy } from './database-proxy'
import { DAY, HOUR, NOW } from './times'

export const HOME = { accountId: '111122223333', region: 'us-east-1' }
export const SHOP = '222200000001'
export const BANK = '222200000002'

export const WHOLE_ORGANIZATION: Scope = {
  ...{ regions: 'all', excludeRegions: [], organizationId: 'o-exampleorgid' },
  ...{ excludeAccounts: [], excludeOrganizationalUnits: [] },
}

/** An emulated organization, a database behind a proxy, and everything that a round needs. */
export type OrganizationStage = Awaited<ReturnType<typeof openOrganization>>

/** Opens a new one for each test of the file, and closes it after the test. */
export function useOrganization(): OrganizationStage {
  const stage = {} as OrganizationStage
  beforeEach(async () => Object.assign(stage, await openOrganization()))
  afterEach(() => stage.close())
  return stage
}

/** The own account, Shop and Bank, each with two regions, on a clock that stands still at {@link NOW}. */
export async function openOrganization(clock = Clock.frozenAt(NOW)) {
  const organization = new Organization({ clock })
  const regions = { 'us-east-1': 'ENABLED_BY_DEFAULT', 'eu-west-1': 'ENABLED' } as const
  organization.account(HOME.accountId).regions = { ...regions }
  organization.add({ id: SHOP, name: 'Shop', regions })
  organization.add({ id: BANK, name: 'Bank', regions })
  const emulator = await startEmulator({ organization })
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const direct = databaseClient(database.endpoint)
  const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
  const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
  const sessions = new SessionsTable({ client, tableName: database.sessionsTable })
  const sweeps = new SweepsTable({ client, tableName: database.sweepsTable })
  const { credentials } = ANYONE
  const now = () => clock.now()
  const openAccess = () =>
    new Access({ home: HOME, config: { endpoint: emulator.url, credentials, retryStrategy } })
  /** Each round has new credentials, as each invocation has. */
  const round = async (change: Partial<RoundJob> = {}) => {
    const access = openAccess()
    const cadence = { scheduleMs: HOUR, quietMs: DAY }
    const job = {
      access,
      home: HOME,
      scope: WHOLE_ORGANIZATION,
      sessions,
      sweeps,
      now,
      ...cadence,
      ...change,
    }
    return makeRound(job).finally(() => access.close())
  }
  const items = async (table: string) => scan(direct, table)
  return {
    organization,
    clock,
    emulator,
    proxy,
    database: { ...database, client: direct },
    sessions,
    sweeps,
    openAccess,
    round,
    /** Moves the clock first. */
    roundAfter: (hours: number, change?: Partial<RoundJob>) => {
      clock.advance(hours * HOUR)
      return round(change)
    },
    records: () => items(database.sessionsTable),
    account: async (id: string) => (await sweeps.readRoster()).accounts.get(id),
    /** Outcomes of the sweeps of a source, the latest last. */
    outcomes: async (source: string) => {
      const receipts = await items(database.sweepsTable)
      const ofSource = receipts.filter(
        ({ Source, ItemId }) => Source === source && /^\d/.test(String(ItemId)),
      )
      return ofSource
        .sort((a, b) => (String(a.ItemId) < String(b.ItemId) ? -1 : 1))
        .map(({ Outcome }) => Outcome)
    },
    close: async () => {
      for (const open of [direct, client]) open.destroy()
      await emulator.close()
      await proxy.close()
      await database.close()
    },
  }
}
