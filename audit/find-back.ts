import { LONG_SECONDS, type SessionRecord } from '../archive/record'
import { chooseIndex } from './choose-index'
import { byStart, FIRST_DAY, findSessions, minus, type Search } from './find-sessions'
import { answers, type Question } from './question'
import type { Reads } from './read-index'

/** Where an answer goes on, the newest session first. */
export interface Place {
  /** What started before follows. ISO 8601, UTC, milliseconds; empty: what has no StartDate. */
  readonly start: string
  /** A SessionId: what started at the same time and sorts before it follows as well. @default - nothing does */
  readonly id?: string
}

/** Sessions that may be looked at, and calls. A search that has used up either stops at the next StartDate. */
export interface Budget {
  readonly items: number
  readonly calls: number
}

export interface BackSearch extends Omit<Search, 'newestFirst'> {
  readonly reads: Reads
  readonly budget: Budget
  /** @default - from the newest on */
  readonly after?: Place
}

const MINUTE_MS = 60 * 1000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** A day's index takes a query per day, however few sessions it has. */
const GROWTH = { ByDay: { factor: 2, most: 16 * DAY_MS }, others: { factor: 8, most: 40_000 * DAY_MS } }
/** With fewer sessions in a span of time, the next is longer, and with more it is shorter. */
const [FEW, MANY] = [500, 2000]
/** If one of so many sessions answers, or fewer, all are looked at anyway: large pages take fewer calls. */
const RARE = 20

/**
 * The sessions that answer the question, the newest first, found in spans of time that go back. Whatever was not looked
 * at is told: an answer that few sessions give can be asked for piece by piece.
 *
 * @returns where to go on, or undefined if that was all
 */
export async function* findBack(search: BackSearch): AsyncGenerator<SessionRecord, Place | undefined> {
  const { question, reads, budget, now } = search
  let looked = 0
  const isSpent = () => looked >= budget.items || reads.calls >= budget.calls
  const last = lastStart(search)
  const first = firstInSpans(question)
  let [length, pageSize, found] = [HOUR_MS, search.pageSize, 0]
  for (let until = last; until > first; ) {
    if (isSpent()) return { start: until }
    const from = later(minus(until, length), first)
    const before = reads.items
    const all = { ...inIndex(question), from, to: until }
    let start: string | undefined
    for await (const record of findAfter({ ...search, pageSize }, all)) {
      if (start !== undefined && start !== record.StartDate && isSpent()) return { start }
      start = record.StartDate
      looked += 1
      if (!answers(question, record, now)) continue
      found += 1
      yield record
    }
    length = nextLength(question, length, reads.items - before)
    if (reads.items > FEW && found * RARE < reads.items) pageSize = undefined
    until = from
  }
  if (question.open) yield* findAfter(search, question)
  else if (question.at !== undefined) yield* findAfter(search, { ...question, to: earlier(first, last) })
  return undefined
}

/** What the index is asked for: what it has besides the answer is looked at here, so that a search can stop there. */
function inIndex(question: Question): Question {
  const choice = chooseIndex(question)
  if (typeof choice === 'string') return {}
  const { ownerNames, targets } = question
  return choice[0]?.index === 'ByOwnerKey' ? { ownerNames } : { targets }
}

/** Sessions of one answer that follow the place. */
async function* findAfter(search: BackSearch, question: Question): AsyncGenerator<SessionRecord> {
  const { after } = search
  const place = after?.id === undefined ? undefined : { SessionId: after.id, StartDate: after.start }
  for await (const record of findSessions({ ...search, question, newestFirst: true }))
    if (place === undefined || byStart(record, place as SessionRecord) < 0) yield record
}

/** Sessions that started then, or later, are not looked for. */
function lastStart({ question: { to, at }, after, now }: BackSearch): string {
  const bounds = [
    to ?? minus(now.toISOString(), -DAY_MS - 1),
    ...(at === undefined ? [] : [minus(at, -1)]),
    ...(after === undefined ? [] : [after.id === undefined ? after.start : justAfter(after.start)]),
  ]
  return bounds.reduce(earlier)
}

/** A session without a StartDate comes last. */
function justAfter(start: string): string {
  return start === '' ? '' : minus(start, -1)
}

/** Open sessions, and those that lasted long, have an index of their own: no span of time is looked at. */
function firstInSpans({ open, at, from = '' }: Question): string {
  if (open) return '~' // sorts after every time
  return later(from, at === undefined ? FIRST_DAY : minus(at, LONG_SECONDS * 1000))
}

function nextLength(question: Question, length: number, read: number): number {
  const { factor, most } = chooseIndex(question) === 'ByDay' ? GROWTH.ByDay : GROWTH.others
  if (read > MANY) return Math.max(MINUTE_MS, length / 4)
  return read < FEW ? Math.min(most, length * factor) : length
}

const earlier = (a: string, b: string) => (a < b ? a : b)
const later = (a: string, b: string) => (a > b ? a : b)
