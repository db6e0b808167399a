import type { Session, State } from '../../archive/record'
import type { Observation } from '../../archive/to-record'
import type { Upserted } from '../../archive/upsert'

export const SOURCE = { accountId: '111122223333', region: 'us-east-1' }

/** A number of seconds after noon. */
export const noonPlus = (seconds: number) =>
  new Date(Date.parse('2026-03-01T12:00:00Z') + seconds * 1000).toISOString()

/** A session as a sweep sees it at this time or within the next second. */
export function observe(session: Session, secondsAfterNoon = 0, state: State = 'History'): Observation {
  return {
    session,
    state,
    source: SOURCE,
    sweepId: `sweep-${secondsAfterNoon}`,
    seenFrom: noonPlus(secondsAfterNoon),
    seenUntil: noonPlus(secondsAfterNoon + 1),
  }
}

export type Outcome = 'archived' | 'updated' | 'unchanged' | 'rejected'

/** What became of each session, in this order of outcomes. */
export function outcomesOf({ archived, updated, unchanged, rejected }: Upserted): Outcome[] {
  const counts = { archived: archived.length, updated, unchanged, rejected: rejected.length }
  return Object.entries(counts).flatMap(([outcome, count]) => Array(count).fill(outcome))
}
