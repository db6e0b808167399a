import type { Findings } from './findings'

export type Verdict = 'proven' | 'disproven' | 'not proven'

export interface Judgement {
  readonly verdict: Verdict
  /** Why it is disproven. */
  readonly against: readonly string[]
  /** What a proof would need. */
  readonly missing: readonly string[]
}

export interface Verification {
  /** Every record is as the log says, and the log is what was signed. */
  readonly unaltered: Judgement
  /** The archive has every session that AWS showed of the period. */
  readonly complete: Judgement
  /** What the verdicts rest on, line by line. */
  readonly basis: readonly string[]
}

/** What speaks against a statement outweighs what is missing for it. */
export function judge(against: readonly Findings[], missing: readonly Findings[]): Judgement {
  const judged = {
    against: against.flatMap(({ list }) => list),
    missing: missing.flatMap(({ list }) => list),
  }
  if (judged.against.length > 0) return { verdict: 'disproven', ...judged }
  return { verdict: judged.missing.length > 0 ? 'not proven' : 'proven', ...judged }
}
