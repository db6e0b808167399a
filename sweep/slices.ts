import { AWS_KEEPS_MS } from '../archive/source'
import type { Plan, Slice } from '../archive/sweep-state'

/** The same plan in slices of time, the oldest first: AWS forgets that one next. */
export function slicePlan(plan: Plan, widthMs: number): Plan {
  const begun = Date.parse(plan.BegunAt)
  const bounds: string[] = []
  const first = Math.max(windowStart(plan), begun - AWS_KEEPS_MS) // an open session may claim any StartDate
  for (let bound = first + widthMs; bound < begun; bound += widthMs) bounds.push(wholeSecond(bound))
  const froms = [plan.InvokedAfter, ...bounds]
  return { ...plan, Slices: froms.map((From, n) => ({ From, To: bounds[n] })), Sliced: true }
}

/** The earliest start of a session that a plan lists. Epoch milliseconds. */
export function windowStart({ BegunAt, InvokedAfter }: Plan): number {
  return InvokedAfter === undefined ? Date.parse(BegunAt) - AWS_KEEPS_MS : Date.parse(InvokedAfter)
}

/** Halves the slices that did not fit into an invocation. */
export function halveSlices(plan: Plan, tooLong: ReadonlySet<Slice>): Plan {
  return {
    ...plan,
    Slices: plan.Slices.flatMap((slice) => (tooLong.has(slice) ? halves(slice, plan.BegunAt) : [slice])),
  }
}

function halves({ From, To }: Slice, begunAt: string): Slice[] {
  const to = Date.parse(To ?? begunAt)
  const from = From === undefined ? to - AWS_KEEPS_MS : Date.parse(From)
  const middle = wholeSecond((from + to) / 2)
  if (Date.parse(middle) <= from) return [{ From, To }]
  return [
    { From, To: middle },
    { From: middle, To },
  ]
}

/** As InvokedAfter and InvokedBefore are written: `2026-11-24T09:30:00Z`, rounded down. */
export function wholeSecond(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`
}
