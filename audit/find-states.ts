import type { Table } from '../archive/batch-get'
import { AWS_KEEPS_MS } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'
import { SweepsTable } from '../archive/sweeps-table'
import { STALE_MS } from './coverage'
import type { RosterSource } from './roster-sources'

const DAY_MS = 24 * 60 * 60 * 1000

/** How a source is that is swept. */
export interface SourceState extends RosterSource, Pick<SweepState, 'AttemptedAt' | 'Outcome' | 'Failures'> {
  /**
   * Days until AWS forgets a session that no complete sweep has seen; negative: it may have forgotten one. 0 if no
   * sweep was ever complete: it may forget one now.
   */
  readonly daysUntilLoss: number
  /** Whether no complete sweep has seen it for {@link STALE_MS}, or ever. */
  readonly isLate: boolean
}

/** The states of sources that are swept, the worst first. Reads one small item per source. */
export async function findStates(
  sweeps: Table,
  sources: readonly RosterSource[],
  now: Date,
): Promise<SourceState[]> {
  const states = await new SweepsTable(sweeps).readStates(sources)
  return sources
    .map((source) => withState(source, states.get(source.source) ?? {}, now))
    .sort((a, b) => compare(a.lastCompleteAt ?? '', b.lastCompleteAt ?? '') || compare(a.source, b.source))
}

function withState(source: RosterSource, state: SweepState, now: Date): SourceState {
  const { LastCompleteAt: lastCompleteAt, AttemptedAt, Outcome, Failures } = state
  const age = now.getTime() - Date.parse(lastCompleteAt ?? '')
  return {
    ...source,
    ...{ lastCompleteAt, AttemptedAt, Outcome, Failures },
    daysUntilLoss: lastCompleteAt === undefined ? 0 : (AWS_KEEPS_MS - age) / DAY_MS,
    isLate: !(age <= STALE_MS),
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))
