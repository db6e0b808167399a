import { AWS_KEEPS_MS, type Source, sourceKey } from '../archive/source'
import type { SweepsTable } from '../archive/sweeps-table'

const DAY_MS = 24 * 60 * 60 * 1000

/** A metric must not wait: the sweep may have used up the time. */
const PATIENCE_MS = 2_000

/**
 * Days until AWS forgets a session that no complete sweep has seen, at the least healthy source; negative: it may
 * have forgotten one that many days ago. 0 for a source that was never swept completely: it may lose sessions already.
 */
export async function daysUntilLoss(
  sweeps: SweepsTable,
  sources: readonly Source[],
  now: Date,
): Promise<number> {
  const last = await sweeps.lastComplete(sources, AbortSignal.timeout(PATIENCE_MS))
  const left = sources.map((source) => {
    const begun = last.get(sourceKey(source))
    return begun === undefined ? 0 : (begun.getTime() + AWS_KEEPS_MS - now.getTime()) / DAY_MS
  })
  return Math.min(...left)
}
