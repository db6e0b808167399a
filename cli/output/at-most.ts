/** The first of the items; tells on standard error where there are more. */
export async function* atMost<T>(limit: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  let left = limit
  for await (const item of items) {
    if (left === 0) {
      console.error(`There are more: --limit ${limit} is reached.`)
      return
    }
    left -= 1
    yield item
  }
}
