import { paginateQuery, ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Table } from '../archive/batch-get'
import type { Receipt } from '../archive/receipt'
import { type Coverage, coverage } from './coverage'

export interface SourceCoverage extends Coverage {
  readonly source: string
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

/** The receipts of a source, newest first. */
export async function* findReceipts({ client, tableName }: Table, source: string): AsyncGenerator<Receipt> {
  const pages = paginateQuery(
    { client },
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
export async function* findAllReceipts(sweeps: Table, sources: readonly string[]): AsyncGenerator<Receipt> {
  const streams = sources.map((source) => findReceipts(sweeps, source))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let newest: number | undefined
    for (const [n, { value }] of heads.entries())
      if (value && (newest === undefined || value.ItemId > heads[newest]?.value?.ItemId)) newest = n
    const stream = newest === undefined ? undefined : streams[newest]
    if (newest === undefined || stream === undefined) return
    yield heads[newest]?.value
    heads[newest] = await stream.next()
  }
}

/** What the receipts of each source prove by now. */
export async function findCoverage(
  sweeps: Table,
  sources: readonly string[],
  now: Date,
): Promise<SourceCoverage[]> {
  return Promise.all(
    sources.map(async (source) => {
      const receipts: Pick<Receipt, 'Outcome' | 'CoversFrom' | 'CoversUntil'>[] = []
      for await (const { Outcome, CoversFrom, CoversUntil } of findReceipts(sweeps, source))
        if (CoversFrom !== undefined && CoversUntil !== undefined)
          receipts.push({ Outcome, CoversFrom, CoversUntil })
      return { source, ...coverage(receipts, now) }
    }),
  )
}
