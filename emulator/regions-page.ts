import { ServiceError } from './errors'
import { REGION_STATUSES, type RegionStatus } from './organization'
import type { PageTokens } from './page-tokens'
import type { ListRequest } from './request'

const MOST = 50
/** AWS does not document the page size without MaxResults. */
const DEFAULT_MAX_RESULTS = 20

/**
 * Validates a ListRegions request and answers it, by the regions' names.
 *
 * @param accountId a token is good for the same account and the same statuses only
 * @throws ServiceError ValidationException
 */
export function regionsPage(
  { MaxResults = DEFAULT_MAX_RESULTS, NextToken, RegionOptStatusContains }: ListRequest,
  regions: Readonly<Record<string, RegionStatus>>,
  tokens: PageTokens,
  accountId: string,
): { Regions: object[]; NextToken?: string } {
  if (MaxResults < 1 || MaxResults > MOST) throw invalidRequest('maxResults')
  const statuses: readonly string[] = RegionOptStatusContains ?? REGION_STATUSES
  if (!statuses.every((status) => REGION_STATUSES.some((known) => known === status)))
    throw invalidRequest('regionOptStatusContains')
  const purpose = JSON.stringify([accountId, statuses])
  const skip = NextToken === undefined ? 0 : tokens.redeem(NextToken, purpose).sequence
  const all = Object.entries(regions)
    .filter(([, status]) => statuses.includes(status))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const end = skip + MaxResults
  return {
    Regions: all.slice(skip, end).map(([RegionName, RegionOptStatus]) => ({ RegionName, RegionOptStatus })),
    NextToken: end < all.length ? tokens.issue({ startedAt: 0, sequence: end }, purpose) : undefined,
  }
}

/** @param name of the member */
export function invalidRequest(name: string): ServiceError {
  const reason = 'fieldValidationFailed'
  const fieldList = [{ name, message: `${name} is not valid` }]
  const message = `The request failed because ${name} is not valid.`
  return new ServiceError('ValidationException', message, 400, { reason, fieldList })
}
