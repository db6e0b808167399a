import { type DynamoDBDocumentClient, paginateScan, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { LONG_SECONDS, requireKnownSchema, type SessionRecord } from '../archive/record'
import { SESSIONS } from '../archive/tables'
import { answers, type Question } from './question'

type Index = keyof typeof SESSIONS.indexes
/** In the order of StartDate. */
type OrderedIndex = 'ByOwnerName' | 'ByTarget' | 'ByDay'

export interface Search {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
  readonly question: Question
  /** @default false */
  readonly newestFirst?: boolean
  readonly now: Date
  /** Sessions that a query may look at before it answers. @default - as many as 1 MB holds */
  readonly pageSize?: number
  /** Counts what the search reads, as it goes. */
  readonly reads: Reads
}

/** What a search has read so far. */
export interface Reads {
  readonly indexes: Set<Index>
  calls: number
  items: number
  readUnits: number
}

export const noReads = (): Reads => ({ indexes: new Set(), calls: 0, items: 0, readUnits: 0 })

/** No session is older: Session Manager was announced on that day. */
const FIRST_DAY = '2018-09-11'
/** Queries of days that are under way at the same time, each holding a page of at most 1 MB. */
const DAYS_AT_ONCE = 4
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Every session that answers the question, in the order of StartDate, then SessionId. Holds some pages,
 * however many there are.
 *
 * @throws DynamoDBServiceException when the client's own retries were in vain: what came before is not all
 * @throws NewerSchemaError where a later version wrote a record that had to be read
 */
export async function* findSessions(search: Search): AsyncGenerator<SessionRecord> {
  for await (const record of candidates(search))
    if (answers(search.question, record, search.now)) yield record
}

/** The index in which the least must be read. */
function indexFor({ open, ownerName, target }: Question): OrderedIndex | 'OpenSessions' {
  if (open) return 'OpenSessions'
  if (ownerName !== undefined) return 'ByOwnerName'
  return target !== undefined ? 'ByTarget' : 'ByDay'
}

/** Every session that could answer, and as few others as the index allows. */
async function* candidates(search: Search): AsyncGenerator<SessionRecord> {
  const { question, newestFirst = false } = search
  const { from = '', to, at } = question
  const index = indexFor(question)
  if (index === 'OpenSessions') {
    yield* sorted(search, await scan(search, index))
    return
  }
  const dayBefore = at === undefined ? '' : minus(at, LONG_SECONDS * 1000)
  const started: Span = {
    from: from > dayBefore ? from : dayBefore,
    until: at !== undefined && (to === undefined || at < to) ? at : to && minus(to, 1),
  }
  const others = from < dayBefore ? await startedBefore(search, dayBefore) : []
  const pages = index === 'ByDay' ? ofDays(search, started) : ofKey(search, index, started)
  if (!newestFirst) yield* others
  yield* tiesSorted(search, pages)
  if (newestFirst) yield* others
}

/** When sessions started. Both inclusive. */
interface Span {
  readonly from: string
  readonly until: string | undefined
}

/** Those that answer although they started long before: they are open, or were for long. */
async function startedBefore(search: Search, time: string): Promise<SessionRecord[]> {
  // In this order: a session that ends meanwhile leaves the first index for the second.
  const open = await scan(search, 'OpenSessions')
  const long = await scan(search, 'LongSessions')
  const byId = new Map([...open, ...long].map((record) => [record.SessionId, record]))
  return sorted(
    search,
    [...byId.values()].filter(({ StartDate }) => StartDate !== undefined && StartDate < time),
  )
}

/** The sessions of a sparse index that answer. */
async function scan(search: Search, index: Index): Promise<SessionRecord[]> {
  const { client, tableName, question, now } = search
  const found: SessionRecord[] = []
  const input = { TableName: tableName, IndexName: index, ReturnConsumedCapacity: 'TOTAL' } as const
  for await (const page of paginateScan({ client }, input))
    found.push(...count(search, index, page).filter((record) => answers(question, record, now)))
  return found
}

type Pages = AsyncGenerator<SessionRecord[]>

async function* ofKey(search: Search, index: 'ByOwnerName' | 'ByTarget', span: Span): Pages {
  const { ownerName, target } = search.question
  yield* query(search, index, String(index === 'ByOwnerName' ? ownerName : target), span)
}

/** Several days are read at the same time, and given in turn. */
async function* ofDays(search: Search, { from, until }: Span): Pages {
  const tomorrow = new Date(search.now.getTime() + DAY_MS).toISOString()
  const span = { from: from > FIRST_DAY ? from : FIRST_DAY, until: until ?? tomorrow }
  const days = daysOf(span)
  if (search.newestFirst) days.reverse()
  const underWay: { readonly pages: Pages; readonly first: Promise<IteratorResult<SessionRecord[]>> }[] = []
  const begin = () => {
    const day = days.shift()
    if (day === undefined) return
    const pages = query(search, 'ByDay', day, span)
    const first = pages.next()
    first.catch(() => {}) // awaited in its turn
    underWay.push({ pages, first })
  }
  for (let n = 0; n < DAYS_AT_ONCE; n++) begin()
  for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
    const { value, done } = await next.first
    begin()
    if (!done) yield value
    yield* next.pages
  }
}

