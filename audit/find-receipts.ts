import { type DynamoDBDocumentClient, paginateQuery, ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Receipt } from '../archive/sweeps-table'
import { type Coverage, coverage } from './coverage'

export interface Sweeps {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
}

export interface SourceCoverage extends Coverage {
  readonly source: string
}

/** Every source that has a receipt. Reads one item of each. */
export async function findSources({ client, tableName }: Sweeps): Promise<string[]> {
  const sources = new Set<string>()
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(new ScanCommand({ TableName: tableName, Limit: 1, ExclusiveStartKey }))
    const [item] = page.Items ?? []
    if (item !== undefined) sources.add(String(item.Source))
    // On to behind the last item that this source could have.
    ExclusiveStartKey = page.LastEvaluatedKey && { ...page.LastEvaluatedKey, SweepId: '\u{10ffff}' }
  } while (ExclusiveStartKey !== undefined)
  return [...sources].sort()
}

/** The receipts of a source, newest first. */
export async function* findReceipts({ client, tableName }: Sweeps, source: string): AsyncGenerator<Receipt> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      // Sweeps are named by the time they started; other items of a source begin with a letter.
      KeyConditionExpression: '#source = :source AND SweepId < :letters',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':source': source, ':letters': 'A' },
      ScanIndexForward: false,
    },
  )
  for await (const { Items = [] } of pages) yield* Items as Receipt[]
}

/** The receipts of several sources, newest first. */
export async function* findAllReceipts(sweeps: Sweeps, sources: readonly string[]): AsyncGenerator<Receipt> {
  const streams = sources.map((source) => findReceipts(sweeps, source))
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let newest: number | undefined
    for (const [n, { value }] of heads.entries())
      if (value && (newest === undefined || value.SweepId > heads[newest]?.value?.SweepId)) newest = n
    const stream = newest === undefined ? undefined : streams[newest]
    if (newest === undefined || stream === undefined) return
    yield heads[newest]?.value
    heads[newest] = await stream.next()
  }
}

/** What the receipts of each source prove, until now. */
export async function findCoverage(
  sweeps: Sweeps,
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
