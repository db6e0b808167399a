import { paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Table } from '../archive/batch-get'

/** Finds sessions that could not be stored as records: the Sweeps table has their texts, each in one or more parts. */

/** How many such texts there are of a source. */
export async function countRejected(sweeps: Table, source: string): Promise<number> {
  const parts = await partsOf(sweeps, source, { ProjectionExpression: 'ItemId' })
  return new Set(parts.map(({ ItemId }) => hashOf(ItemId))).size
}

/** Where the texts are that name this SessionId: `REJECTED#<hash>`. */
export async function findRejected(sweeps: Table, source: string, sessionId: string): Promise<string[]> {
  const quoted = JSON.stringify(sessionId)
  const parts = await partsOf(
    sweeps,
    source,
    { FilterExpression: 'contains(RawJson, :quoted)' },
    { ':quoted': quoted },
  )
  const naming = parts.filter(({ RawJson = '' }) =>
    RawJson.split(quoted)
      .slice(0, -1)
      .some((before) => /"SessionId"\s*:\s*$/.test(before)),
  )
  return [...new Set(naming.map(({ ItemId }) => hashOf(ItemId)))]
}

interface Part {
  readonly ItemId: string
  readonly RawJson?: string
}

async function partsOf(
  { client, tableName }: Table,
  source: string,
  query: Partial<QueryCommandInput>,
  values?: Readonly<Record<string, string>>,
): Promise<Part[]> {
  const parts: Part[] = []
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: '#source = :source AND begins_with(ItemId, :rejected)',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':source': source, ':rejected': 'REJECTED#', ...values },
      ...query,
    },
  )
  for await (const { Items = [] } of pages) parts.push(...(Items as Part[]))
  return parts
}

/** Without the number of the part. */
function hashOf(itemId: string): string {
  return itemId.replace(/#\d+$/, '')
}
