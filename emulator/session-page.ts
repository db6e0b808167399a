import { assertValid } from './constraints'
import { invalidNextToken } from './errors'
import type { Fault } from './faults'
import { type Matcher, toMatcher } from './filters'
import type { PageTokens } from './page-tokens'
import type { DescribeSessionsRequest } from './request'
import type { SessionMembers } from './session'
import { type Position, START, type World } from './world'

/** AWS does not document the page size without MaxResults. */
const DEFAULT_MAX_RESULTS = 50

/**
 * Validates a request and answers it.
 *
 * @param fault changes the page; those that concern no page do nothing here
 * @throws ServiceError ValidationException, InvalidFilterKey or InvalidNextToken
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
export function sessionPage(
  request: DescribeSessionsRequest,
  world: World,
  tokens: PageTokens,
  fault?: Fault,
): { Sessions: SessionMembers[]; NextToken?: string } {
  assertValid(request)
  const { State, MaxResults = DEFAULT_MAX_RESULTS, NextToken, Filters = [] } = request
  const matches = toMatcher(Filters)
  const purpose = JSON.stringify([State, Filters])
  if (fault === 'expire-token' && NextToken !== undefined) throw invalidNextToken()
  const after = NextToken === undefined ? START : tokens.redeem(NextToken, purpose)
  const take = fault === 'filter-after-page' ? takePageThenFilter : takePage
  const page = take(world.newestFirst(State, after), matches, pageSize(MaxResults, fault), after)
  const repeated = fault === 'repeat-token' ? NextToken : undefined
  const continues = page.more || fault === 'empty-page' || fault === 'short-page'
  return {
    Sessions: page.sessions,
    NextToken: repeated ?? (continues ? tokens.issue(page.last, purpose) : undefined),
  }
}

function pageSize(maxResults: number, fault: Fault | undefined): number {
  if (fault === 'empty-page') return 0
  return fault === 'short-page' ? Math.floor(maxResults / 2) : maxResults
}

/**
 * Up to `size` sessions, and whether there are more.
 *
 * @returns last: the position of the last session, or `after` if there is none
 */
function takePage(
  candidates: ReturnType<World['newestFirst']>,
  matches: Matcher,
  size: number,
  after: Position,
): { sessions: SessionMembers[]; last: Position; more: boolean } {
  const sessions: SessionMembers[] = []
  let last = after
  for (const { position, session } of candidates) {
    if (!matches(session)) continue
    if (sessions.length === size) return { sessions, last, more: true }
    sessions.push(session)
    last = position
  }
  return { sessions, last, more: false }
}

/** The matches among the next `size` sessions. */
function takePageThenFilter(
  candidates: ReturnType<World['newestFirst']>,
  matches: Matcher,
  size: number,
  after: Position,
): ReturnType<typeof takePage> {
  const page = takePage(candidates, () => true, size, after)
  return { ...page, sessions: page.sessions.filter(matches) }
}
