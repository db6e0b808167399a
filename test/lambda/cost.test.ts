import type { DatabaseCall } from '../support/database-proxy'
import { NOW, openStage } from '../support/stage'

const MINUTE_MS = 60 * 1000
const HOUR_MS = 60 * MINUTE_MS
const DAYS = 30
/** 1,000 take some minutes: `SESSIONS_A_DAY=1000 npx jest test/lambda/cost`. */
const SESSIONS_A_DAY = Number(process.env.SESSIONS_A_DAY ?? 100)

/** Evenly spread: most for minutes, some for hours. Times are epoch milliseconds. */
const sessions = Array.from({ length: DAYS * SESSIONS_A_DAY }, (_, n) => {
  const start = NOW.getTime() + Math.round((n * 24 * HOUR_MS) / SESSIONS_A_DAY)
  const minutes = n % 100 === 0 ? 7 * 60 : 1 + (n % 45)
  return { id: `s-${n}`, start, end: start + minutes * MINUTE_MS }
})

test('the cost of certainty, over a month of hourly sweeps', async () => {
  const stage = await openStage()
  stage.world.add(
    sessions.map(({ id, start, end }) => {
      const whileOpen = {
        SessionId: id,
        Status: 'Connected',
        StartDate: start / 1000,
        Owner: 'o',
        Target: 't',
      }
      return { startedAt: new Date(start), endedAt: new Date(end), whileOpen }
    }),
  )
  const actual = { writes: 0, listCalls: 0, readUnits: 0 }
  const exact = { writes: 0, listCalls: 0, readUnits: 0 }
  const seenOpen = new Set<string>()
  let lastComplete: { begun: number; oldestOpen: number } | undefined
  let lastFull = Number.NEGATIVE_INFINITY

  for (let hour = 1; hour <= DAYS * 24; hour++) {
    const now = NOW.getTime() + hour * HOUR_MS
    stage.world.clock.set(new Date(now))
    stage.proxy.calls.length = 0
    const { Pages, Kind, MissedByRecent } = await stage.sweep()
    actual.listCalls += Pages
    actual.writes += stage.recordWrites()
    actual.readUnits += stage.proxy.calls.reduce((units, call) => units + readUnits(call), 0)

    const open = sessions.filter(({ start, end }) => start <= now && now < end)
    const isFull = lastComplete === undefined || now - lastFull >= 23.5 * HOUR_MS
    const window = isFull ? 0 : Math.min(lastComplete?.begun ?? 0, lastComplete?.oldestOpen ?? 0) - HOUR_MS
    const listed = sessions.filter(({ start, end }) => start >= window && end <= now)
    for (const { id } of open) seenOpen.add(id)
    exact.listCalls += Math.max(1, Math.ceil(open.length / 200)) + Math.max(1, Math.ceil(listed.length / 200))
    exact.readUnits += (open.length + listed.length) / 2 + 1 + 1 // and the state, and the open sessions
    expect(Kind).toBe(isFull ? 'full' : 'recent')
    expect(MissedByRecent).toBe(0)
    if (isFull) lastFull = now
    lastComplete = { begun: now, oldestOpen: Math.min(now, ...open.map(({ start }) => start)) }
  }

  const ended = sessions.filter(({ end }) => end <= NOW.getTime() + DAYS * 24 * HOUR_MS)
  const everSeen = new Set([...ended.map(({ id }) => id), ...seenOpen])
  const endedAfterSeenOpen = ended.filter(({ id }) => seenOpen.has(id)).length
  exact.writes = everSeen.size + endedAfterSeenOpen
  console.table({ actual, exact, ratio: ratios(actual, exact) })
  expect(actual.writes).toBe(exact.writes)
  expect(actual.listCalls).toBeLessThanOrEqual(exact.listCalls * 1.1)
  expect(actual.readUnits).toBeLessThanOrEqual(exact.readUnits * 1.1)
  const records = await stage.records()
  expect(new Set(records.keys())).toEqual(everSeen)
  await stage.close()
}, 1_800_000)

/** Every item is below 4 KB: half a unit for an eventually consistent read of one, a whole one for a consistent read. */
function readUnits({ operation, body }: DatabaseCall): number {
  if (operation === 'GetItem' || operation === 'Query') return 1
  if (operation !== 'BatchGetItem') return 0
  const [{ Keys, ConsistentRead }] = Object.values<{ Keys: unknown[]; ConsistentRead: boolean }>(
    body.RequestItems,
  ) as [{ Keys: unknown[]; ConsistentRead: boolean }]
  return Keys.length * (ConsistentRead ? 1 : 0.5)
}

function ratios(actual: Record<string, number>, exact: Record<string, number>) {
  return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, value / (exact[name] ?? 0)]))
}
