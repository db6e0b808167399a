import type { RETENTION } from './names'
import { newSweepId } from './receipt'

/** Sorts after the receipts. */
export const BEGUN = 'BEGUN#'

/** What a change of the retention wants. Times here are ISO 8601, UTC. */
export interface Wanted {
  /** Days after its end at which a record is to expire. Absent: never. */
  readonly RetentionDays?: number
  /** ARN of the caller. Absent: the archive is a folder. */
  readonly By?: string
}

/** That stored records are given another expiry from now on. It is written before the first of them is. */
export interface RetentionBegun extends Wanted {
  readonly Source: typeof RETENTION
  /** `BEGUN#<run>` */
  readonly ItemId: string
  readonly StartedAt: string
  /** How many records had which retention in days, `never`, or `other` (no number), when it began. The ten most frequent. */
  readonly From: Readonly<Record<string, number>>
  readonly Version: string
}

export interface RetentionCounts {
  /** Records that were read. */
  readonly Read: number
  /** Records that got another expiry. */
  readonly Changed: number
  /** Records that may have got it as well: the process was killed, or an answer was lost. */
  readonly Uncertain: number
}

/** What a change of the retention did. */
export interface RetentionReceipt extends Wanted, RetentionCounts {
  readonly Source: typeof RETENTION
  /** The run: an id like that of a sweep. */
  readonly ItemId: string
  readonly StartedAt: string
  readonly FinishedAt: string
  /** `superseded`: another one began before it had walked all records. */
  readonly Outcome: 'complete' | 'superseded'
  readonly Version: string
}

/** How far a change of the retention is. */
export interface RetentionState extends Wanted, RetentionCounts, Pick<RetentionBegun, 'StartedAt' | 'From'> {
  readonly RunId: string
  /** Random, of the process that goes on with it: another one that takes it over has another. */
  readonly HeldBy: string
  readonly SavedAt: string
  /** SessionId of the last record that was walked. */
  readonly Position?: string
  /** How many records of the page behind it are about to be changed. */
  readonly Pending?: number
  readonly IsOver?: boolean
}

export const newRetentionId = newSweepId
