import { createHash } from 'node:crypto'
import type { SweepState } from '../archive/sweep-state'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/** Whatever happens, no source waits longer for an attempt. */
const LONGEST_WAIT_MS = 72 * HOUR_MS
/** A source that fails is tried less and less often, down to this. */
const LONGEST_BACKOFF_MS = 6 * HOUR_MS
/** A source is quiet if no session was open or ended for this time. */
const QUIET_AFTER_MS = 7 * DAY_MS

export interface Cadence {
  /** Between two rounds, milliseconds. */
  readonly scheduleMs: number
  /** Between two sweeps of a quiet source, milliseconds. */
  readonly quietMs: number
}

/**
 * Whether a source is to be swept in a round: if its last sweep did not complete or a session was there lately, in
 * every one; a quiet one once per quiet period, at a time of its own; one that fails, less and less often.
 *
 * @param source `111122223333/eu-west-1`
 * @param reachableSince when its account was last known to let the archiver in
 */
export function isDue(
  source: string,
  state: SweepState,
  now: Date,
  { scheduleMs, quietMs }: Cadence,
  reachableSince = '',
): boolean {
  const { Outcome, Failures = 0, LastCompleteAt, LastSessionAt } = state
  const AttemptedAt = lastAttempt(state, now)
  const attempted = Date.parse(AttemptedAt)
  const waited = now.getTime() - attempted
  // Rounds are not exact: what is due in half a period is due now.
  const hasWaited = (milliseconds: number) => waited >= milliseconds - scheduleMs / 2
  if (AttemptedAt === '' || hasWaited(LONGEST_WAIT_MS)) return true
  if (Outcome === 'unreachable' && reachableSince > AttemptedAt) return true
  if (Failures > 0) return hasWaited(Math.min(scheduleMs * 2 ** (Failures - 1), LONGEST_BACKOFF_MS))
  const isQuiet = LastSessionAt === undefined || now.getTime() - Date.parse(LastSessionAt) > QUIET_AFTER_MS
  if (LastCompleteAt === undefined || Outcome === 'incomplete' || !isQuiet) return hasWaited(scheduleMs)
  return hasWaited(quietMs) || isItsTime(source, attempted, now.getTime(), scheduleMs, quietMs)
}

/** When a source was attempted last, ISO 8601, UTC. Empty: never, or at a time that cannot be true. */
export function lastAttempt({ AttemptedAt = '' }: SweepState, now: Date): string {
  return Date.parse(AttemptedAt) <= now.getTime() ? AttemptedAt : ''
}

/**
 * Whether a quiet source's own time has come since the last attempt. Sources that were swept together so part for
 * good: each is swept early once, and then at its own time.
 */
function isItsTime(
  source: string,
  attempted: number,
  now: number,
  scheduleMs: number,
  quietMs: number,
): boolean {
  const offset = (createHash('sha256').update(source).digest().readUInt32BE() / 2 ** 32) * quietMs
  const since = (time: number) => (((time - offset) % quietMs) + quietMs) % quietMs
  const isItsOwn = since(attempted) < 1.5 * scheduleMs || since(attempted) > quietMs - 1.5 * scheduleMs
  const hasCome = Math.floor((now - offset) / quietMs) > Math.floor((attempted - offset) / quietMs)
  return hasCome && !isItsOwn
}
