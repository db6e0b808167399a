import type { Table } from '../archive/batch-get'
import { findRetentionChanges, type RetentionChange } from '../audit/retention-changes'
import type { ChangedExpiry } from './stream-event'

/** The clocks of who changes the retention and of DynamoDB may differ so much. */
const CLOCKS_MS = 10 * 60 * 1000

/** Why records were not given their expiry by a change of the retention: none, of this kind, went on then. */
export async function unexplainedExpiries(
  sweeps: Table,
  expiries: readonly ChangedExpiry[],
): Promise<string[]> {
  if (expiries.length === 0) return []
  const changes = await findRetentionChanges(sweeps)
  return expiries.flatMap((expiry) =>
    changes.some((change) => explains(change, expiry))
      ? []
      : [
          `Sessions: the expiry changed to ${expiry.days ?? 'no'} days, and no change of the retention did that`,
        ],
  )
}

function explains({ days, begunAt, endedAt }: RetentionChange, expiry: ChangedExpiry): boolean {
  const at = expiry.at.getTime()
  const isLater = endedAt !== undefined && at > Date.parse(endedAt) + CLOCKS_MS
  return days === expiry.days && at >= Date.parse(begunAt) - CLOCKS_MS && !isLater
}
