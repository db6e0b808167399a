import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { State } from '../archive/record'
import { UpsertError, type Upserted } from '../archive/session-store'
import type { Answer } from './describe-sessions'
import { listSessions } from './list-sessions'
import type { Run } from './sweep'

export interface Pages {
  readonly state: State
  readonly filters?: readonly SessionFilter[]
  /** Asked when a page has come, with how many have: no further page is requested where it says so. */
  readonly stopAfter?: (pages: number) => boolean
  /** Called for each page once it is stored. */
  readonly onStored?: (page: Answer, upserted: Upserted) => void
}

/**
 * Reads and writes at the same time: while one page is stored, the next is on its way. Holds two pages.
 *
 * @returns whether the list was drained
 */
export async function archivePages(
  run: Run,
  { state, filters = [], stopAfter, onStored }: Pages,
): Promise<boolean> {
  const pages = listSessions({
    ssm: run.ssm,
    state,
    filters,
    pageSize: run.limits.pageSize,
    onRestart: () => {
      run.counts.Restarts += 1
    },
  })
  let coming = pages.next()
  for (let number = 1; ; number++) {
    const { done, value: page } = await coming
    if (done) return true
    const isLast = page.nextToken === undefined
    const stops = !isLast && stopAfter?.(number) === true
    if (!stops) {
      coming = pages.next()
      coming.catch(() => {}) // awaited above, after this page is stored
    }
    const upserted = await archivePage(run, state, page)
    onStored?.(page, upserted)
    run.onPage?.(run.counts)
    if (stops) return false
  }
}

async function archivePage(run: Run, state: State, page: Answer): Promise<Upserted> {
  const { source, sweepId, store, counts } = run
  const { sessions, seenFrom, seenUntil } = page
  counts.Pages += 1
  counts.Seen += sessions.length
  try {
    const upserted = await store.upsert(
      sessions.map((session) => ({ session, state, source, sweepId, seenFrom, seenUntil })),
    )
    await count(run, upserted)
    return upserted
  } catch (error) {
    if (error instanceof UpsertError) await count(run, error.upserted)
    throw error
  }
}

async function count({ counts, ledger, source, sweepId }: Run, upserted: Upserted): Promise<void> {
  counts.Archived += upserted.archived.length
  counts.Updated += upserted.updated.length
  counts.Unchanged += upserted.unchanged
  counts.Rejected += upserted.rejected.length
  for (const rejection of upserted.rejected) await ledger.putRejected(source, sweepId, rejection)
}
