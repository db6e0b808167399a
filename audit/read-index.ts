import { paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Table } from '../archive/batch-get'
import { requireKnownSchema, type SessionRecord } from '../archive/record'
import { SESSIONS } from '../archive/tables'

type Index = keyof typeof SESSIONS.indexes
/** These sort by StartDate. */
export type OrderedIndex = 'ByOwnerKey' | 'ByTarget' | 'ByTargetKey' | 'ByDay'
export type SparseIndex = 'OpenSessions' | 'LongSessions'

/** What has been read so far. */
export interface Reads {
  readonly indexes: Set<Index>
  calls: number
  items: number
  readUnits: number
}

export const newReads = (): Reads => ({ indexes: new Set(), calls: 0, items: 0, readUnits: 0 })

/** The Sessions table. */
export interface Reader extends Table {
  /** Counts what is read, as it is read. @default - not counted */
  readonly reads?: Reads
}

/** When sessions started. Both inclusive. */
export interface Span {
  readonly from: string
  readonly until: string
}

export interface KeyQuery {
  readonly index: OrderedIndex
  readonly key: string
  readonly span: Span
  readonly newestFirst: boolean
  /** @default - as many as 1 MB holds */
  readonly pageSize?: number
}

/** The sessions of one key, page by page. */
export async function* readKey(
  { client, tableName, reads }: Reader,
  { index, key, span: { from, until }, newestFirst, pageSize }: KeyQuery,
): AsyncGenerator<SessionRecord[]> {
  if (until < from) return
  const { partitionKey, sortKey } = SESSIONS.indexes[index]
  const pages = paginateQuery(
    { client, pageSize },
    {
      TableName: tableName,
      IndexName: index,
      KeyConditionExpression: '#key = :key AND #start BETWEEN :from AND :until',
      ExpressionAttributeNames: { '#key': partitionKey, '#start': sortKey },
      ExpressionAttributeValues: { ':key': key, ':from': from, ':until': until },
      ScanIndexForward: !newestFirst,
      ReturnConsumedCapacity: 'TOTAL',
    },
  )
  for await (const page of pages) yield recordsOf(page, index, reads)
}

/** All sessions of a sparse index, page by page. */
export async function* readSparse(
  { client, tableName, reads }: Reader,
  index: SparseIndex,
): AsyncGenerator<SessionRecord[]> {
  const input = { TableName: tableName, IndexName: index, ReturnConsumedCapacity: 'TOTAL' } as const
  for await (const page of paginateScan({ client }, input)) yield recordsOf(page, index, reads)
}

interface Page {
  readonly Items?: Record<string, unknown>[]
  readonly ScannedCount?: number
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number }
}

function recordsOf(page: Page, index: Index, reads: Reads | undefined): SessionRecord[] {
  if (reads !== undefined) {
    reads.indexes.add(index)
    reads.calls += 1
    reads.items += page.ScannedCount ?? 0
    reads.readUnits += page.ConsumedCapacity?.CapacityUnits ?? 0
  }
  const records = (page.Items ?? []) as SessionRecord[]
  records.forEach(requireKnownSchema)
  return records
}
