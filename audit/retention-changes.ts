/** What changes of the retention mean for what is covered. */
import type { Table } from '../archive/batch-get'
import type { Receipt } from '../archive/receipt'
import { BEGUN } from '../archive/retention'
import { readRetention } from '../archive/retention-table'

/** Stored records were given another expiry. Times are ISO 8601, UTC. */
export interface RetentionChange {
  readonly begunAt: string
  /** Absent: it goes on, or was stopped. */
  readonly endedAt?: string
  /** Whether it has reached every record. */
  readonly isComplete: boolean
  /** Absent: never. */
  readonly days?: number
}

type Proven = Pick<Receipt, 'RetentionDays'> &
  Partial<Pick<Receipt, 'FinishedAt'>> & { readonly until: string }

const DAY_MS = 24 * 60 * 60 * 1000
/** The clocks of who changes the retention and of the archiver may differ so much. */
const CLOCKS_MS = 5 * 60 * 1000

export async function findRetentionChanges(sweeps: Table): Promise<RetentionChange[]> {
  const items = await readRetention(sweeps)
  const ended = new Map(items.flatMap((item) => ('FinishedAt' in item ? [[item.ItemId, item] as const] : [])))
  return items.flatMap((item) => {
    if ('FinishedAt' in item) return []
    const receipt = ended.get(item.ItemId.slice(BEGUN.length))
    return [
      {
        begunAt: item.StartedAt,
        endedAt: receipt?.FinishedAt,
        isComplete: receipt?.Outcome === 'complete',
        days: item.RetentionDays,
      },
    ]
  })
}

/**
 * Records of a receipt may have been deleted if their sessions ended before this time. Undefined: none may.
 *
 * A record had the retention of its sweep until a later change reached it, then that of the change until the next did.
 * Whatever was over in one of these times may be gone, however long records are kept since.
 */
export function goneBefore(
  { until, RetentionDays, FinishedAt = until }: Proven,
  changes: readonly RetentionChange[],
  now: Date,
): string | undefined {
  /** Until when a record may have kept a retention that it got by this time. */
  const keptUntil = (time: number, but?: RetentionChange) =>
    earliest(
      changes.filter((one) => one !== but && hasReached(one, time)),
      now,
    )
  const own = before(keptUntil(Date.parse(FinishedAt) + CLOCKS_MS), RetentionDays)
  const others = changes.map((change) => {
    const { endedAt = now.toISOString(), days } = change
    const gone = before(keptUntil(Date.parse(endedAt), change), days) // they begin one after the other, by the table
    return gone !== undefined && gone > endedAt ? endedAt : gone // it did not reach what ended later
  })
  return [own, ...others]
    .flatMap((time) => time ?? [])
    .sort()
    .at(-1)
}

/** Whether it has reached every record that was written by this time. */
function hasReached({ isComplete, begunAt }: RetentionChange, time: number): boolean {
  return isComplete && Date.parse(begunAt) >= time
}

function earliest(changes: readonly RetentionChange[], now: Date): number {
  return Math.min(now.getTime(), ...changes.map(({ endedAt = '' }) => Date.parse(endedAt)))
}

function before(time: number, days: number | undefined): string | undefined {
  return days === undefined ? undefined : new Date(time - days * DAY_MS).toISOString()
}
