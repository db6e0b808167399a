import { setImmediate as later } from 'node:timers/promises'
import type { Random } from '../../../emulator/random'
import type { Bucket } from '../../../evidence/bucket'

/** A bucket in memory. */
export class MemoryBucket implements Bucket {
  readonly objects = new Map<string, Buffer>()

  async create(name: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (this.objects.has(name)) return 'exists'
    this.objects.set(name, Buffer.from(bytes))
    return 'created'
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.objects.get(name)
  }

  async *list(folder: string): AsyncIterable<string> {
    yield* [...this.objects.keys()].filter((name) => name.startsWith(folder)).sort()
  }
}

/** What an invocation sees of it: calls of many interleave, fail with and without effect, and the process may die. */
export function mortal(bucket: Bucket, random: Random, failureRate: number): Bucket {
  const call = async <T>(use: () => Promise<T>): Promise<T> => {
    for (let n = random.integer(0, 3); n > 0; n--) await later()
    if (random.chance(failureRate)) throw new Error('killed before the call')
    const answer = await use()
    if (random.chance(failureRate)) throw new Error('the answer was lost')
    return answer
  }
  return {
    create: (name, bytes) => call(() => bucket.create(name, bytes)),
    read: (name) => call(() => bucket.read(name)),
    async *list(folder) {
      const names: string[] = []
      await call(async () => {
        for await (const name of bucket.list(folder)) names.push(name)
      })
      yield* names
    },
  }
}
