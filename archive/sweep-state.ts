import type { Outcome, SweepKind } from './receipt'

/** What is known of a source between sweeps. Times are ISO 8601, UTC, AWS's clock. */
export interface SweepState {
  /** When the last complete sweep began to list. */
  readonly LastCompleteAt?: string
  /** StartDate of the oldest session that was open then. */
  readonly OldestOpenStart?: string
  /** When the last complete full sweep began to list. */
  readonly LastFullAt?: string
  /** When the last full sweep began that, as one chain of pages, was too long for one invocation. */
  readonly ChainTooLongAt?: string
  /** A sweep that has not been finished yet. */
  readonly Pending?: Plan
  /** When the latest sweep began, by the archiver's own clock, and what became of it. */
  readonly AttemptedAt?: string
  readonly Outcome?: Outcome
  /** Sweeps in a row, up to the latest, that were neither complete nor incomplete. */
  readonly Failures?: number
  /** When a session is known to have started, ended or been open last. */
  readonly LastSessionAt?: string
  /** Until when CloudTrail's events were held against the archive. */
  readonly WitnessedUntil?: string
  /** There was no time for all of them: from when on the next sweep goes on. */
  readonly WitnessPending?: string
}

/** What a sweep still has to list. */
export interface Plan {
  readonly Kind: SweepKind
  /** When the sweep began to list. */
  readonly BegunAt: string
  /** StartDate of the oldest session that was open then. */
  readonly OldestOpenStart?: string
  /** The earliest end of a session that a complete sweep would cover. Absent for a full sweep: 30 days back. */
  readonly CoversFrom?: string
  readonly InvokedAfter?: string
  /** Start of a recent sweep's window. New sessions that started earlier count as MissedByRecent. */
  readonly RecentFrom?: string
  /** Oldest first. */
  readonly Slices: readonly Slice[]
  /** Whether the listing is not one chain of pages. */
  readonly Sliced: boolean
  /** Where the chain of pages goes on. */
  readonly NextToken?: string
  /** Whether slices were tried and saved no pages: the chain goes on, in as many sweeps as it takes. */
  readonly ChainOnly?: boolean
  /** Of a full sweep: what {@link SweepState} holds when it is complete. */
  readonly ChainTooLongAt?: string
}

/** The sessions that started in a span of time; an absent bound is open. ISO 8601, UTC, whole seconds. */
export interface Slice {
  /** Inclusive. */
  readonly From?: string
  /** Exclusive. */
  readonly To?: string
}
