import type { OpenSession } from '../archive/sessions-table'
import type { SweepState } from '../archive/sweep-state'
import { isLate, type Listed, type Run } from './run'
import { storePages } from './store-pages'

/** Times are ISO 8601, UTC, AWS's clock. */
export interface OpenNow {
  /** When the listing began. */
  readonly begunAt: string
  /** The earliest StartDate in the Active list. */
  readonly oldestStart: string | undefined
  /** Sessions that the archive knew as open and that are not in the Active list, by SessionId. */
  readonly vanished: ReadonlyMap<string, OpenSession>
}

/** A session that is in no list for this time is marked, instead of waiting for its end forever. */
const GIVE_UP_MS = 48 * 60 * 60 * 1000

/** Upper bound from seeing a session to writing it: twice Lambda's 15 minutes. */
const LONGEST_WRITE_MS = 30 * 60 * 1000

/** A number outside of these is no date of a session, epoch seconds. */
const [FIRST_DATE, LAST_DATE] = [0, 8.64e12]

/** Archives the sessions that are open. */
export async function archiveOpenSessions(run: Run): Promise<OpenNow> {
  const known = await run.sessions.openSessions(run.source)
  const vanished = new Map(known.map((session) => [session.SessionId, session]))
  const begins: string[] = []
  const starts: number[] = []
  await storePages(run, {
    state: 'Active',
    onStored: ({ sessions, seenFrom }) => {
      begins.push(seenFrom)
      for (const { SessionId, StartDate } of sessions) {
        vanished.delete(String(SessionId))
        if (isDate(StartDate)) starts.push(StartDate)
      }
    },
  })
  const [begunAt] = begins.sort()
  if (begunAt === undefined) throw new Error('the Active list had no page')
  const oldest = starts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return {
    begunAt,
    oldestStart: starts.length === 0 ? undefined : new Date(Math.floor(oldest * 1000)).toISOString(),
    vanished,
  }
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= FIRST_DATE && value <= LAST_DATE
}

/**
 * Looks up the sessions that are in neither list: one that stays missing has its end marked as unknown.
 *
 * @returns whether there was time for all of them
 */
export async function followUpVanished(
  run: Run,
  { begunAt, vanished }: OpenNow,
  { found }: Listed,
  { LastCompleteAt = '' }: SweepState,
): Promise<boolean> {
  const isOver = (missingSince: string) => Date.parse(begunAt) - Date.parse(missingSince) >= GIVE_UP_MS
  const isWhole = run.plan?.Kind === 'full' && !run.plan.Sliced
  for (const { SessionId, ObservedAt, MissingSince } of vanished.values()) {
    if (found.has(SessionId)) continue
    if (isLate(run)) return false
    const ended = await hasEnded(run, SessionId)
    if (ended) continue
    if (MissingSince === undefined)
      await run.sessions.markMissing(SessionId, begunAt, lastKnownActive(ObservedAt, LastCompleteAt))
    else if (isOver(MissingSince) && (isWhole || ended === false))
      await run.sessions.markEndUnknown(SessionId, run.source)
  }
  return true
}

/**
 * A session recorded well before the last complete sweep began was seen open by that sweep (or it would be marked
 * already). One recorded shortly before may have been unknown to it: then the observation counts.
 */
function lastKnownActive(observedAt: string, lastCompleteAt: string): string {
  const wasKnown = Date.parse(lastCompleteAt) - Date.parse(observedAt) > LONGEST_WRITE_MS
  return wasKnown ? lastCompleteAt : observedAt
}

/**
 * Whether the history has the session, which is then archived as ended. Undefined if the look-up took too many pages:
 * AWS may apply the filter to pages that are cut already. A full sweep that was not sliced has then seen the history.
 */
async function hasEnded(run: Run, sessionId: string): Promise<boolean | undefined> {
  let found = false
  const isDrained = await storePages(run, {
    state: 'History',
    filters: [{ key: 'SessionId', value: sessionId }],
    stopAfter: (pages) => pages === run.limits.pagesBeforeEstimate,
    onStored: ({ sessions }) => {
      found ||= sessions.length > 0
    },
  })
  if (found) return true
  return isDrained ? false : undefined
}
