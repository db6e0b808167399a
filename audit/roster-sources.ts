import {
  everSwept,
  type Roster,
  type RosterAccount,
  type RosterListing,
  type RosterState,
} from '../archive/roster'
import { sourceKey } from '../archive/source'
import { STALE_MS } from './coverage'
import { isAccountAsked, isSourceAsked, type Question } from './question'

/** Whose sources, and in which region. */
export type Where = Pick<Question, 'accountIds' | 'region'>

/** An account, as it is called now. */
export interface NamedAccount {
  readonly accountId: string
  /** As in AWS Organizations. Untrusted text. */
  readonly accountName?: string
}

/** What is swept no more, or never was, since when and why. Without a region, it is the whole account. */
export interface Departure extends NamedAccount {
  readonly region?: string
  readonly state: Exclude<RosterState, 'swept'>
  /** ISO 8601, UTC. */
  readonly at: string
  readonly reason: string
}

/** A source that the roster names. */
export interface RosterSource extends NamedAccount {
  /** `111122223333/eu-west-1` */
  readonly source: string
  readonly region: string
  readonly state: RosterState
  /** Since when it is known. ISO 8601, UTC. */
  readonly since: string
  /** Of a source that is swept no more. */
  readonly left?: Departure
  /** The same: when its last complete sweep began. */
  readonly lastCompleteAt?: string
}

/** An account whose regions AWS did not list: there may be others than those that are swept. */
export interface UnknownRegions extends NamedAccount {
  /** When they were listed last. Absent: never. */
  readonly listedAt?: string
  readonly problem?: string
}

/** The accounts and regions that a question is about. */
export interface Extent {
  /** Every source that is swept, or was. */
  readonly sources: readonly RosterSource[]
  readonly departures: readonly Departure[]
  readonly unknown: readonly UnknownRegions[]
  /** About the listing of accounts. Absent: none was made. */
  readonly listing?: RosterListing
  /** Whether the roster names others than those. */
  readonly isPart: boolean
}

export function extentOf(roster: Roster, where: Where): Extent {
  const ever = new Set(everSwept(roster))
  const accounts = [...roster.accounts.values()].filter(({ ItemId }) => isAccountAsked(ItemId, where))
  const sources = accounts
    .flatMap(sourcesOf)
    .filter(({ source }) => ever.has(source) && isSourceAsked(source, where))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
  return {
    sources,
    departures: accounts.flatMap((account) => departuresOf(account, where)),
    unknown: accounts.flatMap((account) => unknownOf(account, roster)),
    listing: roster.listing,
    isPart: sources.length < ever.size,
  }
}

/** Every region of an account that the roster names, in order. */
export function sourcesOf(account: RosterAccount): RosterSource[] {
  const ofAccount = departureOf(account, account)
  return Object.entries(account.Regions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([region, entry]) => {
      const left = departureOf(account, entry, region) ?? ofAccount
      return {
        ...nameOf(account),
        source: sourceKey({ accountId: account.ItemId, region }),
        region,
        state: left?.state ?? 'swept',
        since: entry.Since,
        left,
        lastCompleteAt: entry.LastCompleteAt,
      }
    })
}

/** The whole account, or some of its regions. */
function departuresOf(account: RosterAccount, { region: asked }: Where): Departure[] {
  const whole = departureOf(account, account)
  if (whole !== undefined) return [whole]
  return sourcesOf(account).flatMap(({ region, left }) =>
    left === undefined || (asked ?? region) !== region ? [] : [left],
  )
}

type Entry = Pick<RosterAccount, 'State' | 'Since' | 'Until' | 'Reason'>

export function departureOf(
  account: RosterAccount,
  { State: state, Since, Until: at = Since, Reason: reason = 'no reason is known' }: Entry,
  region?: string,
): Departure | undefined {
  return state === 'swept'
    ? undefined
    : { ...nameOf(account), ...(region !== undefined && { region }), state, at, reason }
}

/** Regions that are configured need no listing, and what is swept by hand has none. */
export function unknownOf(account: RosterAccount, { listing }: Roster): UnknownRegions[] {
  const { State, RegionsListedAt: listedAt, RegionsProblem: problem } = account
  if (State !== 'swept' || listing?.Regions !== 'all') return []
  if (listedAt !== undefined && problem === undefined) return []
  return [{ ...nameOf(account), listedAt, problem }]
}

/** Whether a listing is so old that it says nothing any more. */
export function isOld(listedAt: string | undefined, now: Date): boolean {
  return listedAt === undefined || now.getTime() - Date.parse(listedAt) > STALE_MS
}

function nameOf({ ItemId: accountId, AccountName: accountName }: RosterAccount): NamedAccount {
  return { accountId, ...(accountName !== undefined && { accountName }) }
}
