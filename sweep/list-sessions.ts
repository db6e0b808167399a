import type { SessionFilter, SSMClient } from '@aws-sdk/client-ssm'
import type { List } from '../archive/record'
import { type Answer, describeSessions } from './describe-sessions'

export interface Listing {
  readonly ssm: SSMClient
  readonly state: List
  readonly filters: readonly SessionFilter[]
  /** Sessions per page, 1 to 200. */
  readonly pageSize: number
  /** Where to go on. @default - from the beginning */
  readonly nextToken?: string
  /** Called before the listing begins again, because AWS did not accept its own token. */
  readonly onRestart: () => void
}

/** How often a listing begins again. */
const MAX_RESTARTS = 2

/** AWS returned the same NextToken twice in one listing, which would never end. */
export class RepeatedTokenError extends Error {
  override readonly name = 'RepeatedTokenError'
}

/**
 * Every page of a list of sessions. A page without sessions is not the end: only a missing NextToken is.
 * After an invalid token the listing begins again, so its sessions may be seen twice.
 *
 * @throws RepeatedTokenError
 * @throws SSMServiceException if the client's own retries did not help
 */
export async function* listSessions(listing: Listing): AsyncGenerator<Answer> {
  let { nextToken } = listing
  for (let restarts = 0; ; restarts++) {
    try {
      yield* listOnce({ ...listing, nextToken })
      return
    } catch (error) {
      const isTokenRefused = error instanceof Error && error.name === 'InvalidNextToken'
      if (!isTokenRefused || restarts === MAX_RESTARTS) throw error
      nextToken = undefined
      listing.onRestart()
    }
  }
}

async function* listOnce({ ssm, state, filters, pageSize, nextToken }: Listing): AsyncGenerator<Answer> {
  const seen = new Set<string | undefined>()
  let token = nextToken
  do {
    const answer = await describeSessions(ssm, {
      State: state,
      MaxResults: pageSize,
      Filters: filters.length > 0 ? [...filters] : undefined,
      NextToken: token,
    })
    yield answer
    token = answer.nextToken
    if (seen.has(token))
      throw new RepeatedTokenError('DescribeSessions returned the same NextToken twice in one listing')
    seen.add(token)
  } while (token !== undefined)
}
