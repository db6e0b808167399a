import { stringifyJson } from '../../archive/json'

/** One array, in the AWS CLI's manner. */
export async function* json(items: AsyncIterable<object>): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const item of items) {
    yield separator + serialize(item, 4).replace(/^/gm, '    ')
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

/** One object per line. */
export async function* jsonLines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${serialize(item)}\n`
}

/** Escapes what a terminal would obey; a reader gets the same value. */
function serialize(item: object, indent?: number): string {
  return stringifyJson(item, indent).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
