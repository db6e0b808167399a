import { ROSTER, type RosterAccount, type RosterRegion, sweptSources } from '../archive/roster'
import { sourceKey } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'
import type { ListedAccount } from './list-accounts'
import type { ListedRegions } from './list-regions'

/** Which accounts and regions are to be swept. */
export interface Scope {
  readonly regions: 'all' | readonly string[]
  readonly excludeRegions: readonly string[]
  /** @default - no organization: the own account */
  readonly organizationId?: string
  /** @default - all */
  readonly includeAccounts?: readonly string[]
  readonly excludeAccounts: readonly string[]
  readonly excludeOrganizationalUnits: readonly string[]
}

type Accounts = ReadonlyMap<string, RosterAccount>
type Target = Pick<RosterAccount, 'State' | 'Reason'>

const SWEPT: Target = { State: 'swept' }
/** AWS closes an account for good 90 days after it is suspended. Any other state, known or not, is swept. */
const CLOSED = ['SUSPENDED', 'CLOSED']
/** An account that is missing is retired after so many complete listings, and no sooner than after this time. */
const MISSING_LISTINGS = 3
const MISSING_MS = 24 * 60 * 60 * 1000
/** More missing accounts than this, and more than a tenth of all, are not believed. */
const FEW = 2

/**
 * The roster after a whole listing of accounts.
 *
 * @returns problem: why the listing is not believed. Then nobody is retired because of missing, but new accounts join
 */
export function updateAccounts(
  stored: Accounts,
  listed: readonly ListedAccount[],
  scope: Scope,
  now: Date,
): { readonly accounts: Accounts; readonly problem?: string } {
  const wanted = withoutExcluded(stored, scope, now)
  const accounts = new Map(wanted)
  for (const account of listed) {
    const known = wanted.get(account.accountId)
    accounts.set(account.accountId, joined(known, account, targetOf(account, scope), now))
  }
  const names = new Set(listed.map(({ accountId }) => accountId))
  const swept = [...wanted.values()].filter(({ State }) => State === 'swept')
  const missing = swept.filter(({ ItemId }) => !names.has(ItemId))
  if (missing.length > Math.max(FEW, swept.length / 10))
    return {
      accounts,
      problem: `${missing.length} of ${swept.length} accounts are missing from the listing, such as ${missing[0]?.ItemId}: none is retired`,
    }
  for (const account of missing) accounts.set(account.ItemId, missed(account, now))
  return { accounts }
}

/** Excludes what the configuration leaves out, also if AWS does not list it. */
export function withoutExcluded(stored: Accounts, scope: Scope, now: Date): Accounts {
  const narrowed = (account: RosterAccount): RosterAccount => {
    const { ItemId: accountId, OrganizationPath: path, State } = account
    const target = targetOf({ accountId, name: undefined, state: undefined, path }, scope)
    return State === 'swept' && target.State === 'excluded' ? moved(account, target, now) : account
  }
  return new Map([...stored.values()].map((account) => [account.ItemId, narrowed(account)]))
}

function targetOf({ accountId, state, path = '' }: ListedAccount, scope: Scope): Target {
  const unit = path.split('/').find((part) => scope.excludeOrganizationalUnits.includes(part))
  const excluded =
    (scope.excludeAccounts.includes(accountId) && 'excludeAccounts') ||
    (scope.includeAccounts?.includes(accountId) === false && 'not in includeAccounts') ||
    (unit !== undefined && `excludeOrganizationalUnits: ${unit}`)
  if (excluded) return { State: 'excluded', Reason: excluded }
  return state !== undefined && CLOSED.includes(state) ? { State: 'retired', Reason: state } : SWEPT
}

function joined(
  known: RosterAccount | undefined,
  { accountId, name, path }: ListedAccount,
  target: Target,
  now: Date,
): RosterAccount {
  const time = now.toISOString()
  const account = known ?? {
    ...{ Source: ROSTER, ItemId: accountId, State: 'swept', Since: time, Regions: {}, UpdatedAt: time },
  }
  return {
    ...moved(account, target, now),
    AccountName: name ?? known?.AccountName,
    OrganizationPath: path ?? known?.OrganizationPath,
    MissingSince: undefined,
    MissingListings: undefined,
  }
}

