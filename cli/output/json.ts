/** One array, in the AWS CLI's manner. */
export async function* json(items: AsyncIterable<object>): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const item of items) {
    yield separator + serialize(item, 4).replace(/^/gm, '    ')
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

/** One object a line. */
export async function* jsonLines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${serialize(item)}\n`
}

/** What a terminal would obey is escaped: the value that is read back is the same. */
function serialize(item: object, indent?: number): string {
  const text = JSON.stringify(
    item,
    (_name, value) => (typeof value === 'bigint' ? String(value) : value),
    indent,
  )
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
