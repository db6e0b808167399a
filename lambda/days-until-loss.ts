import { type Source, sourceKey } from '../archive/source'
import type { SweepLedger } from '../archive/sweeps-table'
import { SHOWN_MS } from '../audit/coverage'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Days until AWS forgets a session that no complete sweep has seen, at the source worst off; negative: since
 * when it may have. 0 for a source that was never swept completely: it may be losing sessions already.
 */
export async function daysUntilLoss(
  ledger: SweepLedger,
  sources: readonly Source[],
  now: Date,
): Promise<number> {
  const last = await ledger.lastComplete(sources)
  const left = sources.map((source) => {
    const begun = last.get(sourceKey(source))
    return begun === undefined ? 0 : (begun.getTime() + SHOWN_MS - now.getTime()) / DAY_MS
  })
  return Math.min(...left)
}
