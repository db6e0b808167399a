import { ServiceError, validationError, violation } from './errors'
import { parseIsoDate } from './iso-date'
import type { SessionMembers } from './session'

export type Matcher = (session: SessionMembers) => boolean

/** Returns undefined if this key cannot have this value. */
type MatcherOf = (value: string) => Matcher | undefined

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SessionFilter.html */
const MATCHERS = new Map<string, MatcherOf>([
  ['InvokedAfter', startDate((started, limit) => started >= limit)],
  ['InvokedBefore', startDate((started, limit) => started < limit)],
  ['Target', (value) => (session) => session.Target === value],
  ['Owner', (value) => (session) => session.Owner === value],
  ['Status', (value) => (session) => session.Status === value],
  ['SessionId', (value) => (session) => session.SessionId === value],
  ['AccessType', (value) => (session) => (session.AccessType ?? 'Standard') === value],
])

/** A session without StartDate matches no date. */
function startDate(compare: (started: number, limit: number) => boolean): MatcherOf {
  return (value) => {
    const time = parseIsoDate(value)
    if (time === undefined) return undefined
    const limit = time.getTime() / 1000
    return ({ StartDate }) => StartDate !== undefined && compare(StartDate, limit)
  }
}

/**
 * Matches the sessions that pass all filters.
 *
 * @throws ServiceError InvalidFilterKey, as documented; ValidationException for a date that is not ISO 8601, which is
 * undocumented
 */
export function toMatcher(filters: readonly { readonly key: string; readonly value: string }[]): Matcher {
  const violations: string[] = []
  const matchers: Matcher[] = []
  for (const [index, { key, value }] of filters.entries()) {
    const matcherOf = MATCHERS.get(key)
    if (matcherOf === undefined) throw new ServiceError('InvalidFilterKey', "The specified key isn't valid.")
    const matcher = matcherOf(value)
    if (matcher === undefined) violations.push(notADate(value, index))
    else matchers.push(matcher)
  }
  if (violations.length > 0) throw validationError(violations)
  return (session) => matchers.every((matches) => matches(session))
}

function notADate(value: string, index: number): string {
  return violation(`'${value}'`, `filters.${index + 1}.member.value`, 'be an ISO 8601 UTC date and time')
}
