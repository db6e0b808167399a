import type { SessionFilter, SSMClient } from '@aws-sdk/client-ssm'
import type { State } from '../archive/record'
import { type Answer, describeSessions } from './describe-sessions'

export interface Listing {
  readonly ssm: SSMClient
  readonly state: State
  readonly filters?: readonly SessionFilter[]
  /** @default 200, the most that DescribeSessions returns */
  readonly pageSize?: number
  /** Called before the listing begins again, because the service did not accept its own token. */
  readonly onRestart: () => void
}

const MAX_RESULTS = 200
/** How often a listing begins again when the service does not accept its own token. */
const MAX_RESTARTS = 2

/** The service gave the same NextToken twice in one listing, which would never end. */
export class RepeatedTokenError extends Error {
  override readonly name = 'RepeatedTokenError'
}

/**
 * Every page of a list of sessions. A page without sessions is not the end: only the absence of NextToken is.
 * After an invalid token the listing begins again, so its sessions may be seen twice.
 *
 * @throws RepeatedTokenError
 * @throws SSMServiceException when the client's own retries were in vain
 */
export async function* listSessions(listing: Listing): AsyncGenerator<Answer> {
  for (let restarts = 0; ; restarts++) {
    try {
      yield* listOnce(listing)
      return
    } catch (error) {
      const tokenRefused = error instanceof Error && error.name === 'InvalidNextToken'
      if (!tokenRefused || restarts === MAX_RESTARTS) throw error
      listing.onRestart()
    }
  }
}

async function* listOnce({ ssm, state, filters, pageSize = MAX_RESULTS }: Listing): AsyncGenerator<Answer> {
  const seen = new Set<string>()
  let token: string | undefined
  do {
    const answer = await describeSessions(ssm, {
      State: state,
      MaxResults: pageSize,
      ...(filters !== undefined && filters.length > 0 && { Filters: [...filters] }),
      ...(token !== undefined && { NextToken: token }),
    })
    yield answer
    token = answer.nextToken
    if (token !== undefined && seen.size === seen.add(token).size)
      throw new RepeatedTokenError('DescribeSessions gave the same NextToken twice in one listing')
  } while (token !== undefined)
}
