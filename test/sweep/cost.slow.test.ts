import type { DatabaseCall } from '../support/database-proxy'
import { endedSession } from '../support/sessions'
import { useStage } from '../support/stage'
import { DAY, HOUR, MINUTE, NOW } from '../support/times'

const DAYS = 30
const SESSIONS_PER_DAY = 100

/** Evenly spread over the month. Most last minutes, some hours. */
const SESSIONS = Array.from({ length: DAYS * SESSIONS_PER_DAY }, (_, n) => {
  const start = NOW.getTime() + Math.round((n * DAY) / SESSIONS_PER_DAY)
  const minutes = n % 100 === 0 ? 7 * 60 : 1 + (n % 45)
  return { id: `s-${n}`, start, end: start + minutes * MINUTE }
})

const stage = useStage()

test('a month of hourly sweeps writes no record in vain, and costs little more than exact sweeps would', async () => {
  stage.world.add(
    SESSIONS.map(({ id, start, end }) =>
      endedSession(
        { SessionId: id, Owner: 'o', Target: 't' },
        { startedAt: new Date(start), endedAt: new Date(end) },
      ),
    ),
  )
  const actual = { writes: 0, listCalls: 0, readUnits: 0 }
  const exact = { writes: 0, listCalls: 0, readUnits: 0 }
  const seenOpen = new Set<string>()
  let last: { readonly begun: number; readonly oldestOpen: number } | undefined
  let lastFull = Number.NEGATIVE_INFINITY
  let missedByRecent = 0

  for (let hour = 1; hour <= DAYS * 24; hour++) {
    const now = NOW.getTime() + hour * HOUR
    stage.world.clock.set(new Date(now))
    stage.proxy.calls.length = 0
    const receipt = await stage.sweep()
    actual.listCalls += receipt.Pages
    actual.writes += stage.recordWrites()
    actual.readUnits += stage.proxy.calls.reduce((units, call) => units + readUnits(call), 0)
    missedByRecent += receipt.MissedByRecent

    const open = SESSIONS.filter(({ start, end }) => start <= now && now < end)
    for (const { id } of open) seenOpen.add(id)
    const isFull = last === undefined || now - lastFull >= 23.5 * HOUR
    expect({ hour, kind: receipt.Kind }).toEqual({ hour, kind: isFull ? 'full' : 'recent' })
    const window = last === undefined || isFull ? 0 : Math.min(last.begun, last.oldestOpen) - HOUR
    const listed = SESSIONS.filter(({ start, end }) => end <= now && start >= window)
    if (isFull) lastFull = now
    last = { begun: now, oldestOpen: Math.min(now, ...open.map(({ start }) => start)) }
    exact.listCalls += Math.max(1, Math.ceil(open.length / 200)) + Math.max(1, Math.ceil(listed.length / 200))
    exact.readUnits += (open.length + listed.length) / 2 + 2 // 1 each for STATE and the query of the open sessions
  }

  const end = NOW.getTime() + DAYS * DAY
  const ended = SESSIONS.filter((session) => session.end <= end)
  const everShown = new Set([...seenOpen, ...ended.map(({ id }) => id)])
  exact.writes = everShown.size + ended.filter(({ id }) => seenOpen.has(id)).length
  console.table({ actual, exact })
  expect(actual.writes).toBe(exact.writes)
  expect(actual.listCalls).toBeLessThanOrEqual(exact.listCalls * 1.1)
  expect(actual.readUnits).toBeLessThanOrEqual(exact.readUnits * 1.1)
  expect(missedByRecent).toBe(0)
  expect(new Set((await stage.records()).keys())).toEqual(everShown)
})

/** Every item is below 4 KB: an eventually consistent read of one takes half a unit, a consistent one a whole unit. */
function readUnits({ operation, body }: DatabaseCall): number {
  if (operation === 'GetItem' || operation === 'Query') return 1
  if (operation !== 'BatchGetItem') return 0
  const tables = Object.values<{ Keys: unknown[]; ConsistentRead: boolean }>(body.RequestItems)
  return tables.reduce(
    (units, { Keys, ConsistentRead }) => units + Keys.length * (ConsistentRead ? 1 : 0.5),
    0,
  )
}
