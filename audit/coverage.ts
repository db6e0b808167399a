import type { Receipt } from '../archive/sweeps-table'

/** A span of time. ISO 8601, UTC, by the service's clock. */
export interface Interval {
  readonly from: string
  readonly until: string
}

export interface Coverage {
  /** Every session that ended in one of these was shown to a complete sweep. In order, apart from each other. */
  readonly covered: readonly Interval[]
  /** Between them, and from the last of them until 30 days ago, sessions may have ended and been forgotten unseen. */
  readonly gaps: readonly Interval[]
}

/** How long the service shows a session after its end. */
export const SHOWN_MS = 30 * 24 * 60 * 60 * 1000

/** What the receipts of one source, in any order, prove by now. Sweeps that did not complete prove nothing. */
export function coverage(
  receipts: readonly Pick<Receipt, 'Outcome' | 'CoversFrom' | 'CoversUntil'>[],
  now: Date,
): Coverage {
  const proven = receipts
    .flatMap(({ Outcome, CoversFrom: from, CoversUntil: until }) =>
      Outcome === 'complete' && from !== undefined && until !== undefined && from < until
        ? [{ from, until }]
        : [],
    )
    .sort((a, b) => (a.from < b.from ? -1 : 1))

  const covered: Interval[] = []
  for (const interval of proven) {
    const last = covered.at(-1)
    if (last === undefined || last.until < interval.from) covered.push(interval)
    else if (last.until < interval.until) covered.splice(-1, 1, { from: last.from, until: interval.until })
  }
  const forgotten = new Date(now.getTime() - SHOWN_MS).toISOString()
  const ends = [...covered.slice(1).map(({ from }) => from), forgotten]
  const gaps = covered.flatMap(({ until: from }, n) => {
    const until = ends[n] ?? from
    return from < until ? [{ from, until }] : []
  })
  return { covered, gaps }
}
