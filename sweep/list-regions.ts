import { type AccountClient, ListRegionsCommand } from '@aws-sdk/client-account'
import { RepeatedTokenError } from './list-sessions'

/** ENABLED, ENABLED_BY_DEFAULT, ENABLING, DISABLING, DISABLED …, by region. */
export type ListedRegions = ReadonlyMap<string, string>

/**
 * Every region that AWS has, and its state in the account of the client's credentials.
 *
 * @throws RepeatedTokenError
 * @throws Error if no region is listed
 * @throws AccountServiceException if the client's own retries did not help
 * @see https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
 */
export async function listRegions(account: AccountClient, abortSignal?: AbortSignal): Promise<ListedRegions> {
  const regions = new Map<string, string>()
  const tokens = new Set<string>()
  let NextToken: string | undefined
  do {
    const page = await account.send(new ListRegionsCommand({ MaxResults: 50, NextToken }), { abortSignal })
    for (const { RegionName, RegionOptStatus } of page.Regions ?? [])
      if (RegionName !== undefined) regions.set(RegionName, RegionOptStatus ?? '')
    NextToken = page.NextToken || undefined
    if (NextToken !== undefined && tokens.has(NextToken))
      throw new RepeatedTokenError('ListRegions returned the same NextToken twice in one listing')
    tokens.add(NextToken ?? '')
  } while (NextToken !== undefined)
  if (regions.size === 0) throw new Error('ListRegions: received no region, expected at least one')
  return regions
}
