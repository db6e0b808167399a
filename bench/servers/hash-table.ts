import { type Expression, type Item, meets, updated } from './expressions'

/** What a request of any operation may hold. */
export interface Request extends Expression {
  readonly TableName?: string
  readonly IndexName?: string
  readonly Item?: Item
  readonly Key?: Item
  readonly Keys?: readonly Item[]
  readonly ConditionExpression?: string
  readonly UpdateExpression?: string
  readonly ExclusiveStartKey?: Item
  readonly ConsistentRead?: boolean
}

/** DynamoDB's answer to a Query is not longer. */
const PAGE_BYTES = 1_000_000

/** A table of DynamoDB: one hash map per partition. */
export class HashTable {
  readonly counts = { writes: 0, readUnits: 0 }
  private readonly partitions = new Map<string, Map<string, Item>>()
  /** Of its one index: keys of items by the value of the index's key. */
  private readonly index = new Map<string, Set<Item>>()

  constructor(
    private readonly partitionKey: string,
    private readonly sortKey: string | undefined,
    private readonly indexKey: string | undefined,
  ) {}

  /** @returns undefined if the condition does not hold */
  put({ Item: item = {}, ConditionExpression, ...expression }: Request): object | undefined {
    return this.write(item, ConditionExpression, expression, () => item)
  }

  /** @returns undefined if the condition does not hold */
  update({ Key = {}, UpdateExpression = '', ConditionExpression, ...expression }: Request) {
    return this.write(Key, ConditionExpression, expression, (stored) =>
      updated({ ...stored, ...Key }, UpdateExpression, expression),
    )
  }

  get({ Key = {}, ConsistentRead }: Request): object {
    return { Item: this.read(Key, ConsistentRead) }
  }

  batchGet({ Keys = [], ExpressionAttributeNames, ConsistentRead }: Request): object[] {
    const names = ExpressionAttributeNames && Object.values(ExpressionAttributeNames)
    return Keys.flatMap((key) => {
      const item = this.read(key, ConsistentRead)
      return item === undefined ? [] : [names === undefined ? item : pick(item, names)]
    })
  }

  /** Of one partition, or of the index; both are asked for by one value. */
  query({ IndexName, ExpressionAttributeValues = {}, ExclusiveStartKey }: Request): object {
    const wanted = Object.values(ExpressionAttributeValues)[0]?.S ?? ''
    const items = IndexName === undefined ? this.partition(wanted) : [...(this.index.get(wanted) ?? [])]
    const begin = ExclusiveStartKey === undefined ? '' : this.sortOf(ExclusiveStartKey)
    const page: Item[] = []
    let bytes = 0
    for (const item of items) {
      if (this.sortOf(item) <= begin) continue
      page.push(item)
      bytes += JSON.stringify(item).length
      if (bytes > PAGE_BYTES) break
    }
    const last = bytes > PAGE_BYTES ? page.at(-1) : undefined
    this.counts.readUnits += Math.max(1, Math.ceil(bytes / 4096)) / 2
    return {
      Items: page,
      ...(last && { LastEvaluatedKey: pick(last, [this.partitionKey, this.sortKey ?? '']) }),
    }
  }

  private read(key: Item, consistent = false): Item | undefined {
    this.counts.readUnits += consistent ? 1 : 0.5
    return this.stored(key)
  }

  private write(
    key: Item,
    condition: string | undefined,
    expression: Request,
    make: (stored?: Item) => Item,
  ) {
    this.counts.writes += 1
    const stored = this.stored(key)
    if (condition !== undefined && !meets(stored, condition, expression)) return undefined
    const item = make(stored)
    const partition = this.partitions.get(this.partitionOf(key)) ?? new Map<string, Item>()
    this.partitions.set(this.partitionOf(key), partition.set(this.sortOf(key), item))
    if (this.indexKey !== undefined) this.reindex(this.indexKey, stored, item)
    return {}
  }

  private reindex(indexKey: string, stored: Item | undefined, item: Item): void {
    if (stored !== undefined) this.index.get(stored[indexKey]?.S ?? '')?.delete(stored)
    const key = item[indexKey]?.S
    if (key !== undefined) this.index.set(key, (this.index.get(key) ?? new Set()).add(item))
  }

  private partition(key: string): Item[] {
    const items = [...(this.partitions.get(key)?.values() ?? [])]
    return items.sort((a, b) => (this.sortOf(a) < this.sortOf(b) ? -1 : 1))
  }

  private stored(key: Item): Item | undefined {
    return this.partitions.get(this.partitionOf(key))?.get(this.sortOf(key))
  }

  private partitionOf(item: Item): string {
    return item[this.partitionKey]?.S ?? ''
  }

  private sortOf(item: Item): string {
    return (this.sortKey && item[this.sortKey]?.S) ?? ' '
  }
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name] ?? {}]] : [])))
}
