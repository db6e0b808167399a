import { createHash } from 'node:crypto'
import type { StoredChange } from '../../../emulator/changes'

/** A part of a stream: the changes of the items whose hashes are in its range, in their order. */
export interface Shard {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly parent?: Shard
  /** What is not processed yet. */
  readonly waiting: StoredChange[]
}

/** The shards of one table's stream, as DynamoDB splits them: a child is read when its parent is done. */
export class Shards {
  private readonly all: Shard[] = [{ from: 0, to: 2 ** 32, waiting: [] }]

  add(changes: readonly StoredChange[]): void {
    for (const change of changes) {
      const hash = createHash('sha256').update(JSON.stringify(change.keys)).digest().readUInt32BE()
      const shard = this.open().find(({ from, to }) => from <= hash && hash < to)
      if (shard === undefined) throw new Error(`no shard for ${hash}`)
      shard.waiting.push(change)
    }
  }

  /** Closes a shard; its range goes on in two, or in one. */
  split(n: number, isInTwo: boolean): void {
    const parent = this.open()[n % this.open().length]
    if (parent === undefined) return
    const { from, to } = parent
    const middle = isInTwo ? Math.floor((from + to) / 2) : to
    this.all.push({ from, to: middle, parent, waiting: [] })
    if (isInTwo) this.all.push({ from: middle, to, parent, waiting: [] })
  }

  /** Shards that have something for an invocation. */
  ready(): Shard[] {
    return this.all.filter(({ waiting, parent }) => waiting.length > 0 && isDone(parent))
  }

  private open(): Shard[] {
    return this.all.filter((shard) => !this.all.some(({ parent }) => parent === shard))
  }
}

function isDone(shard: Shard | undefined): boolean {
  return shard === undefined || (shard.waiting.length === 0 && isDone(shard.parent))
}
