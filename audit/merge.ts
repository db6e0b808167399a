import pMap from 'p-map'

/** A stream, and the next item that it has. */
interface Head<T> {
  readonly stream: AsyncGenerator<T>
  readonly item: T
}

/** Streams whose first items are awaited at the same time. */
const AT_ONCE = 16

/** Merges streams, each of which is in order, into one in that order. Holds one item of each. */
export async function* merge<T>(
  streams: readonly AsyncGenerator<T>[],
  isBefore: (a: T, b: T) => boolean,
): AsyncGenerator<T> {
  const heads = (await pMap(streams, headOf, { concurrency: AT_ONCE })).flat()
  // Backwards: the next one is taken from the end.
  heads.sort((a, b) => Number(isBefore(a.item, b.item)) - Number(isBefore(b.item, a.item)))
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.item
    for (const next of await headOf(head.stream)) heads.splice(placeOf(next, heads, isBefore), 0, next)
  }
}

/** None if the stream has ended. */
async function headOf<T>(stream: AsyncGenerator<T>): Promise<Head<T>[]> {
  const { done, value } = await stream.next()
  return done ? [] : [{ stream, item: value }]
}

/** Where an item belongs among those that are in backward order. */
function placeOf<T>({ item }: Head<T>, heads: readonly Head<T>[], isBefore: (a: T, b: T) => boolean): number {
  let [low, high] = [0, heads.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = heads[middle]
    if (other !== undefined && isBefore(item, other.item)) low = middle + 1
    else high = middle
  }
  return low
}
