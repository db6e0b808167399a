import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { pMapIterable } from 'p-map'
import type { Table } from '../archive/batch-get'
import { LONG_SECONDS, requireKnownSchema, type SessionRecord } from '../archive/record'
import { chooseIndex, type IndexKey } from './choose-index'
import { merge } from './merge'
import { answers, type Question } from './question'
import { type Reader, readKey, readSparse, type Span, type SparseIndex } from './read-index'

export interface Search extends Reader {
  readonly question: Question
  /** @default false */
  readonly newestFirst?: boolean
  readonly now: Date
  /** Sessions that one query looks at. @default - as many as 1 MB holds */
  readonly pageSize?: number
}

/** Session Manager was announced on this day: no session is older, so none is looked for, in any index. */
export const FIRST_DAY = '2018-09-11'
/** Days that are queried at the same time, each holding a page of at most 1 MB. */
const DAYS_AT_ONCE = 4
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * The session of this id, or undefined if the archive does not have it.
 *
 * @throws NewerSchemaError if a later version wrote it
 */
export async function findSession(
  { client, tableName }: Table,
  SessionId: string,
): Promise<SessionRecord | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: { SessionId }, ConsistentRead: true }),
  )
  const record = Item as SessionRecord | undefined
  if (record !== undefined) requireKnownSchema(record)
  return record
}

/**
 * Every session that answers the question, sorted by StartDate, then SessionId. Holds a few pages in memory, however
 * many there are.
 *
 * @throws DynamoDBServiceException if the client's own retries did not help: the answer is incomplete then
 * @throws NewerSchemaError if a later version wrote a record that had to be read
 */
export async function* findSessions(search: Search): AsyncGenerator<SessionRecord> {
  const { question, newestFirst = false } = search
  const { from = '', to, at } = question
  const choice = chooseIndex(question)
  if (choice === 'OpenSessions') {
    yield* sorted(search, await findSparse(search, choice))
    return
  }
  const dayBefore = at === undefined ? '' : minus(at, LONG_SECONDS * 1000)
  const last = to === undefined ? minus(search.now.toISOString(), -DAY_MS) : minus(to, 1)
  const span = {
    from: [from, dayBefore, FIRST_DAY].reduce((a, b) => (a > b ? a : b)),
    until: at !== undefined && at < last ? at : last,
  }
  const others = from < dayBefore ? await startedBefore(search, dayBefore) : []
  const pages = choice === 'ByDay' ? pagesOfDays(search, span) : pagesOfKeys(search, choice, span)
  if (!newestFirst) yield* others
  yield* tiesSorted(search, pages)
  if (newestFirst) yield* others
}

/** Sessions that answer although they started long before: they are open, or lasted long. */
async function startedBefore(search: Search, time: string): Promise<SessionRecord[]> {
  // In this order: a session that ends meanwhile leaves the first index for the second.
  const open = await findSparse(search, 'OpenSessions')
  const long = await findSparse(search, 'LongSessions')
  const byId = new Map([...open, ...long].map((record) => [record.SessionId, record]))
  return sorted(
    search,
    [...byId.values()].filter(({ StartDate }) => StartDate !== undefined && StartDate < time),
  )
}

async function findSparse(search: Search, index: SparseIndex): Promise<SessionRecord[]> {
  const found: SessionRecord[] = []
  for await (const page of readSparse(search, index)) found.push(...answering(search, page))
  return found
}

function answering({ question, now }: Search, records: SessionRecord[]): SessionRecord[] {
  return records.filter((record) => answers(question, record, now))
}

type Pages = AsyncGenerator<SessionRecord[]>

/** Reads all keys at the same time, and merges what it finds by StartDate: a session that has two of them comes twice. */
function pagesOfKeys(search: Search, keys: readonly IndexKey[], span: Span): Pages {
  const { newestFirst = false, pageSize } = search
  const pages = keys.map((one) => readKey(search, { ...one, span, newestFirst, pageSize }))
  const [only] = pages
  return only !== undefined && pages.length === 1
    ? only
    : merge(pages.map(oneByOne), ([a], [b]) => inOrder(search, a, b) < 0)
}

async function* oneByOne(pages: Pages): AsyncGenerator<[SessionRecord]> {
  for await (const page of pages) for (const record of page) yield [record]
}

/** Reads several days at the same time, and returns them in turn. */
async function* pagesOfDays(search: Search, span: Span): Pages {
  const { newestFirst = false, pageSize } = search
  const days = daysOf(span)
  if (newestFirst) days.reverse()
  const open = async (key: string) => {
    const rest = readKey(search, { index: 'ByDay', key, span, newestFirst, pageSize })
    return { first: await rest.next(), rest }
  }
  for await (const { first, rest } of pMapIterable(days, open, { concurrency: DAYS_AT_ONCE })) {
    if (!first.done) yield first.value
    yield* rest
  }
}

function daysOf({ from, until }: Span): string[] {
  const days: string[] = []
  for (let day = Date.parse(from.slice(0, 10)); day <= Date.parse(until); day += DAY_MS)
    days.push(new Date(day).toISOString().slice(0, 10))
  return days
}

/** Sorts sessions with the same StartDate by SessionId, each once. */
async function* tiesSorted(search: Search, pages: Pages): AsyncGenerator<SessionRecord> {
  const tied = new Map<string, SessionRecord>()
  let start: string | undefined
  for await (const page of pages)
    for (const record of answering(search, page)) {
      if (record.StartDate !== start) {
        yield* sorted(search, [...tied.values()])
        tied.clear()
        start = record.StartDate
      }
      tied.set(record.SessionId, record)
    }
  yield* sorted(search, [...tied.values()])
}

function sorted(search: Search, records: SessionRecord[]): SessionRecord[] {
  return records.sort((a, b) => inOrder(search, a, b))
}

function inOrder({ newestFirst }: Search, a: SessionRecord, b: SessionRecord): number {
  return newestFirst ? byStart(b, a) : byStart(a, b)
}

/** Sessions without a StartDate come first. */
export function byStart(a: SessionRecord, b: SessionRecord): number {
  const { StartDate: startA = '' } = a
  const { StartDate: startB = '' } = b
  if (startA !== startB) return startA < startB ? -1 : 1
  return a.SessionId < b.SessionId ? -1 : 1
}

export function minus(time: string, milliseconds: number): string {
  return new Date(Date.parse(time) - milliseconds).toISOString()
}
