import type { Plan, Slice, SourceState } from '../archive/sweeps-table'
import { SHOWN_MS } from '../audit/coverage'

const SECOND_MS = 1000
const HOUR_MS = 60 * 60 * SECOND_MS
const DAY_MS = 24 * HOUR_MS
/** A full sweep is due a day after the last one; hourly schedules are not exact. */
const FULL_EVERY_MS = DAY_MS - HOUR_MS / 2
/** For so long, a history that was too long for one chain is taken to be so still. */
const TOO_LONG_FOR_MS = 7 * DAY_MS
/** How much earlier than the exact window a recent sweep looks. */
const MARGIN_MS = HOUR_MS

export interface Situation {
  readonly state: SourceState
  /** When this sweep began to list, by the service's clock. */
  readonly begun: Date
  /** StartDate of the oldest session that is open. */
  readonly oldestOpen: Date | undefined
  /** Whether a full sweep is asked for. */
  readonly full: boolean
  /** How wide slices are to be. */
  readonly sliceMs: number
}

/** What to list: what an earlier sweep left, or else everything, or else what can have ended since the last one. */
export function planSweep({ state, begun, oldestOpen, full, sliceMs }: Situation): Plan {
  const { Pending, CompleteBegun, FullBegun, ChainRanOut } = state
  const isUnfinished = Pending !== undefined && Pending.Begun > (CompleteBegun ?? '')
  if (isUnfinished && (!full || Pending.Kind === 'full')) return Pending

  const recentFrom = recentWindow(state)
  const isFullDue = FullBegun === undefined || begun.getTime() - Date.parse(FullBegun) >= FULL_EVERY_MS
  const isFull = full || recentFrom === undefined || isFullDue
  const isTooLong =
    isFull && ChainRanOut !== undefined && begun.getTime() - Date.parse(ChainRanOut) < TOO_LONG_FOR_MS
  const plan: Plan = {
    Kind: isFull ? 'full' : 'recent',
    Begun: begun.toISOString(),
    ...(oldestOpen !== undefined && { OldestOpen: oldestOpen.toISOString() }),
    ...(recentFrom !== undefined && { RecentFrom: recentFrom }),
    ...(!isFull && { InvokedAfter: recentFrom, CoversFrom: CompleteBegun }),
    Slices: [isFull ? {} : { From: recentFrom }],
    Sliced: false,
    ...(isTooLong && { ChainRanOut }),
  }
  return isTooLong ? slicePlan(plan, sliceMs) : plan
}

/**
 * A session that ended since the last complete sweep was either open then or has started since: so this is
 * the smallest window that cannot miss it, but for a margin.
 */
function recentWindow({ CompleteBegun, OldestOpen }: SourceState): string | undefined {
  if (CompleteBegun === undefined) return undefined
  const exact = Math.min(Date.parse(CompleteBegun), Date.parse(OldestOpen ?? CompleteBegun))
  return wholeSecond(exact - MARGIN_MS)
}

/** The same plan in slices of time, the oldest first: it is the next to be forgotten. */
export function slicePlan(plan: Plan, widthMs: number): Plan {
  const begun = Date.parse(plan.Begun)
  const bounds: string[] = []
  for (let bound = windowStart(plan) + widthMs; bound < begun; bound += widthMs)
    bounds.push(wholeSecond(bound))
  const froms = [plan.InvokedAfter, ...bounds]
  return { ...plan, Slices: froms.map((From, n) => slice(From, bounds[n])), Sliced: true }
}

/** Where a plan's listing begins. Epoch milliseconds. */
export function windowStart({ Begun, InvokedAfter }: Plan): number {
  return InvokedAfter === undefined ? Date.parse(Begun) - SHOWN_MS : Date.parse(InvokedAfter)
}

/** Cuts those slices in two that the time did not suffice for. */
export function halveSlices(plan: Plan, tooLong: ReadonlySet<Slice>): Plan {
  return {
    ...plan,
    Slices: plan.Slices.flatMap((one) => (tooLong.has(one) ? halves(one, plan.Begun) : [one])),
  }
}

function halves({ From, To }: Slice, begun: string): Slice[] {
  const to = Date.parse(To ?? begun)
  const from = From === undefined ? to - SHOWN_MS : Date.parse(From)
  const middle = wholeSecond((from + to) / 2)
  const isDivisible = Date.parse(middle) > from && Date.parse(middle) < to
  return isDivisible ? [slice(From, middle), slice(middle, To)] : [slice(From, To)]
}

function slice(From: string | undefined, To: string | undefined): Slice {
  return { ...(From !== undefined && { From }), ...(To !== undefined && { To }) }
}

/** As InvokedAfter and InvokedBefore are written: `2026-11-24T09:30:00Z`, rounded down. */
function wholeSecond(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}
