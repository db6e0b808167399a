import { type Io, say } from '../io'

/** Yields the first items, and says if there are more. */
export async function* atMost<T>(limit: number, items: AsyncIterable<T>, io: Io): AsyncGenerator<T> {
  let left = limit
  for await (const item of items) {
    if (left === 0) {
      say(io, `There are more: --limit ${limit} is reached.`)
      return
    }
    left -= 1
    yield item
  }
}
