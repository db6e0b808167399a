import { setImmediate } from 'node:timers/promises'
import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { List, Session } from '../archive/record'
import { UpsertError, type Upserted, upsert } from '../archive/upsert'
import type { Answer } from './describe-sessions'
import { listSessions } from './list-sessions'
import type { Run } from './run'

export interface Pages {
  readonly state: List
  readonly filters?: readonly SessionFilter[]
  /** Where to go on. @default - from the beginning */
  readonly nextToken?: string
  /** Called with the numbers of pages and sessions received; return true to stop. */
  readonly stopAfter?: (pages: number, sessions: number) => boolean
  /** Called for each page once it and all pages before it are stored. */
  readonly onStored: (page: Answer) => void | Promise<void>
}

/**
 * Stores every page of a list. Two pages are stored while the next one is on its way: three are in memory.
 *
 * @returns whether the list was drained
 */
export async function storePages(
  run: Run,
  { state, filters = [], nextToken, stopAfter, onStored }: Pages,
): Promise<boolean> {
  const pages = listSessions({
    ssm: run.ssm,
    state,
    filters,
    pageSize: run.limits.pageSize,
    nextToken,
    onRestart: () => {
      run.counts.Restarts += 1
      run.expectNew = false
    },
  })
  const store = async (page: Answer, expectNew: boolean, stored: Promise<void>) => {
    await storePage(run, state, page, expectNew)
    await stored
    await onStored(page)
    run.onPage?.(run.counts)
  }
  let coming = pages.next()
  let before: readonly Session[] = []
  let storing = Promise.resolve()
  let isDrained = false
  let sessions = 0
  try {
    for (let number = 1, stops = false; !stops; number++) {
      const { done, value: page } = await coming
      if (done) {
        isDrained = true
        break
      }
      sessions += page.sessions.length
      stops = page.nextToken !== undefined && stopAfter?.(number, sessions) === true
      if (!stops) {
        coming = pages.next()
        coming.catch(() => {}) // awaited above, after the page before this one is stored
        await setImmediate() // the request leaves before this page keeps the processor busy
      }
      const stored = storing
      const isShifted = haveOneInCommon(before, page.sessions)
      if (isShifted) await stored
      storing = store(page, run.expectNew && !isShifted, stored)
      storing.catch(() => {}) // awaited as `stored`, or below
      await stored
      if (page.sessions.length > 0) before = page.sessions
    }
  } catch (error) {
    await storing.catch(() => {}) // what can be kept is kept
    throw error
  }
  await storing
  return isDrained
}

/**
 * When the list shifts, two consecutive pages can share a session. Storing both at once would count it as new twice.
 */
function haveOneInCommon(page: readonly Session[], next: readonly Session[]): boolean {
  const ids = new Set(page.map(({ SessionId }) => SessionId))
  return next.some(({ SessionId }) => ids.has(SessionId))
}

async function storePage(run: Run, state: List, page: Answer, expectNew: boolean): Promise<void> {
  const { source, accountName, sweepId, retentionDays, lookUpTargets, counts } = run
  const { sessions, seenFrom, seenUntil } = page
  const seen = { state, source, accountName, sweepId, seenFrom, seenUntil }
  const observations = sessions.map((session, n) => ({ ...seen, session, rawJson: () => page.rawJson(n) }))
  try {
    const upserted = await upsert(run.sessions, observations, { retentionDays, expectNew, lookUpTargets })
    if (upserted.archived.length < sessions.length / 2) run.expectNew = false
    await count(run, upserted)
  } catch (error) {
    if (error instanceof UpsertError) await count(run, error.upserted)
    throw error
  } finally {
    counts.Pages += 1
    counts.Seen += sessions.length
    if (state === 'Active') counts.Open += sessions.length
    run.lastSessionAt = lastSession(state, page, run.lastSessionAt)
  }
}

/** The latest time at which one of the sessions is known to have started, ended or been open. */
function lastSession(state: List, { sessions, seenUntil }: Answer, before: string | undefined) {
  if (sessions.length === 0) return before
  if (state === 'Active') return seenUntil
  const now = Date.parse(seenUntil)
  const times = sessions
    .flatMap(({ StartDate, EndDate }) => [StartDate, EndDate])
    .flatMap((time) => (typeof time === 'number' && time >= 0 && time * 1000 <= now ? [time * 1000] : []))
  const latest = times.reduce((a, b) => Math.max(a, b), Date.parse(before ?? '') || 0)
  return latest === 0 ? before : new Date(latest).toISOString()
}

async function count({ counts, plan, sweeps, source, sweepId }: Run, upserted: Upserted): Promise<void> {
  const { archived, updated, unchanged, rejected } = upserted
  counts.Archived += archived.length
  counts.Updated += updated
  counts.Unchanged += unchanged
  counts.Rejected += rejected.length
  counts.MissedByRecent += archived.filter(({ StartDate }) => wasMissed(plan, StartDate)).length
  for (const rejection of rejected) await sweeps.putRejected(source, sweepId, rejection)
}

/** Whether no recent sweep would have been shown a session that is new in the archive. */
function wasMissed(plan: Run['plan'], startDate: string | undefined): boolean {
  const { Kind, RecentFrom } = plan ?? {}
  if (Kind !== 'full' || RecentFrom === undefined) return false
  return startDate === undefined || Date.parse(startDate) < Date.parse(RecentFrom)
}
