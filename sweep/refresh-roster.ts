import pMap from 'p-map'
import type { Roster, RosterAccount, RosterListing } from '../archive/roster'
import type { Source } from '../archive/source'
import { type Access, UnreachableError } from './access'
import { listAccounts } from './list-accounts'
import { listRegions } from './list-regions'
import { type TimeLimit, timeLimit } from './time-limit'
import {
  type Scope,
  updateAccounts,
  updateRegions,
  withoutExcluded,
  withoutOrganization,
} from './update-roster'

const HOUR_MS = 60 * 60 * 1000
/** The regions of an account are listed once a day. */
const LIST_REGIONS_MS = 23.5 * HOUR_MS
const ACCOUNTS_AT_ONCE = 16
/** For the accounts, and again for the regions: most of a round's 15 minutes is for its sweeps. */
const LISTING_MS = 3 * 60 * 1000

export interface RosterJob {
  readonly access: Access
  readonly home: Source
  readonly scope: Scope
  readonly now: () => Date
  /** For tests: time for the listing of accounts, and again for those of regions, milliseconds. @default LISTING_MS */
  readonly listingMs?: number
}

export type RefreshedRoster = Pick<Roster, 'accounts'> & {
  readonly listing: Omit<RosterListing, 'Source' | 'ItemId'>
}

/** The roster by what AWS lists now. What cannot be listed stays as it is, and the problem is noted. */
export async function refreshRoster(stored: Roster, job: RosterJob): Promise<RefreshedRoster> {
  const { scope, home, now, listingMs = LISTING_MS } = job
  const { accounts, ListedAt, Problem } = await refreshAccounts(stored, job)
  const refreshed = new Map(accounts)
  const limit = timeLimit(listingMs)
  // The own account first: its regions stand for those of accounts that do not list theirs.
  const own = accounts.get(home.accountId)
  if (own !== undefined) refreshed.set(home.accountId, await refreshRegions(own, [], job, limit))
  const ownRegions = Object.keys(refreshed.get(home.accountId)?.Regions ?? {})
  const refreshOther = async (account: RosterAccount) => {
    if (account.ItemId !== home.accountId)
      refreshed.set(account.ItemId, await refreshRegions(account, ownRegions, job, limit))
  }
  await pMap(shuffled([...accounts.values()]), refreshOther, { concurrency: ACCOUNTS_AT_ONCE })
  const { regions, organizationId: OrganizationId } = scope
  const Regions = regions === 'all' ? 'all' : regions.join(',')
  const listing = { ListedAt, Problem, OrganizationId, Regions, UpdatedAt: now().toISOString() }
  return { accounts: refreshed, listing }
}

/** Accounts that hang must not use up the time of the same others in every round. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

async function refreshAccounts({ accounts, listing }: Roster, job: RosterJob) {
  const { access, home, scope, now, listingMs = LISTING_MS } = job
  if (scope.organizationId === undefined)
    return { accounts: withoutOrganization(accounts, home.accountId, now()), ListedAt: undefined }
  try {
    const { within, signal } = timeLimit(listingMs)
    const listed = await within(listAccounts(access.organizations(), home.accountId, signal))
    const updated = updateAccounts(accounts, listed, scope, now())
    const ListedAt = updated.problem === undefined ? now().toISOString() : listing?.ListedAt
    return { accounts: updated.accounts, ListedAt, Problem: updated.problem }
  } catch (error) {
    const own = accounts.has(home.accountId) ? [] : withoutOrganization(accounts, home.accountId, now())
    return {
      accounts: new Map([...own, ...withoutExcluded(accounts, scope, now())]),
      ListedAt: listing?.ListedAt,
      Problem: messageOf(error),
    }
  }
}

/** @param usual regions of an account that does not say which it has */
async function refreshRegions(
  account: RosterAccount,
  usual: readonly string[],
  { access, home, scope, now }: RosterJob,
  { within, signal }: TimeLimit,
): Promise<RosterAccount> {
  if (account.State !== 'swept') return account
  if (scope.regions !== 'all')
    return { ...updateRegions(account, new Map(), scope, now()), RegionsProblem: undefined }
  const { RegionsListedAt } = account
  const isFresh = now().getTime() - Date.parse(RegionsListedAt ?? '') < LIST_REGIONS_MS
  const isListed = RegionsListedAt !== undefined
  if (isFresh || (isListed && signal.aborted)) return updateRegions(account, new Map(), scope, now())
  try {
    signal.throwIfAborted()
    const listed = await within(listRegions(access.account(account.ItemId), signal))
    const updated = updateRegions(account, listed, scope, now())
    return { ...updated, RegionsListedAt: now().toISOString(), RegionsProblem: undefined }
  } catch (error) {
    const others = error instanceof UnreachableError ? [] : usual
    const assumed = new Map(isListed ? [] : [home.region, ...others].map((region) => [region, '']))
    return { ...updateRegions(account, assumed, scope, now()), RegionsProblem: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return message.slice(0, 300).toWellFormed()
}
