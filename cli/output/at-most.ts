import { type Io, say } from '../io'

/** Items that may have a last word, for when they are printed. */
export type Items<T> = (AsyncIterable<T> | Iterable<T>) & { readonly whenPrinted?: () => void }

/** Items that come one by one. */
export type Stream<T> = AsyncIterable<T> & Items<T>

/** Yields the first items, and says if there are more. */
export function atMost<T>(limit: number, items: AsyncIterable<T>, io: Io): Stream<T> {
  let isReached = false
  async function* first() {
    let left = limit
    for await (const item of items) {
      isReached = left === 0
      if (isReached) return
      left -= 1
      yield item
    }
  }
  return {
    [Symbol.asyncIterator]: first,
    whenPrinted: () => {
      if (isReached) say(io, `There are more: --limit ${limit} is reached.`)
    },
  }
}
