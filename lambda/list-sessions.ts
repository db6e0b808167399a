import { DescribeSessionsCommand, type Session, type SSMClient } from '@aws-sdk/client-ssm'
import type { State } from '../archive/record'

export interface Page {
  readonly sessions: readonly Session[]
  readonly requestedAt: Date
  /** Times the listing had begun again before this page. */
  readonly restarts: number
}

export interface Listing {
  readonly ssm: SSMClient
  readonly state: State
  readonly now: () => Date
}

/** The most that DescribeSessions returns in a page. */
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
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
export async function* listSessions(listing: Listing): AsyncGenerator<Page> {
  for (let restarts = 0; ; restarts++) {
    try {
      for await (const page of listOnce(listing)) yield { ...page, restarts }
      return
    } catch (error) {
      const tokenRefused = error instanceof Error && error.name === 'InvalidNextToken'
      if (!tokenRefused || restarts === MAX_RESTARTS) throw error
    }
  }
}

async function* listOnce({ ssm, state, now }: Listing): AsyncGenerator<Omit<Page, 'restarts'>> {
  const seen = new Set<string>()
  let token: string | undefined
  do {
    const requestedAt = now()
    const { Sessions = [], NextToken } = await ssm.send(
      new DescribeSessionsCommand({ State: state, MaxResults: MAX_RESULTS, NextToken: token }),
    )
    yield { sessions: Sessions, requestedAt }
    token = NextToken
    if (token !== undefined && seen.size === seen.add(token).size)
      throw new RepeatedTokenError('DescribeSessions gave the same NextToken twice in one listing')
  } while (token !== undefined)
}