function missed(account: RosterAccount, now: Date): RosterAccount {
  const { MissingSince = now.toISOString(), MissingListings = 0 } = account
  const listings = MissingListings + 1
  const isGone = listings >= MISSING_LISTINGS && now.getTime() - Date.parse(MissingSince) >= MISSING_MS
  const noted = { ...account, MissingSince, MissingListings: listings }
  const Reason = `gone: missing from ${listings} listings since ${MissingSince}`
  return isGone ? moved(noted, { State: 'retired', Reason }, now) : noted
}

/** The same entry in another state. What is swept again loses its end. */
function moved<Entry extends Pick<RosterRegion, 'State' | 'Reason' | 'Until'>>(
  entry: Entry,
  { State, Reason }: Target,
  now: Date,
): Entry {
  if (entry.State === State) return { ...entry, Reason }
  return { ...entry, State, Reason, Until: State === 'swept' ? undefined : now.toISOString() }
}

/** Excludes every account but the own one: there is no organization, or none any more. */
export function withoutOrganization(stored: Accounts, ownAccountId: string, now: Date): Accounts {
  const own = { accountId: ownAccountId, name: undefined, state: undefined, path: undefined }
  const others = [...stored.values()].map((account) =>
    account.State === 'swept'
      ? moved(account, { State: 'excluded', Reason: 'no organizationId' }, now)
      : account,
  )
  return new Map([
    ...others.map((account) => [account.ItemId, account] as const),
    [ownAccountId, joined(stored.get(ownAccountId), own, SWEPT, now)],
  ])
}

/** The same account with the regions that are to be swept. A region that is not listed stays as it is. */
export function updateRegions(
  account: RosterAccount,
  listed: ListedRegions,
  scope: Scope,
  now: Date,
): RosterAccount {
  const { regions } = scope
  const names = new Set([...Object.keys(account.Regions), ...(regions === 'all' ? listed.keys() : regions)])
  const Regions: Record<string, RosterRegion> = {}
  for (const name of [...names].sort()) {
    const known = account.Regions[name]
    const target = regionTarget(name, listed.get(name) ?? known?.Reason, scope)
    if (known === undefined && target.State === 'retired') continue // there is nothing to sweep
    const entry: RosterRegion = known ?? { State: 'swept', Since: now.toISOString() }
    Regions[name] = moved(entry, target, now)
  }
  return { ...account, Regions }
}

function regionTarget(name: string, status: string | undefined, { regions, excludeRegions }: Scope): Target {
  if (regions !== 'all')
    return regions.includes(name) ? SWEPT : { State: 'excluded', Reason: 'not in regions' }
  if (excludeRegions.includes(name)) return { State: 'excluded', Reason: 'excludeRegions' }
  return status === 'DISABLED' ? { State: 'retired', Reason: status } : SWEPT
}

/** Writes down what is known of the sources that are no longer swept: when they were complete last. */
export function withLastComplete(
  account: RosterAccount,
  before: RosterAccount | undefined,
  states: ReadonlyMap<string, SweepState>,
): RosterAccount {
  const regionsOf = (one: RosterAccount) => new Set(sweptSources(one).map(({ region }) => region))
  const [now, then] = [regionsOf(account), regionsOf(before ?? account)]
  const Regions = Object.entries(account.Regions).map(([region, entry]): [string, RosterRegion] => {
    if (now.has(region)) return [region, { ...entry, LastCompleteAt: undefined }]
    if (!then.has(region)) return [region, entry]
    const { LastCompleteAt } = states.get(sourceKey({ accountId: account.ItemId, region })) ?? {}
    return [region, { ...entry, LastCompleteAt }]
  })
  return { ...account, Regions: Object.fromEntries(Regions) }
}
