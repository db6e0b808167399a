import { randomBytes } from 'node:crypto'

/** `full`: everything that AWS shows. `recent`: what can have ended since the last complete sweep. */
export type SweepKind = 'full' | 'recent'

export const OUTCOMES = ['complete', 'incomplete', 'failed', 'unreachable', 'denied', 'disabled'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What one sweep did: the evidence that nothing was missed. Times are ISO 8601, UTC. */
export interface Receipt {
  /** The account and the region, `111122223333/eu-west-1`. */
  readonly Source: string
  /** The sweep: {@link newSweepId}. */
  readonly ItemId: string
  /** Absent if the sweep failed before it could know. */
  readonly Kind?: SweepKind
  /** Whether the listing was cut into slices of time: those do not show a session without a StartDate. */
  readonly Sliced?: boolean
  /** By the archiver's own clock. */
  readonly StartedAt: string
  readonly FinishedAt: string
  /**
   * Of a complete sweep: every session that ended between these two times (AWS's clock) was shown to it, or had
   * been shown to an earlier sweep as open.
   */
  readonly CoversFrom?: string
  readonly CoversUntil?: string
  /** Days after its end at which a record of this sweep expires. Absent: never. */
  readonly RetentionDays?: number
  /** The filter of a recent sweep. */
  readonly InvokedAfter?: string
  /** List calls that were answered. */
  readonly Pages: number
  /** Sessions on those pages; one that was listed twice counts twice. */
  readonly Seen: number
  readonly Archived: number
  readonly Updated: number
  readonly Unchanged: number
  readonly Rejected: number
  /** Sessions in the Active list. */
  readonly Open: number
  /** New sessions that no recent sweep would have been shown: found only because the sweep was full. */
  readonly MissedByRecent: number
  /** How often a listing began again, because AWS did not accept its own token. */
  readonly Restarts: number
  /**
   * `complete`: every page was drained and every write acknowledged, by this sweep or by those it continued.
   * `incomplete`: the time ran out; the next sweep goes on. `unreachable`: the member role could not be assumed.
   * `denied`: a policy denies DescribeSessions. `disabled`: the region is disabled, and AWS lists it so.
   */
  readonly Outcome: Outcome
  /** Why the sweep failed, was denied …. */
  readonly Error?: string
  /** What CloudTrail said, if it was asked. */
  readonly Witness?: Witness
  /** How the targets of new sessions were looked up, if any was. */
  readonly Names?: Names
  /** The version of this software. */
  readonly Version: string
}

/** What CloudTrail knows of sessions that started in a time, held against the archive. Times are ISO 8601, UTC. */
export interface Witness {
  /** Inclusive; absent: nothing was asked. */
  readonly From?: string
  /** Exclusive. */
  readonly Until?: string
  /** Calls that were answered. */
  readonly Calls: number
  /** Sessions that CloudTrail knows to have started. They are the sum of the next four. */
  readonly Events: number
  /** The archive had them. */
  readonly Matched: number
  /** The archive lacked them, and AWS showed them when it was asked for each. */
  readonly Found: number
  /** AWS does not show them any more, since they are old, or may never have shown them: archived as recovered. */
  readonly Recovered: number
  /** AWS should show them and does not: archived as recovered, too. */
  readonly Uncorroborated: number
  /** Sessions of ECS Exec that got the name of a person. */
  readonly Named: number
  /** Calls that were refused, and are kept as attempts. */
  readonly Refused: number
  /** Events that cannot be read. */
  readonly Unreadable: number
  /** Why CloudTrail was not asked for all, or why what it said could not be stored. */
  readonly Problem?: string
}

/** Targets that were looked up. Those of which nothing was found out, for a problem, are in none of the three. */
export interface Names {
  /** Of Systems Manager, answered or not. */
  readonly Calls: number
  /** Systems Manager knew them. */
  readonly Found: number
  /** Only the archive knew them, from earlier sessions. */
  readonly Remembered: number
  /** Nobody knew them. */
  readonly Unknown: number
  /** The first problem. */
  readonly Problem?: string
}

/** The id of a sweep that starts now. Sorts by time; unique. */
export function newSweepId(startedAt: Date): string {
  return `${startedAt.toISOString()}-${randomBytes(4).toString('hex')}`
}

/** Partition key of the rounds' receipts in the Sweeps table. */
export const ROUNDS = 'ROUNDS'

/** What one round did, and what it found: the schedule starts one in each period. Times are ISO 8601, UTC. */
export interface RoundReceipt {
  readonly Source: typeof ROUNDS
  /** The round: {@link newSweepId}. */
  readonly ItemId: string
  readonly StartedAt: string
  readonly FinishedAt: string
  /** Accounts and sources that are swept. */
  readonly Accounts: number
  readonly Sources: number
  /** Sources that were due: swept, sent to the queue, or left to the next round. */
  readonly Due: number
  readonly Sent: number
  readonly Left: number
  /** How many sweeps of this round had each outcome. */
  readonly Outcomes: Readonly<Partial<Record<Outcome, number>>>
  readonly DaysUntilLoss: number
  readonly SourcesLate: number
  readonly SourcesUnreachable: number
  readonly SourcesDenied: number
  /** Hours; absent: the accounts were never listed. */
  readonly RosterAge?: number
  /** Why the accounts could not be listed. */
  readonly RosterProblem?: string
  /** The ten sources that were complete the longest ago, the worst first. */
  readonly Worst: readonly {
    readonly Source: string
    readonly Outcome?: Outcome
    readonly LastCompleteAt?: string
  }[]
  readonly Version: string
}
