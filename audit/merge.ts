/** A stream, and the next item that it has. */
interface Head<T> {
  readonly stream: AsyncGenerator<T>
  item: IteratorResult<T>
}

/** Merges streams, each of which is in order, into one in that order. Holds one item of each. */
export async function* merge<T>(
  streams: readonly AsyncGenerator<T>[],
  isBefore: (a: T, b: T) => boolean,
): AsyncGenerator<T> {
  const heads = await Promise.all(
    streams.map(async (stream): Promise<Head<T>> => ({ stream, item: await stream.next() })),
  )
  for (;;) {
    const [head, ...others] = heads.filter(({ item }) => !item.done)
    if (head === undefined) return
    const first = others.reduce((a, b) => (isBefore(b.item.value, a.item.value) ? b : a), head)
    yield first.item.value
    first.item = await first.stream.next()
  }
}
