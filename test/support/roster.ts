import { ROSTER, type RosterAccount, type RosterRegion } from '../../archive/roster'
import type { Source } from '../../archive/source'
import type { SweepState } from '../../archive/sweep-state'
import type { FilledArchive } from './filled-archive'

const HOUR_MS = 60 * 60 * 1000

export const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString()

const SWEPT: RosterRegion = { State: 'swept', Since: '2026-01-01T00:00:00.000Z' }

/** An account of the roster that is swept in these regions. */
export function account(
  ItemId: string,
  AccountName: string | undefined,
  regions: readonly string[] | Readonly<Record<string, Partial<RosterRegion>>>,
  change: Partial<RosterAccount> = {},
): RosterAccount {
  const entries = Array.isArray(regions)
    ? regions.map((region: string) => [region, SWEPT])
    : Object.entries(regions).map(([region, entry]) => [region, { ...SWEPT, ...entry }])
  return {
    ...{ Source: ROSTER, ItemId, AccountName, ...SWEPT, RegionsListedAt: hoursAgo(1) },
    Regions: Object.fromEntries(entries),
    UpdatedAt: hoursAgo(1),
    ...change,
  }
}

/** Writes a roster that was listed an hour ago. */
export async function writeRoster(
  { ledger }: Pick<FilledArchive, 'ledger'>,
  accounts: Iterable<RosterAccount>,
): Promise<void> {
  const listing = { ListedAt: hoursAgo(1), OrganizationId: 'o-exampleorgid', Regions: 'all' }
  await ledger.putRosterListing({ ...listing, UpdatedAt: hoursAgo(1) })
  for (const one of accounts) await ledger.putRosterAccount(withoutUndefined(one), undefined)
}

function withoutUndefined(account: RosterAccount): RosterAccount {
  return JSON.parse(JSON.stringify(account))
}

/** The state that a source's sweeps left. */
export async function leaveState(
  { ledger }: Pick<FilledArchive, 'ledger'>,
  source: Source,
  { LastCompleteAt, Outcome = 'complete', Failures }: SweepState,
): Promise<void> {
  if (LastCompleteAt !== undefined) {
    const plan = { Kind: 'full', BegunAt: LastCompleteAt, Slices: [], Sliced: false } as const
    await ledger.complete(source, plan, { AttemptedAt: LastCompleteAt, Outcome: 'complete' })
  }
  if (Outcome !== 'complete') await ledger.attempted(source, { AttemptedAt: hoursAgo(1), Outcome, Failures })
}
