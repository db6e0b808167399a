import { AWS_KEEPS_MS } from '../archive/source'
import type { Plan, SweepState } from '../archive/sweep-state'
import { slicePlan, wholeSecond } from './slices'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** A full sweep is due a day after the last one; hourly schedules are not exact. */
const FULL_EVERY_MS = DAY_MS - HOUR_MS / 2
/** After a chain ran out of time, full sweeps are sliced for a week; then one chain is tried again. */
const TOO_LONG_FOR_MS = 7 * DAY_MS
/** How much earlier than the exact window a recent sweep looks. */
const MARGIN_MS = HOUR_MS

/** Times are ISO 8601, UTC, AWS's clock. */
export interface Situation {
  readonly state: SweepState
  /** When this sweep began to list. */
  readonly begunAt: string
  /** StartDate of the oldest session in the Active list, as far as it was drained. */
  readonly oldestStart: string | undefined
  readonly isDrained: boolean
  /** Whether a full sweep is asked for. */
  readonly full: boolean | undefined
  /** Width of a slice. */
  readonly sliceMs: number
}

/** Decides what to list: what an unfinished sweep left; or else everything, if it is due; or else what can have ended since the last sweep. */
export function planSweep(situation: Situation): Plan {
  const { state, begunAt, oldestStart, isDrained, full = false, sliceMs } = situation
  const { Pending, LastCompleteAt, LastFullAt, ChainTooLongAt } = state
  const isUnfinished =
    Pending !== undefined && Pending.Slices.length > 0 && Pending.BegunAt > (LastCompleteAt ?? '')
  if (isUnfinished && (!full || Pending.Kind === 'full')) return Pending

  const msSince = (time: string) => Date.parse(begunAt) - Date.parse(time)
  const recentFrom = recentWindow(state)
  const isFullDue = LastFullAt === undefined || msSince(LastFullAt) >= FULL_EVERY_MS
  const isFull = full || isFullDue
  const isTooLong = isFull && ChainTooLongAt !== undefined && msSince(ChainTooLongAt) < TOO_LONG_FOR_MS
  const plan: Plan = {
    Kind: isFull ? 'full' : 'recent',
    BegunAt: begunAt,
    // What is open now was open at the last complete sweep or has started since.
    OldestOpenStart: isDrained
      ? oldestStart
      : (recentFrom ?? wholeSecond(Date.parse(begunAt) - AWS_KEEPS_MS)),
    RecentFrom: recentFrom,
    InvokedAfter: isFull ? undefined : recentFrom,
    CoversFrom: isFull ? undefined : LastCompleteAt,
    Slices: [isFull ? {} : { From: recentFrom }],
    Sliced: false,
    ChainTooLongAt: isTooLong ? ChainTooLongAt : undefined,
  }
  return isTooLong ? slicePlan(plan, sliceMs) : plan
}

/**
 * A session that ended since the last complete sweep was either open then or has started since: so this is the
 * smallest window that cannot miss it, and a margin.
 */
function recentWindow({ LastCompleteAt, OldestOpenStart }: SweepState): string | undefined {
  if (LastCompleteAt === undefined) return undefined
  const exact = Math.min(Date.parse(LastCompleteAt), Date.parse(OldestOpenStart ?? LastCompleteAt))
  return wholeSecond(exact - MARGIN_MS)
}
