import type { OpenSession } from '../archive/sessions-table'
import type { Plan, SourceState } from '../archive/sweeps-table'
import { archivePages } from './store-pages'
import type { Run } from './sweep'

export interface OpenNow {
  /** When the listing began, by the service's clock. */
  readonly begun: Date
  /** The earliest StartDate in the Active list. */
  readonly oldest: Date | undefined
  /** What was open as far as the archive knew, and is not in the Active list, by SessionId. */
  readonly vanished: Map<string, OpenSession>
}

/** A session in no list for so long is marked, instead of waiting for its end for ever. */
const GIVE_UP_MS = 48 * 60 * 60 * 1000

/** Between an observation and its record; no function lives longer than half of it. */
const LONGEST_WRITE_MS = 30 * 60 * 1000

/** Archives the sessions that are open. */
export async function archiveOpen(run: Run): Promise<OpenNow> {
  const known = await run.store.openSessions(run.source)
  const vanished = new Map(known.map((session) => [session.SessionId, session]))
  let begun: Date | undefined
  let oldest: number | undefined
  await archivePages(run, {
    state: 'Active',
    onStored: ({ sessions, seenFrom }) => {
      if (begun === undefined || seenFrom < begun) begun = seenFrom
      run.counts.Open += sessions.length
      for (const { SessionId, StartDate } of sessions) {
        vanished.delete(String(SessionId))
        if (typeof StartDate === 'number') oldest = Math.min(oldest ?? StartDate, StartDate)
      }
    },
  })
  if (begun === undefined) throw new Error('the Active list had no page')
  return { begun, oldest: oldest === undefined ? undefined : new Date(Math.floor(oldest * 1000)), vanished }
}

/**
 * Looks up the sessions that are in neither list: one that stays missing has its end marked as unknown.
 *
 * @returns whether there was time for all of them
 */
export async function followUpVanished(
  run: Run,
  { vanished }: OpenNow,
  { CompleteBegun = '' }: SourceState,
  { Begun }: Plan,
): Promise<boolean> {
  for (const { SessionId, ObservedAt, MissingSince } of vanished.values()) {
    if (run.remainingMs() < run.limits.reserveMs) return false
    if (await hasEnded(run, SessionId)) continue
    if (MissingSince === undefined) {
      await run.store.markMissing(SessionId, new Date(Begun), lastKnownActive(ObservedAt, CompleteBegun))
    } else if (Date.parse(Begun) - Date.parse(MissingSince) >= GIVE_UP_MS) {
      await run.store.markEndUnknown(SessionId, run.source)
    }
  }
  return true
}

/**
 * The last complete sweep saw as open whatever it knew to be open, or it would be marked already. What was
 * observed shortly before may have been written later, by another sweep: that it did not know.
 */
function lastKnownActive(observedAt: string, completeBegun: string): string {
  const wasKnown = Date.parse(completeBegun) - Date.parse(observedAt) > LONGEST_WRITE_MS
  return wasKnown ? completeBegun : observedAt
}

/** Whether the history has the session, which is then archived as ended. */
async function hasEnded(run: Run, sessionId: string): Promise<boolean> {
  let found = false
  await archivePages(run, {
    state: 'History',
    filters: [{ key: 'SessionId', value: sessionId }],
    onStored: ({ sessions }) => {
      found ||= sessions.length > 0
    },
  })
  return found
}
