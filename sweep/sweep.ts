import type { SSMClient } from '@aws-sdk/client-ssm'
import type { SessionStore } from '../archive/sessions-table'
import { type Source, sourceKey } from '../archive/source'
import { newSweepId, type Plan, type Receipt, type SweepLedger } from '../archive/sweeps-table'
import { SHOWN_MS } from '../audit/coverage'
import { version } from '../package.json'
import { archiveHistory } from './history'
import { archiveOpen, followUpVanished } from './open-sessions'
import { planSweep } from './plan'

export interface Sweep {
  readonly source: Source
  /** Of the source's region. */
  readonly ssm: SSMClient
  readonly store: SessionStore
  readonly ledger: SweepLedger
  /** The archiver's own clock: for receipts alone, everything else is by the service's. */
  readonly now: () => Date
  /** Whether to list everything that the service shows, due or not. @default false */
  readonly full?: boolean
  /** Milliseconds until the sweep will be killed. @default - never */
  readonly remainingMs?: () => number
  /** Called after each page with the counts so far. */
  readonly onPage?: (counts: Counts) => void
  /** For tests of long histories. @default DEFAULT_LIMITS */
  readonly limits?: Limits
}

export interface Limits {
  /** Sessions a list call asks for, 1 to 200. */
  readonly pageSize: number
  /** Pages of a chain that tell how long all of them will take. */
  readonly pagesBeforeEstimate: number
  /** The first width of slices of time, milliseconds. */
  readonly sliceMs: number
  /** Slices that are listed at the same time: each makes one list call at a time. */
  readonly slicesAtOnce: number
  /** Time kept for what follows the last page, milliseconds. */
  readonly reserveMs: number
}

export const DEFAULT_LIMITS: Limits = {
  pageSize: 200,
  pagesBeforeEstimate: 50,
  sliceMs: 12 * 60 * 60 * 1000,
  slicesAtOnce: 4,
  reserveMs: 30_000,
}

export type Counts = Pick<
  Receipt,
  | 'Pages'
  | 'Seen'
  | 'Archived'
  | 'Updated'
  | 'Unchanged'
  | 'Rejected'
  | 'Open'
  | 'MissedByRecent'
  | 'Restarts'
>

/** A sweep under way. */
export interface Run extends Sweep {
  readonly limits: Limits
  readonly sweepId: string
  readonly counts: { -readonly [name in keyof Counts]: Counts[name] }
  readonly remainingMs: () => number
}

/** A sweep failed after keeping what could be kept; `receipt` tells what that was. */
export class SweepError extends Error {
  override readonly name = 'SweepError'
  constructor(
    readonly receipt: Receipt,
    cause: unknown,
  ) {
    super(`the sweep of ${receipt.Source} failed: ${receipt.Error}`, { cause })
  }
}

/**
 * Archives what the service shows of a source and leaves a receipt.
 *
 * @throws SweepError
 */
export async function sweep(job: Sweep): Promise<Receipt> {
  const startedAt = job.now()
  const run = begin(job, startedAt)
  let plan: Plan | undefined
  const receipt = (outcome: Partial<Receipt> & Pick<Receipt, 'Outcome'>): Receipt => ({
    Source: sourceKey(job.source),
    SweepId: run.sweepId,
    ...(plan !== undefined && { Kind: plan.Kind, Sliced: plan.Sliced }),
    ...(plan?.InvokedAfter !== undefined && { InvokedAfter: plan.InvokedAfter }),
    StartedAt: startedAt.toISOString(),
    FinishedAt: job.now().toISOString(),
    ...run.counts,
    ...outcome,
    Version: version,
  })

  try {
    const state = await job.ledger.readState(job.source)
    const open = await archiveOpen(run)
    const { full = false } = job
    const { sliceMs } = run.limits
    plan = planSweep({ state, begun: open.begun, oldestOpen: open.oldest, full, sliceMs })
    const listed = await archiveHistory(run, plan, open.vanished)
    plan = listed.plan
    const isComplete = listed.isDrained && (await followUpVanished(run, open, state, plan))

    const done = isComplete
      ? receipt({ Outcome: 'complete', ...coverage(plan, listed.lastSeen ?? open.begun) })
      : receipt({ Outcome: 'incomplete' })
    await job.ledger.putReceipt(done)
    if (isComplete) await job.ledger.complete(job.source, plan)
    return done
  } catch (error) {
    const failed = receipt({ Outcome: 'failed', Error: describe(error) })
    const unrecorded = await job.ledger.putReceipt(failed).then(
      () => [],
      (ledgerError: unknown) => [ledgerError],
    )
    throw new SweepError(failed, unrecorded.length > 0 ? new AggregateError([error, ...unrecorded]) : error)
  }
}

function begin(job: Sweep, startedAt: Date): Run {
  return {
    limits: DEFAULT_LIMITS,
    remainingMs: () => Number.MAX_SAFE_INTEGER,
    ...job,
    sweepId: newSweepId(startedAt),
    counts: {
      Pages: 0,
      Seen: 0,
      Archived: 0,
      Updated: 0,
      Unchanged: 0,
      Rejected: 0,
      Open: 0,
      MissedByRecent: 0,
      Restarts: 0,
    },
  }
}

/** The ends of sessions that a complete sweep could not miss: those the service still showed at its last page. */
function coverage(
  { CoversFrom = '', Begun }: Plan,
  lastSeen: Date,
): Pick<Receipt, 'CoversFrom' | 'CoversUntil'> {
  const stillShown = new Date(lastSeen.getTime() - SHOWN_MS).toISOString()
  return { CoversFrom: CoversFrom > stillShown ? CoversFrom : stillShown, CoversUntil: Begun }
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1000)
}
