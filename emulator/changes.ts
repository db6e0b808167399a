import { isDeepStrictEqual } from 'node:util'
import databases, { type ItemDatabase, type Store } from 'dynalite/db'

/** A change of an item, as DynamoDB's streams tell it. Items are in DynamoDB's own form. */
export interface StoredChange {
  readonly table: string
  /** 21 digits; grows with each change of the database. */
  readonly sequenceNumber: string
  /** When the change was made, epoch milliseconds. */
  readonly at: number
  readonly keys: StoredItem
  /** Absent: the item was new. */
  readonly before?: StoredItem
  /** Absent: the item is gone. */
  readonly after?: StoredItem
  /** Whether the database itself deleted the item, since its time was over. */
  readonly isExpiry: boolean
}

export type StoredItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const CHANGES = 'changes~'
/** Sorts after every change. */
const LAST = 'changes~last'

/** Makes a database with `make`, and gives the store that it makes for itself. */
export function withStore<T>(make: () => T): { made: T; store: Store } {
  const { create } = databases
  const stores: Store[] = []
  databases.create = (options) => {
    const store = create(options)
    stores.push(store)
    return store
  }
  try {
    const made = make()
    const [store] = stores
    if (store === undefined) throw new Error('the database made no store')
    return { made, store }
  } finally {
    databases.create = create
  }
}

/** Every change of the items, kept with the item itself, in one write, until it is acknowledged. */
export class Changes {
  private last = 0n
  private isExpiring = false
  private readonly wrapped = new WeakSet<ItemDatabase>()

  /** @param keyNames of each table: other tables are not fed */
  constructor(
    private readonly store: Store,
    private readonly keyNames: ReadonlyMap<string, readonly string[]>,
    private readonly now: () => Date,
  ) {
    const open = store.getItemDb
    store.getItemDb = (table) => this.wrap(table, open(table))
  }

  /** Goes on with the numbers of a database that was there before. */
  async open(): Promise<void> {
    const last = await this.store.db.get(LAST).catch(() => undefined)
    this.last = typeof last === 'string' ? BigInt(last) : 0n
  }

  /** The oldest that are not acknowledged, at most so many. */
  async read(atMost: number): Promise<StoredChange[]> {
    const range = { gte: CHANGES, lt: LAST, limit: atMost }
    const changes: StoredChange[] = []
    for await (const value of this.store.db.values(range)) changes.push(value as StoredChange) // written below
    return changes
  }

  async acknowledge(changes: readonly StoredChange[]): Promise<void> {
    await this.store.db.batch(
      changes.map(({ sequenceNumber }) => ({ type: 'del', key: CHANGES + sequenceNumber })),
    )
  }

  /** Deletes with `remove`, as DynamoDB does when an item's time is over. */
  async expiring(remove: () => Promise<unknown>): Promise<void> {
    this.isExpiring = true
    await remove().finally(() => {
      this.isExpiring = false
    })
  }

  private wrap(table: string, items: ItemDatabase): ItemDatabase {
    const names = this.keyNames.get(table)
    if (names === undefined || this.wrapped.has(items)) return items
    this.wrapped.add(items)
    const { get } = items
    const change = (key: string, after: StoredItem | undefined, done: Done) =>
      get(key, (_none, before) => {
        const item = `item-${table}~${key}`
        const write =
          after === undefined ? { type: 'del', key: item } : { type: 'put', key: item, value: after }
        if (isSame(before, after)) return done()
        this.store.db.batch([write, ...this.changeOf(table, names, before, after)], done)
      })
    items.put = change
    items.del = (key, done) => change(key, undefined, done)
    return items
  }

  private changeOf(table: string, names: readonly string[], before?: StoredItem, after?: StoredItem) {
    const at = this.now().getTime()
    const least = BigInt(at) * 100_000_000n
    this.last = this.last < least ? least : this.last + 1n
    const sequenceNumber = String(this.last).padStart(21, '0')
    const item = after ?? before ?? {}
    const keys = Object.fromEntries(names.map((name) => [name, item[name] ?? {}]))
    const images = { ...(before && { before }), ...(after && { after }) }
    const isExpiry = this.isExpiring
    const value: StoredChange = { table, sequenceNumber, at, keys, ...images, isExpiry }
    return [
      { type: 'put', key: CHANGES + sequenceNumber, value },
      { type: 'put', key: LAST, value: sequenceNumber },
    ]
  }
}

type Done = (error?: Error | null) => void

/** The database's own objects have no prototype. */
function isSame(before: StoredItem | undefined, after: StoredItem | undefined): boolean {
  const plain = (item: StoredItem | undefined) =>
    item === undefined ? item : JSON.parse(JSON.stringify(item))
  return isDeepStrictEqual(plain(before), plain(after))
}
