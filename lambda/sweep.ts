import type { SSMClient } from '@aws-sdk/client-ssm'
import { type SessionStore, UpsertError, type Upserted } from '../archive/session-store'
import { type Source, sourceKey } from '../archive/source'
import { newSweepId, type Receipt, type SweepLedger } from '../archive/sweep-ledger'
import { version } from '../package.json'
import { listSessions, type Page } from './list-sessions'

export interface Sweep {
  readonly source: Source
  /** Of the source's region. */
  readonly ssm: SSMClient
  readonly store: SessionStore
  readonly ledger: SweepLedger
  readonly now: () => Date
  /** Called after each page with the counts so far. */
  readonly onPage?: (progress: Progress) => void
}

export type Progress = Pick<
  Receipt,
  'Pages' | 'Seen' | 'Archived' | 'Updated' | 'Unchanged' | 'Rejected' | 'Restarts'
>

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

type Mutable<T> = { -readonly [member in keyof T]: T[member] }

/**
 * Archives every session of the source's history and leaves a receipt.
 *
 * @throws SweepError
 */
export async function sweep(job: Sweep): Promise<Receipt> {
  const startedAt = job.now()
  const sweepId = newSweepId(startedAt)
  const progress: Mutable<Progress> = {
    Pages: 0,
    Seen: 0,
    Archived: 0,
    Updated: 0,
    Unchanged: 0,
    Rejected: 0,
    Restarts: 0,
  }
  const receipt = (outcome: Pick<Receipt, 'Outcome' | 'Error'>): Receipt => ({
    Source: sourceKey(job.source),
    SweepId: sweepId,
    Kind: 'full',
    StartedAt: startedAt.toISOString(),
    FinishedAt: job.now().toISOString(),
    ...progress,
    ...outcome,
    Version: version,
  })

  try {
    await archiveHistory(job, sweepId, progress)
    const complete = receipt({ Outcome: 'complete' })
    await job.ledger.putReceipt(complete)
    return complete
  } catch (error) {
    const failed = receipt({ Outcome: 'failed', Error: describe(error) })
    const unrecorded = await job.ledger.putReceipt(failed).then(
      () => [],
      (ledgerError: unknown) => [ledgerError],
    )
    throw new SweepError(failed, unrecorded.length > 0 ? new AggregateError([error, ...unrecorded]) : error)
  }
}

/** Reads and writes at the same time: while one page is stored, the next is on its way. Holds two pages. */
async function archiveHistory(job: Sweep, sweepId: string, progress: Mutable<Progress>): Promise<void> {
  const pages = listSessions({ ssm: job.ssm, state: 'History', now: job.now })
  let coming = pages.next()
  for (;;) {
    const { done, value: page } = await coming
    if (done) return
    coming = pages.next()
    coming.catch(() => {}) // awaited above, after this page is stored
    progress.Pages += 1
    progress.Seen += page.sessions.length
    progress.Restarts = page.restarts
    await archivePage(job, sweepId, page, progress)
    job.onPage?.(progress)
  }
}

async function archivePage(
  { source, store, ledger }: Sweep,
  sweepId: string,
  page: Page,
  progress: Mutable<Progress>,
): Promise<void> {
  const observations = page.sessions.map((session) => ({
    session,
    state: 'History' as const,
    source,
    observedAt: page.requestedAt,
  }))
  const count = async ({ archived, updated, unchanged, rejected }: Upserted) => {
    progress.Archived += archived
    progress.Updated += updated
    progress.Unchanged += unchanged
    progress.Rejected += rejected.length
    for (const rejection of rejected) await ledger.putRejected(source, sweepId, rejection)
  }
  try {
    await count(await store.upsert(observations))
  } catch (error) {
    if (error instanceof UpsertError) await count(error.upserted)
    throw error
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 1000)
}
