import { batchGet, type Table } from '../archive/batch-get'

/** Until when CloudTrail's events of each source were held against the archive: ISO 8601, UTC; a source is absent if never. */
export async function findWitnessed(
  { client, tableName }: Table,
  sources: readonly string[],
): Promise<Map<string, string>> {
  const states = await batchGet<{ readonly Source: string; readonly WitnessedUntil?: string }>({
    client,
    tableName,
    keys: sources.map((Source) => ({ Source, ItemId: 'STATE' })),
    attributes: ['Source', 'WitnessedUntil'],
    consistent: false,
  })
  return new Map(
    states.flatMap(({ Source, WitnessedUntil }) =>
      WitnessedUntil === undefined ? [] : [[Source, WitnessedUntil]],
    ),
  )
}
