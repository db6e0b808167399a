import { type Departure, type Extent, isOld, type RosterSource, type Where } from '../audit/roster-sources'
import { counted, time } from './output/format'
import { accountLabel, NAMED, someOf, sourceLabel } from './output/labels'

/** What is said of the accounts and regions that an answer is about. Untrusted text: it has names of accounts. */

/** Which those are. */
export function aboutLine(sources: readonly AboutSource[]): string {
  const names = namesOf(sources)
  if (sources.length <= 1) return `About ${names}.`
  const accounts = new Set(sources.map(({ source }) => accountOf(source))).size
  return `About ${counted(sources.length, 'source')} of ${counted(accounts, 'account')}: ${names}.`
}

type AboutSource = Pick<RosterSource, 'source' | 'accountName'>

/** Of a few, each; of many, their accounts and their regions. */
export function namesOf(sources: readonly AboutSource[]): string {
  if (sources.length <= NAMED) return sources.map(sourceLabel).join(', ')
  const accounts = new Map(
    sources.map(({ source, accountName }) => [accountOf(source), accountName] as const),
  )
  const regions = new Set(sources.map(({ source }) => source.slice(source.indexOf('/') + 1)))
  const labels = [...accounts].map(([id, name]) => accountLabel(id, name))
  return `${someOf(labels)}; in ${someOf([...regions].sort())}`
}

function accountOf(source: string): string {
  return source.slice(0, source.indexOf('/'))
}

/** What is asked about was never swept. The extent is of everything: it names what was. */
export function neverSwept({ accountIds = [], region }: Where, { sources }: Extent): string[] {
  if (sources.length === 0) return ['No sweep has left a receipt yet: nothing is covered.']
  const asked = [accountIds.join(' or '), region].filter(Boolean).join('/')
  return [`${asked} was never swept: none of its sessions is here. Swept: ${namesOf(sources)}.`]
}

/** Of several accounts that are asked about, those of which the archive knows nothing. */
export function unheardOf(
  { accountIds = [], region }: Where,
  { sources, departures, unknown }: Extent,
): string[] {
  const known = new Set([
    ...sources.map(({ accountId }) => accountId),
    ...departures.map(({ accountId }) => accountId),
    ...unknown.map(({ accountId }) => accountId),
  ])
  const others = accountIds.filter((id) => !known.has(id))
  if (known.size === 0 || others.length === 0) return []
  return others.map(
    (id) => `${[id, region].filter(Boolean).join('/')} was never swept: none of its sessions is here.`,
  )
}

/** Which are not swept, or no more, since when and why. */
export function departureLines({ departures }: Extent): string[] {
  const kinds = [...new Set(departures.map(kindOf))]
  return kinds.map((kind) => {
    const labels = departures.filter((one) => kindOf(one) === kind).map(labelOf)
    return `Not swept, ${kind}: ${someOf(labels)}.`
  })
}

/** What many can share: `retired (gone)`, of `gone: missing from 3 listings since …`. */
function kindOf({ state, reason }: Departure): string {
  return `${state} (${reason.split(':', 1)[0]})`
}

function labelOf({ accountId, accountName, region, at }: Departure): string {
  const place = [accountLabel(accountId, accountName), region].filter((part) => part !== undefined)
  return `${place.join('/')} since ${utc(at)}`
}

/**
 * What nobody knows: accounts and regions that there may be besides.
 *
 * @param where the reader finds why
 */
export function unknownLines(
  { listing, unknown }: Extent,
  now: Date,
  where = "'session-archive sources' says why",
): string[] {
  return [...accountsUnknown(listing, now), ...regionsUnknown(unknown, where)]
}

function accountsUnknown(listing: Extent['listing'], now: Date): string[] {
  if (listing?.OrganizationId === undefined) return []
  const { ListedAt, Problem } = listing
  if (Problem === undefined && !isOld(ListedAt, now)) return []
  const known =
    ListedAt === undefined
      ? 'The accounts of the organization were never listed'
      : `The accounts of the organization were last listed at ${utc(ListedAt)}`
  return [`${known}: what it has besides is not known.${Problem === undefined ? '' : ` ${Problem}`}`]
}

function regionsUnknown(unknown: Extent['unknown'], where: string): string[] {
  const never = unknown.filter(({ listedAt }) => listedAt === undefined)
  const before = unknown.filter(({ listedAt }) => listedAt !== undefined)
  const line = (what: string, labels: readonly string[]) =>
    labels.length === 0 ? [] : [`${what}: ${someOf(labels)}: ${where}.`]
  return [
    ...line(
      'Regions unknown, as AWS never listed them',
      never.map(({ accountId, accountName }) => accountLabel(accountId, accountName)),
    ),
    ...line(
      'Newer regions unknown, as AWS does not list them any more',
      before.map(
        ({ accountId, accountName, listedAt = '' }) =>
          `${accountLabel(accountId, accountName)} since ${utc(listedAt)}`,
      ),
    ),
  ]
}

function utc(iso: string): string {
  return `${time(iso)} UTC`
}
