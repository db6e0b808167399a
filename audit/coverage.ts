import type { Receipt } from '../archive/receipt'
import { AWS_KEEPS_MS } from '../archive/source'

/** A span of time. ISO 8601, UTC, AWS's clock. */
export interface Interval {
  readonly from: string
  readonly until: string
}

export interface Coverage {
  /** A complete sweep was shown every session that ended in one of these. In order, none touches another. */
  readonly covered: readonly Interval[]
  /** Sessions may have ended here and been forgotten unseen: between covered times, and from the last one until 30 days ago. */
  readonly gaps: readonly Interval[]
}

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
  const forgotten = new Date(now.getTime() - AWS_KEEPS_MS).toISOString()
  const ends = [...covered.slice(1).map(({ from }) => from), forgotten]
  const gaps = covered.flatMap(({ until: from }, n) => {
    const until = ends[n] ?? from
    return from < until ? [{ from, until }] : []
  })
  return { covered, gaps }
}
