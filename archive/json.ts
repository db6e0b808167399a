import { randomUUID } from 'node:crypto'

/** In front of the digits of a big integer, inside a string. No text holds it. */
const MARK = randomUUID()
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, 'g')
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** JSON.parse, but an integer that a number cannot hold is a bigint. */
export function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const marked = text.replace(STRING_OR_NUMBER, (token) => (isBig(token) ? `"${MARK}${token}"` : token))
  const root = [JSON.parse(marked)]
  const left: object[] = [root]
  for (let holder = left.pop(); holder !== undefined; holder = left.pop())
    for (const [name, value] of Object.entries(holder)) {
      if (typeof value === 'object' && value !== null)
        left.push(value) // not by recursion: values can be deep
      else if (typeof value === 'string' && value.startsWith(MARK))
        Object.assign(holder, { [name]: BigInt(value.slice(MARK.length)) })
    }
  return root[0]
}

function isBig(token: string): boolean {
  return /^-?[1-9]\d*$/.test(token) && !Number.isSafeInteger(Number(token))
}

/** JSON.stringify, but a bigint is written as a number. */
export function stringifyJson(value: unknown, space?: number): string {
  const marked = JSON.stringify(
    value,
    (_name, inner: unknown) => (typeof inner === 'bigint' ? `${MARK}${inner}` : inner),
    space,
  )
  return marked?.replace(MARKED, '$1')
}
