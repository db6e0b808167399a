declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** @see https://github.com/architect/dynalite#programmatically */
  export default function dynalite(options: {
    /** Folder of the LevelDB store. @default - in memory */
    path?: string
    createTableMs?: number
  }): Server
}

declare module 'dynalite/db' {
  type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>
  type Done = (error?: Error | null) => void

  /** The items of one table, by key. */
  export interface ItemDatabase {
    get(key: string, done: (error: Error | null, item?: Item) => void): void
    put(key: string, item: Item, done: Done): void
    del(key: string, done: Done): void
  }

  /** A LevelDB with JSON values. */
  interface LevelDatabase {
    get(key: string): Promise<unknown>
    values(range: { gte: string; lt: string; limit: number }): AsyncIterable<unknown>
    batch(writes: object[]): Promise<void>
    batch(writes: object[], done: Done): void
  }

  export interface Store {
    readonly db: LevelDatabase
    getItemDb(table: string): ItemDatabase
  }

  const databases: { create(options: object): Store }
  export default databases
}
