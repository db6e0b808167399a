import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { type Names, newSweepId, type Receipt, type Witness } from '../archive/receipt'
import type { SessionsTable } from '../archive/sessions-table'
import type { Source } from '../archive/source'
import type { Plan, SweepState } from '../archive/sweep-state'
import type { SweepsTable } from '../archive/sweeps-table'
import type { LookUpTargets } from '../archive/upsert'
import { makeLookUp } from './look-up-targets'

export interface SweepJob {
  readonly source: Source
  /** The account's name, if it is known. */
  readonly accountName?: string
  /** A client of the source's region. */
  readonly ssm: SSMClient
  /** Makes the same of CloudTrail, which most sweeps do not need. @default - it is not asked */
  readonly cloudTrail?: () => CloudTrailClient
  readonly sessions: SessionsTable
  readonly sweeps: SweepsTable
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
  /** The archiver's own clock, for receipts only: everything else is by AWS's clock. */
  readonly now: () => Date
  /** Whether to list everything that AWS shows, due or not. @default false */
  readonly full?: boolean
  /** Milliseconds until the sweep will be killed. @default - never */
  readonly remainingMs?: () => number
  /** Whether AWS lists the source's region as disabled, asked if its token is refused. @default - not known */
  readonly isDisabled?: () => Promise<boolean>
  /** Called after each page with the counts so far. */
  readonly onPage?: (counts: Counts) => void
  /** For tests of long histories. @default DEFAULT_LIMITS */
  readonly limits?: Limits
}

export interface Limits {
  /** Sessions per list call, 1 to 200. */
  readonly pageSize: number
  /** Pages of a chain after which the time for all of them is estimated. */
  readonly pagesBeforeEstimate: number
  /** The first width of slices of time, milliseconds. */
  readonly sliceMs: number
  /** Slices that are listed at the same time: each makes one list call at a time. */
  readonly slicesAtOnce: number
  /** Time kept for what follows the last page, milliseconds. */
  readonly reserveMs: number
  /** Time for CloudTrail in one sweep, milliseconds. */
  readonly witnessMs: number
  /** Time for looking up targets in one sweep, milliseconds. */
  readonly namesMs: number
}

export const DEFAULT_LIMITS: Limits = {
  pageSize: 200,
  pagesBeforeEstimate: 50,
  sliceMs: 12 * 60 * 60 * 1000,
  slicesAtOnce: 4,
  reserveMs: 30_000,
  witnessMs: 30_000,
  namesMs: 30_000,
}

const NOTHING = {
  Pages: 0,
  Seen: 0,
  Archived: 0,
  Updated: 0,
  Unchanged: 0,
  Rejected: 0,
  Open: 0,
  MissedByRecent: 0,
  Restarts: 0,
} satisfies Partial<Receipt>

export type Counts = Pick<Receipt, keyof typeof NOTHING>

/** A sweep under way. */
export interface Run extends SweepJob {
  readonly limits: Limits
  readonly remainingMs: () => number
  readonly sweepId: string
  readonly startedAt: Date
  /** Only store-pages.ts and witness.ts count. */
  readonly counts: { -readonly [name in keyof Counts]: Counts[name] }
  /** For the receipt: counted by `lookUpTargets`. */
  readonly names: Names
  readonly lookUpTargets: LookUpTargets
  /** For the receipt: undefined until the open sessions are known. */
  plan?: Plan
  /** What was known of the source before: undefined until it is read. */
  state?: SweepState
  /** For the receipt: undefined until CloudTrail is asked. */
  witness?: Witness
  /** There was no time for all of CloudTrail's events: where the next sweep goes on. ISO 8601, UTC. */
  witnessPending?: string
  /** When a session was seen to have started, ended or been open last. ISO 8601, UTC, AWS's clock. */
  lastSessionAt?: string
  /** Whether the archive probably holds none of the sessions to come. */
  expectNew: boolean
}

/** What became of a plan. */
export interface Listed {
  /** What is left of it. */
  readonly plan: Plan
  /** Whether there was time for all of it; the rest is saved for the next sweep. */
  readonly isDrained: boolean
  /** When the last page was shown. ISO 8601, UTC, AWS's clock. */
  readonly lastSeen: string | undefined
  /** Sessions that had vanished from the Active list and were shown. */
  readonly found: ReadonlySet<string>
}

export function begin(job: SweepJob): Run {
  const { now, limits = DEFAULT_LIMITS, remainingMs = () => Number.MAX_SAFE_INTEGER } = job
  const startedAt = now()
  const names = { Calls: 0, Found: 0, Remembered: 0, Unknown: 0 }
  const run: Run = {
    ...job,
    limits,
    remainingMs,
    sweepId: newSweepId(startedAt),
    startedAt,
    counts: { ...NOTHING },
    names,
    lookUpTargets: makeLookUp(
      {
        ...job,
        milliseconds: limits.namesMs,
        remainingMs: () => remainingMs() - limits.reserveMs,
        hasEarlier: () => run.state?.LastCompleteAt !== undefined,
      },
      names,
    ),
    expectNew: false,
  }
  return run
}

/** Whether less than `neededMs` plus the reserve is left. */
export function isLate({ remainingMs, limits }: Run, neededMs = 0): boolean {
  return remainingMs() < limits.reserveMs + neededMs
}
