import type { Receipt, RoundReceipt } from '../archive/receipt'
import type { RosterAccount } from '../archive/roster'
import { AWS_KEEPS_MS } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/** A source that was not complete for longer is late: quiet ones are swept once in 24 hours. */
export const LATE_MS = 25 * HOUR_MS
const WORST = 10

export type Health = Pick<
  RoundReceipt,
  'DaysUntilLoss' | 'SourcesLate' | 'SourcesUnreachable' | 'SourcesDenied' | 'Worst'
>

/**
 * How the sources are.
 *
 * DaysUntilLoss: days until AWS forgets a session that no complete sweep has seen, at the least healthy source;
 * negative: it may have forgotten one that many days ago. 0 for a source that was never complete: it may lose
 * sessions already; and if there is no source.
 */
export function healthOf(
  sources: readonly string[],
  states: ReadonlyMap<string, SweepState>,
  accounts: Iterable<RosterAccount>,
  now: Date,
): Health {
  const completeAt = (source: string) => states.get(source)?.LastCompleteAt
  const withOutcome = (wanted: Receipt['Outcome']) =>
    sources.filter((source) => states.get(source)?.Outcome === wanted).length
  const lateSince = new Date(now.getTime() - LATE_MS).toISOString()
  const byAge = [...sources].sort((a, b) => ((completeAt(a) ?? '') < (completeAt(b) ?? '') ? -1 : 1))
  const [worst] = byAge
  const oldest = worst && completeAt(worst)
  const silent = [...accounts].filter(
    ({ State, RegionsProblem }) =>
      State === 'swept' && RegionsProblem !== undefined && !isUnreachable(RegionsProblem),
  )
  return {
    DaysUntilLoss: oldest === undefined ? 0 : (Date.parse(oldest) + AWS_KEEPS_MS - now.getTime()) / DAY_MS,
    SourcesLate: sources.filter((source) => (completeAt(source) ?? '') < lateSince).length,
    SourcesUnreachable: withOutcome('unreachable'),
    SourcesDenied: withOutcome('denied') + silent.length,
    Worst: byAge.slice(0, WORST).map((Source) => ({
      Source,
      Outcome: states.get(Source)?.Outcome,
      LastCompleteAt: completeAt(Source),
    })),
  }
}

/** Then its sources are unreachable as well, and count. */
function isUnreachable(problem: string): boolean {
  return problem.startsWith('UnreachableError')
}

/** What is known of the sources after these sweeps. */
export function afterSweeps(
  states: ReadonlyMap<string, SweepState>,
  receipts: readonly Receipt[],
): Map<string, SweepState> {
  const after = new Map(states)
  for (const { Source, Outcome, CoversUntil } of receipts) {
    const LastCompleteAt = Outcome === 'complete' ? CoversUntil : states.get(Source)?.LastCompleteAt
    after.set(Source, { ...states.get(Source), Outcome, LastCompleteAt })
  }
  return after
}
