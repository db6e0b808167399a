import type { DatabaseCall } from './database-proxy'
import { endedSession } from './sessions'
import { openStage, type Stage } from './stage'
import { DAY, HOUR, MINUTE, NOW } from './times'

const DAYS = 30

export interface MonthOptions {
  readonly sessionsADay: number
  /** Days of sessions that are archived before the month begins. */
  readonly daysBefore: number
}

export interface Counts {
  /** Of records. */
  writes: number
  listCalls: number
  /** Eventually consistent reads count half. */
  readUnits: number
}

export interface Month {
  readonly actual: Counts
  /** What the exact window needs at least. */
  readonly exact: Counts
  /** New in the archive, of which so many were seen open first. */
  readonly sessions: number
  readonly seenOpen: number
  /** Ended sessions that the service showed in all, at each sweep. */
  readonly shown: number
  readonly missedByRecent: number
  /** As it is after the last sweep. */
  readonly stage: Stage
  /** Every SessionId that is to be in the archive. */
  readonly expected: ReadonlySet<string>
}

/** A month of hourly sweeps on a simulated clock, over sessions evenly spread: most for minutes, some for hours. */
export async function sweepMonth({ sessionsADay, daysBefore }: MonthOptions): Promise<Month> {
  const first = NOW.getTime() - daysBefore * DAY
  const sessions = Array.from({ length: (daysBefore + DAYS) * sessionsADay }, (_, n) => {
    const start = first + Math.round((n * DAY) / sessionsADay)
    const minutes = n % 100 === 0 ? 7 * 60 : 1 + (n % 45)
    return { id: `s-${n}`, start, end: start + minutes * MINUTE }
  })
  const stage = await openStage()
  stage.world.add(
    sessions.map(({ id, start, end }) =>
      endedSession(
        { SessionId: id, Owner: 'o', Target: 't' },
        { startedAt: new Date(start), endedAt: new Date(end) },
      ),
    ),
  )
  const actual = { writes: 0, listCalls: 0, readUnits: 0 }
  const exact = { writes: 0, listCalls: 0, readUnits: 0 }
  const seenOpen = new Set<string>()
  const before = new Set<string>()
  let lastComplete: { begun: number; oldestOpen: number } | undefined
  let lastFull = Number.NEGATIVE_INFINITY
  let shown = 0
  let missedByRecent = 0

  for (let hour = daysBefore === 0 ? 1 : 0; hour <= DAYS * 24; hour++) {
    const now = NOW.getTime() + hour * HOUR
    stage.world.clock.set(new Date(now))
    stage.proxy.calls.length = 0
    const receipt = await stage.sweep()
    const open = sessions.filter(({ start, end }) => start <= now && now < end)
    const ended = sessions.filter(({ end }) => end <= now && now < end + 30 * DAY)
    const isFull = lastComplete === undefined || now - lastFull >= 23.5 * HOUR
    if (receipt.Kind !== (isFull ? 'full' : 'recent'))
      throw new Error(`hour ${hour}: a ${receipt.Kind} sweep`)
    const window = isFull ? 0 : Math.min(lastComplete?.begun ?? 0, lastComplete?.oldestOpen ?? 0) - HOUR
    const listed = ended.filter(({ start }) => start >= window)
    if (isFull) lastFull = now
    lastComplete = { begun: now, oldestOpen: Math.min(now, ...open.map(({ start }) => start)) }
    if (hour === 0) {
      for (const { id } of [...open, ...ended]) before.add(id)
      continue
    }
    missedByRecent += receipt.MissedByRecent
    shown += ended.length
    for (const { id } of open) if (!before.has(id)) seenOpen.add(id)
    actual.listCalls += receipt.Pages
    actual.writes += stage.recordWrites()
    actual.readUnits += stage.proxy.calls.reduce((units, call) => units + readUnits(call), 0)
    exact.listCalls += Math.max(1, Math.ceil(open.length / 200)) + Math.max(1, Math.ceil(listed.length / 200))
    exact.readUnits += (open.length + listed.length) / 2 + 1 + 1 // and the state, and the open sessions
  }

  const end = NOW.getTime() + DAYS * DAY
  const all = sessions.filter((session) => session.end <= end || seenOpen.has(session.id))
  const added = all.filter(({ id }) => !before.has(id))
  const endedInIt = all.filter((session) => session.end > NOW.getTime() && session.end <= end)
  const endedAfterSeenOpen = endedInIt.filter(({ id }) => seenOpen.has(id) || before.has(id))
  exact.writes = added.length + endedAfterSeenOpen.length
  return {
    actual,
    exact,
    sessions: added.length,
    seenOpen: seenOpen.size,
    shown,
    missedByRecent,
    stage,
    expected: new Set(all.map(({ id }) => id)),
  }
}

/** Every item is below 4 KB: half a unit for an eventually consistent read of one, a whole one for a consistent read. */
function readUnits({ operation, body }: DatabaseCall): number {
  if (operation === 'GetItem' || operation === 'Query') return 1
  if (operation !== 'BatchGetItem') return 0
  const [{ Keys, ConsistentRead }] = Object.values<{ Keys: unknown[]; ConsistentRead: boolean }>(
    body.RequestItems,
  ) as [{ Keys: unknown[]; ConsistentRead: boolean }]
  return Keys.length * (ConsistentRead ? 1 : 0.5)
}
