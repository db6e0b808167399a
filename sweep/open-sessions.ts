import { expiry } from '../archive/expiry'
import type { OpenSession } from '../archive/sessions-table'
import type { SweepState } from '../archive/sweep-state'
import { lookUpSession } from './look-up-session'
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
  /** If not, what has vanished is not known, and the sweep cannot be complete. */
  readonly isDrained: boolean
}

/** A session that is in no list for this time is marked, instead of waiting for its end forever. */
const GIVE_UP_MS = 48 * 60 * 60 * 1000

/** Upper bound from seeing a session to writing it: twice Lambda's 15 minutes. */
const LONGEST_WRITE_MS = 30 * 60 * 1000

/** A number outside of these is no date of a session, epoch seconds. */
const [FIRST_DATE, LAST_DATE] = [0, 8.64e12]

/** Archives the sessions that are open. Half of the time is left for the history. */
export async function archiveOpenSessions(run: Run): Promise<OpenNow> {
  const known = await run.sessions.openSessions(run.source)
  const vanished = new Map(known.map((session) => [session.SessionId, session]))
  const begins: string[] = []
  const starts: number[] = []
  const half = run.remainingMs() / 2
  const isDrained = await storePages(run, {
    state: 'Active',
    stopAfter: () => run.remainingMs() < half,
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
    vanished: isDrained ? vanished : new Map(),
    isDrained,
  }
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= FIRST_DATE && value <= LAST_DATE
}

/**
 * Marks the sessions that are in neither list, then looks them up by SessionId as far as there is time: one that
 * stays missing has its end marked as unknown. Whoever is not looked up now is by the next sweep.
 */
export async function followUpVanished(
  run: Run,
  { begunAt, vanished }: OpenNow,
  { plan, found }: Listed,
  { LastCompleteAt = '' }: SweepState,
): Promise<void> {
  const missing = [...vanished.values()].filter(({ SessionId }) => !found.has(SessionId))
  const isNew = ({ MissingSince }: OpenSession) => MissingSince === undefined
  const unmarked = missing.filter(isNew)
  await Promise.all(
    unmarked.map(({ SessionId, ObservedAt }) =>
      run.sessions.markMissing(SessionId, begunAt, lastKnownActive(ObservedAt, LastCompleteAt)),
    ),
  )
  const isWhole = plan.Kind === 'full' && !plan.Sliced
  let canLookUp = true
  for (const { SessionId, ObservedAt, MissingSince = begunAt } of [
    ...unmarked,
    ...missing.filter((one) => !isNew(one)),
  ]) {
    if (isLate(run)) return
    const ended: boolean | undefined = canLookUp ? await lookUpSession(run, 'History', SessionId) : undefined
    canLookUp &&= ended !== undefined
    const isOver = Date.parse(begunAt) - Date.parse(MissingSince) >= GIVE_UP_MS
    const givenUp = { State: 'Active', EndUnknown: true, MissingSince, ObservedAt } as const
    if (isOver && (ended === false || (ended === undefined && isWhole)))
      await run.sessions.markEndUnknown(
        SessionId,
        run.source,
        MissingSince,
        expiry(givenUp, run.retentionDays),
      )
  }
}

/**
 * A session recorded well before the last complete sweep began was seen open by that sweep (or it would be marked
 * already). One recorded shortly before may have been unknown to it: then the observation counts.
 */
function lastKnownActive(observedAt: string, lastCompleteAt: string): string {
  const wasKnown = Date.parse(lastCompleteAt) - Date.parse(observedAt) > LONGEST_WRITE_MS
  return wasKnown ? lastCompleteAt : observedAt
}
