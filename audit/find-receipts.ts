import { paginateQuery, ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Table } from '../archive/batch-get'
import type { Receipt } from '../archive/receipt'
import { type Coverage, coverage, type Proof } from './coverage'
import { countRejected } from './find-rejected'
import { merge } from './merge'

export interface SourceCoverage extends Coverage {
  readonly source: string
  /** Sessions that could not be stored as records. */
  readonly rejected: number
}

/** Every source that was swept. Reads one item per source. */
export async function findSources({ client, tableName }: Table): Promise<string[]> {
  const sources = new Set<string>()
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(new ScanCommand({ TableName: tableName, Limit: 1, ExclusiveStartKey }))
    const [item] = page.Items ?? []
    if (item !== undefined) sources.add(String(item.Source))
    // Skip to the next source.
    ExclusiveStartKey = page.LastEvaluatedKey && { ...page.LastEvaluatedKey, ItemId: '\u{10ffff}' }
  } while (ExclusiveStartKey !== undefined)
  return [...sources].sort()
}

/**
 * The receipts of a source, newest first.
 *
 * @param pageSize receipts that one query reads; by default as many as 1 MB holds
 */
export async function* findReceipts(
  { client, tableName }: Table,
  source: string,
  pageSize?: number,
): AsyncGenerator<Receipt> {
  const pages = paginateQuery(
    { client, pageSize },
    {
      TableName: tableName,
      // The id of a sweep begins with its time; other items of a source begin with a letter.
      KeyConditionExpression: '#source = :source AND ItemId < :letters',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':source': source, ':letters': 'A' },
      ScanIndexForward: false,
    },
  )
  for await (const { Items = [] } of pages) yield* Items as Receipt[]
}

/** The receipts of several sources, newest first. */
export function findAllReceipts(sweeps: Table, sources: readonly string[]): AsyncGenerator<Receipt> {
  const streams = sources.map((source) => findReceipts(sweeps, source))
  return merge(streams, (a, b) => a.ItemId > b.ItemId)
}

/** The receipt of the last complete sweep of a source. Most sources have it among their newest. */
export async function findLastComplete(sweeps: Table, source: string): Promise<Receipt | undefined> {
  for await (const receipt of findReceipts(sweeps, source, 100))
    if (receipt.Outcome === 'complete') return receipt
  return undefined
}

/** What the receipts of each source prove by now, and how many of its sessions could not be stored. */
export async function findCoverage(
  sweeps: Table,
  sources: readonly string[],
  now: Date,
): Promise<SourceCoverage[]> {
  return Promise.all(
    sources.map(async (source) => {
      const rejected = await countRejected(sweeps, source)
      const proofs: Proof[] = []
      for await (const { Outcome, CoversFrom, CoversUntil, RetentionDays } of findReceipts(sweeps, source))
        if (CoversFrom !== undefined) proofs.push({ Outcome, CoversFrom, CoversUntil, RetentionDays })
      return { source, rejected, ...coverage(proofs, now) }
    }),
  )
}
