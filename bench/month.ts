import { toRecord } from '../archive/to-record'
import { generateSessions } from '../emulator/generate'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const PAGE = 200
const NOW = new Date('2026-11-24T00:00:00Z')

/** What a month of hourly sweeps does, in the long run: the history is full when it begins. */
export interface Month {
  readonly sessions: number
  /** The average record's size in the table. */
  readonly bytes: number
  /** Of the table and its indexes. */
  readonly writeUnits: number
  readonly readUnits: number
  readonly listCalls: number
}

/**
 * Counts by the exact window, as test/lambda/cost.test.ts proves the archiver to do, over made-up sessions.
 *
 * @param sample sessions to generate; the counts are scaled from them
 */
export function countMonth(sessions: number, sample = Math.min(sessions, 100_000)): Month {
  const scale = sessions / sample
  const lives = [...generateSessions({ count: sample, seed: 1, now: NOW })]
  const spans = lives
    .map(({ startedAt, endedAt }) => ({
      start: startedAt.getTime(),
      end: endedAt === undefined ? Number.POSITIVE_INFINITY : endedAt.getTime(),
    }))
    .sort((a, b) => a.start - b.start)
  const records = lives.slice(0, 2_000).map(recordOf)
  const bytes = mean(records.map(itemBytes))
  const units = mean(records.map((record) => Math.ceil(itemBytes(record) / 1024)))

  const begin = NOW.getTime() - 30 * DAY_MS
  let seenOpen = 0
  let readUnits = 0
  let listCalls = 0
  for (let hour = 1; hour <= 720; hour++) {
    const now = begin + hour * HOUR_MS
    const openThen = (time: number) => spans.filter(({ start, end }) => start <= time && time < end)
    const open = openThen(now)
    seenOpen += open.filter(({ start }) => start > now - HOUR_MS).length
    const oldest = Math.min(now - HOUR_MS, ...openThen(now - HOUR_MS).map(({ start }) => start))
    const listed =
      hour % 24 === 0
        ? sample // the whole history, which is as long as the month
        : spans.filter(({ start, end }) => start >= oldest - HOUR_MS && end <= now).length
    readUnits += ((open.length + listed) * scale) / 2 + 2
    listCalls +=
      Math.max(1, Math.ceil((open.length * scale) / PAGE)) + Math.max(1, Math.ceil((listed * scale) / PAGE))
  }
  // First seen ended: the table and three indexes. First seen open: those and OpenSessions, and all again at its end.
  const writes = sample * 4 + seenOpen * (1 + 4 + 1)
  return { sessions, bytes, writeUnits: writes * scale * units, readUnits, listCalls }
}

function recordOf(life: ReturnType<typeof generateSessions> extends Generator<infer Life> ? Life : never) {
  const record = toRecord({
    session: JSON.parse(JSON.stringify(life.afterEnd ?? life.whileOpen)),
    state: 'History',
    source: { accountId: '111122223333', region: 'us-east-1' },
    sweepId: '2026-11-24T03:29:08.652Z-b3ea2e2b',
    seenFrom: NOW.toISOString(),
    seenUntil: NOW.toISOString(),
  })
  return record
}

/** As DynamoDB counts: the UTF-8 of names and texts, numbers by their digits. */
function itemBytes(item: object): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  )
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  return typeof value === 'object' && value !== null ? 3 + itemBytes(value) : 1
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