function daysOf({ from, until = '' }: Span): string[] {
  const days: string[] = []
  for (let day = Date.parse(from.slice(0, 10)); day <= Date.parse(until); day += DAY_MS)
    days.push(new Date(day).toISOString().slice(0, 10))
  return days
}

/** Every page of a query. */
async function* query(search: Search, index: OrderedIndex, key: string, { from, until }: Span): Pages {
  const { client, tableName, newestFirst = false, pageSize } = search
  if (until !== undefined && until < from) return
  const { partitionKey, sortKey } = SESSIONS.indexes[index]
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: index,
        KeyConditionExpression: `#key = :key AND #start ${until === undefined ? '>= :from' : 'BETWEEN :from AND :until'}`,
        ExpressionAttributeNames: { '#key': partitionKey, '#start': sortKey },
        // Key values may not be empty; every date comes after a space.
        ExpressionAttributeValues: { ':key': key, ':from': from || ' ', ':until': until },
        ScanIndexForward: !newestFirst,
        Limit: pageSize,
        ExclusiveStartKey,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    )
    yield count(search, index, page)
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
}

interface Page {
  readonly Items?: Record<string, unknown>[] | undefined
  readonly ScannedCount?: number | undefined
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number | undefined } | undefined
}

function count({ reads }: Search, index: Index, page: Page): SessionRecord[] {
  reads.indexes.add(index)
  reads.calls += 1
  reads.items += page.ScannedCount ?? 0
  reads.readUnits += page.ConsumedCapacity?.CapacityUnits ?? 0
  const records = (page.Items ?? []) as SessionRecord[]
  records.forEach(requireKnownSchema)
  return records
}

/** An index gives sessions of the same StartDate in an order of its own. */
async function* tiesSorted(search: Search, pages: Pages): AsyncGenerator<SessionRecord> {
  let tied: SessionRecord[] = []
  for await (const page of pages)
    for (const record of page) {
      if (tied[0] !== undefined && tied[0].StartDate !== record.StartDate) {
        yield* sorted(search, tied)
        tied = []
      }
      tied.push(record)
    }
  yield* sorted(search, tied)
}

function sorted({ newestFirst }: Search, records: SessionRecord[]): SessionRecord[] {
  return newestFirst ? records.sort((a, b) => byStart(b, a)) : records.sort(byStart)
}

/** The order of answers: those without a StartDate come first. */
function byStart(a: SessionRecord, b: SessionRecord): number {
  const { StartDate: startA = '' } = a
  const { StartDate: startB = '' } = b
  if (startA !== startB) return startA < startB ? -1 : 1
  return a.SessionId < b.SessionId ? -1 : 1
}

function minus(time: string, milliseconds: number): string {
  return new Date(Date.parse(time) - milliseconds).toISOString()
}
