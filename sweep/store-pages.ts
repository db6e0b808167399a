import { setImmediate } from 'node:timers/promises'
import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { Session, State } from '../archive/record'
import { UpsertError, type Upserted } from '../archive/sessions-table'
import type { Answer } from './describe-sessions'
import { listSessions } from './list-sessions'
import type { Run } from './sweep'

export interface Pages {
  readonly state: State
  readonly filters?: readonly SessionFilter[]
  /** Asked when a page has come, with how many have: no further page is requested where it says so. */
  readonly stopAfter?: (pages: number) => boolean
  /** Called for each page once it is stored, which may be before the page before it. */
  readonly onStored?: (page: Answer, upserted: Upserted) => void
}

/**
 * Reads and writes at the same time: while two pages are stored, the next is on its way. Holds three pages.
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
  const store = async (page: Answer) => {
    const upserted = await archivePage(run, state, page)
    onStored?.(page, upserted)
    run.onPage?.(run.counts)
  }
  let coming = pages.next()
  let before: readonly Session[] = []
  let storing = Promise.resolve()
  let isDrained = false
  try {
    for (let number = 1, stops = false; !stops; number++) {
      const { done, value: page } = await coming
      if (done) {
        isDrained = true
        break
      }
      stops = page.nextToken !== undefined && stopAfter?.(number) === true
      if (!stops) {
        coming = pages.next()
        coming.catch(() => {}) // awaited above, after the page before this one is stored
        await setImmediate() // the request leaves before this page keeps the processor busy
      }
      const stored = storing
      if (haveOneInCommon(before, page.sessions)) await stored
      storing = store(page)
      storing.catch(() => {}) // awaited as `stored`, or below
      await stored
      before = page.sessions
    }
  } catch (error) {
    await storing.catch(() => {}) // what can be kept is kept
    throw error
  }
  await storing
  return isDrained
}

/** A list that changes shows a session again on the next page: that would be taken for new twice. */
function haveOneInCommon(page: readonly Session[], next: readonly Session[]): boolean {
  const ids = new Set(page.map(({ SessionId }) => SessionId))
  return next.some(({ SessionId }) => ids.has(SessionId))
}

async function archivePage(run: Run, state: State, page: Answer): Promise<Upserted> {
  const { source, sweepId, store, counts } = run
  const { sessions, seenFrom, seenUntil } = page
  try {
    const upserted = await store.upsert(
      sessions.map((session) => ({ session, state, source, sweepId, seenFrom, seenUntil })),
    )
    await count(run, upserted)
    return upserted
  } catch (error) {
    if (error instanceof UpsertError) await count(run, error.upserted)
    throw error
  } finally {
    counts.Pages += 1
    counts.Seen += sessions.length
  }
}

async function count({ counts, ledger, source, sweepId }: Run, upserted: Upserted): Promise<void> {
  counts.Archived += upserted.archived.length
  counts.Updated += upserted.updated.length
  counts.Unchanged += upserted.unchanged
  counts.Rejected += upserted.rejected.length
  for (const rejection of upserted.rejected) await ledger.putRejected(source, sweepId, rejection)
}
