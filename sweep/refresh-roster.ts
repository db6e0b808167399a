import pMap from 'p-map'
import type { Roster, RosterAccount, RosterListing } from '../archive/roster'
import type { Source } from '../archive/source'
import { type Access, UnreachableError } from './access'
import { listAccounts } from './list-accounts'
import { listRegions } from './list-regions'
import { type Scope, updateAccounts, updateRegions, withoutOrganization } from './update-roster'

const HOUR_MS = 60 * 60 * 1000
/** The regions of an account are listed once a day. */
const LIST_REGIONS_MS = 23.5 * HOUR_MS
const ACCOUNTS_AT_ONCE = 16

export interface RosterJob {
  readonly access: Access
  readonly home: Source
  readonly scope: Scope
  readonly now: () => Date
}

export type RefreshedRoster = Pick<Roster, 'accounts'> & {
  readonly listing: Omit<RosterListing, 'Source' | 'ItemId'>
}

/** The roster by what AWS lists now. What cannot be listed stays as it is, and the problem is noted. */
export async function refreshRoster(stored: Roster, job: RosterJob): Promise<RefreshedRoster> {
  const { scope, home, now } = job
  const { accounts, ListedAt, Problem } = await refreshAccounts(stored, job)
  const refreshed = new Map(accounts)
  // The own account first: its regions stand for those of accounts that do not list theirs.
  const own = accounts.get(home.accountId)
  if (own !== undefined) refreshed.set(home.accountId, await refreshRegions(own, [], job))
  const ownRegions = Object.keys(refreshed.get(home.accountId)?.Regions ?? {})
  const refreshOther = async (account: RosterAccount) => {
    if (account.ItemId !== home.accountId)
      refreshed.set(account.ItemId, await refreshRegions(account, ownRegions, job))
  }
  await pMap([...accounts.values()], refreshOther, { concurrency: ACCOUNTS_AT_ONCE })
  const { regions, organizationId: OrganizationId } = scope
  const Regions = regions === 'all' ? 'all' : regions.join(',')
  const listing = { ListedAt, Problem, OrganizationId, Regions, UpdatedAt: now().toISOString() }
  return { accounts: refreshed, listing }
}

async function refreshAccounts({ accounts, listing }: Roster, { access, home, scope, now }: RosterJob) {
  if (scope.organizationId === undefined)
    return { accounts: withoutOrganization(accounts, home.accountId, now()), ListedAt: undefined }
  try {
    const listed = await listAccounts(access.organizations(), home.accountId)
    const updated = updateAccounts(accounts, listed, scope, now())
    const ListedAt = updated.problem === undefined ? now().toISOString() : listing?.ListedAt
    return { accounts: updated.accounts, ListedAt, Problem: updated.problem }
  } catch (error) {
    const own = accounts.has(home.accountId) ? [] : withoutOrganization(accounts, home.accountId, now())
    return {
      accounts: new Map([...own, ...accounts]),
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
): Promise<RosterAccount> {
  if (account.State !== 'swept') return account
  if (scope.regions !== 'all')
    return { ...updateRegions(account, new Map(), scope, now()), RegionsProblem: undefined }
  const { RegionsListedAt, Regions } = account
  const isFresh = now().getTime() - Date.parse(RegionsListedAt ?? '') < LIST_REGIONS_MS
  if (isFresh) return updateRegions(account, new Map(), scope, now())
  try {
    const listed = await listRegions(access.account(account.ItemId))
    const updated = updateRegions(account, listed, scope, now())
    return { ...updated, RegionsListedAt: now().toISOString(), RegionsProblem: undefined }
  } catch (error) {
    const isKnown = Object.keys(Regions).length > 0
    const others = error instanceof UnreachableError ? [] : usual
    const assumed = new Map(isKnown ? [] : [home.region, ...others].map((region) => [region, '']))
    return { ...updateRegions(account, assumed, scope, now()), RegionsProblem: messageOf(error) }
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return message.slice(0, 300).toWellFormed()
}
