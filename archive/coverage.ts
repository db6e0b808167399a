import type { Receipt } from './sweep-ledger'

/** A span of time. ISO 8601, UTC, by the service's clock. */
export interface Interval {
  readonly from: string
  readonly until: string
}

export interface Coverage {
  /** Every session that ended in one of these was shown to a complete sweep. In order, apart from each other. */
  readonly covered: readonly Interval[]
  /** Between them, sessions may have ended and been forgotten unseen. */
  readonly gaps: readonly Interval[]
}

/** What the receipts of one source, in any order, prove. Sweeps that did not complete prove nothing. */
export function coverage(
  receipts: readonly Pick<Receipt, 'Outcome' | 'CoversFrom' | 'CoversUntil'>[],
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
  const gaps = covered.slice(1).map(({ from }, n) => ({ from: covered[n]?.until ?? from, until: from }))
  return { covered, gaps }
}
