/** When a record expires: the one place that decides it. */
import type { SessionRecord } from './record'

/** What the end of a session is told by. */
export type Ended = Pick<SessionRecord, 'State' | 'EndDate' | 'EndUnknown' | 'MissingSince'> & {
  readonly ObservedAt: string
}

/** The fewest days for which a record is kept: AWS shows a session for 30, and an expired one must not come back. */
export const LEAST_RETENTION_DAYS = 31

const DAY_SECONDS = 24 * 60 * 60

/**
 * ExpiresAt of a record. Undefined: it does not expire, since its session is open or records are kept forever.
 *
 * @param retentionDays undefined: forever
 */
export function expiry(record: Ended, retentionDays: number | undefined): number | undefined {
  const end = endedBy(record)
  if (end === undefined || retentionDays === undefined) return undefined
  return Math.ceil(Date.parse(end) / 1000) + retentionDays * DAY_SECONDS
}

/** The end of a session, or the earliest time that is known to be after it. Undefined: it is open. */
export function endedBy({ State, EndDate, EndUnknown, MissingSince, ObservedAt }: Ended): string | undefined {
  if (State === 'Active') return EndUnknown ? (MissingSince ?? ObservedAt) : undefined
  return EndDate ?? ObservedAt
}
