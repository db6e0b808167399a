import type { Receipt } from '../archive/receipt'
import { AWS_KEEPS_MS } from '../archive/source'
import { goneBefore, type RetentionChange } from './retention-changes'

/** A span of time. ISO 8601, UTC, AWS's clock. */
export interface Interval {
  readonly from: string
  readonly until: string
}

/** Each list is in order of time. No time is in two of them. */
export interface Coverage {
  /** A complete sweep was shown every session that ended in one of these, and the archive still has them. */
  readonly covered: readonly Interval[]
  /**
   * Sessions may have ended here and been forgotten unseen: between covered times, and from the last one until 30
   * days ago, or until the source was swept no more.
   */
  readonly gaps: readonly Interval[]
  /** Records of sessions that ended here may have expired. A gap between two such times has expired as well. */
  readonly expired: readonly Interval[]
  /** When the last complete sweep began. */
  readonly lastCompleteAt?: string
}

/** What coverage is made of. */
export type Proof = Pick<Receipt, 'Outcome' | 'CoversFrom' | 'CoversUntil' | 'RetentionDays'> &
  Partial<Pick<Receipt, 'FinishedAt'>>

/** A source that was not swept completely for longer is swept no more: schedules are of 24 hours at most. */
export const STALE_MS = 25 * 60 * 60 * 1000

/**
 * What the receipts of one source, in any order, prove by now. Sweeps that did not complete prove nothing, but records
 * that they wrote expire by their retention.
 *
 * @param changes of the retention, in any order
 * @param leftAt when the source was retired or excluded: nobody looks any more for what ended before. @default - it is swept
 */
export function coverage(
  receipts: readonly Proof[],
  now: Date,
  leftAt?: string,
  changes: readonly RetentionChange[] = [],
): Coverage {
  const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds).toISOString()
  const proofs = receipts.flatMap(({ Outcome, CoversFrom: from, CoversUntil: until, ...receipt }) => {
    if (Outcome !== 'complete' || from === undefined || until === undefined) return []
    const keptFrom = goneBefore({ ...receipt, until }, changes, now) ?? from
    return [{ from, until, goneUntil: keptFrom < until ? keptFrom : until }]
  })
  const proven = joined(proofs)
  const partial = joined(receipts.flatMap((receipt) => goneOf(receipt, changes, now)))
  const gone = joined([
    ...proofs.map(({ from, goneUntil }) => ({ from, until: goneUntil })),
    ...without(proven, without(proven, partial)),
  ])
  const holes = between([...proven, { from: leftAt ?? ago(AWS_KEEPS_MS), until: '' }])
  const goneHoles = holes.filter(
    (hole) => gone.some(({ until }) => until === hole.from) && gone.some(({ from }) => from === hole.until),
  )
  const expired = joined([...gone, ...goneHoles])
  return {
    covered: without(proven, expired),
    gaps: holes.filter((hole) => !goneHoles.includes(hole)),
    expired,
    lastCompleteAt: proven.at(-1)?.until,
  }
}

/** What may have expired of the records of a sweep that did not complete: of sessions that AWS showed then. */
function goneOf(
  { Outcome, RetentionDays, FinishedAt }: Proof,
  changes: readonly RetentionChange[],
  now: Date,
): Interval[] {
  if (Outcome === 'complete' || RetentionDays === undefined || FinishedAt === undefined) return []
  const until = goneBefore({ until: FinishedAt, RetentionDays, FinishedAt }, changes, now) ?? ''
  const from = new Date(Date.parse(FinishedAt) - AWS_KEEPS_MS - STALE_MS).toISOString()
  return [{ from, until: until < FinishedAt ? until : FinishedAt }]
}

/** The same time in as few intervals as possible, in order. */
function joined(intervals: readonly Interval[]): Interval[] {
  const all: Interval[] = []
  const sorted = intervals
    .filter(({ from, until }) => from < until)
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  for (const { from, until } of sorted) {
    const last = all.at(-1)
    if (last === undefined || last.until < from) all.push({ from, until })
    else if (last.until < until) all.splice(-1, 1, { from: last.from, until })
  }
  return all
}

/** The times between intervals that are in order. */
function between(intervals: readonly Interval[]): Interval[] {
  return intervals.slice(1).flatMap(({ from: until }, n) => {
    const from = intervals[n]?.until ?? until
    return from < until ? [{ from, until }] : []
  })
}

/** What is left of joined intervals without others. */
function without(intervals: readonly Interval[], others: readonly Interval[]): Interval[] {
  return intervals.flatMap(({ from, until }) => {
    const inside = others.filter((other) => other.from < until && other.until > from)
    return between([{ from, until: from }, ...inside, { from: until, until }])
  })
}
