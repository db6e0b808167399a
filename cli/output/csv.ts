import { stringify } from 'csv-stringify/sync'
import { stringifyJson } from '../../archive/json'
import { printable } from './printable'

/** The last column has the members without another column, as JSON. */
export const headerOf = (columns: readonly string[]) => [...columns, 'Other']

/**
 * RFC 4180 with a header. A text that a spreadsheet would run as a formula, or that begins with an
 * apostrophe, gets an apostrophe before it: whoever takes one leading apostrophe away has the exact text.
 *
 * @param columns names of members; `OutputUrl.S3OutputUrl` is a member within a member
 * @param forTerminal whether to make texts harmless for a terminal
 */
export async function* csv(
  items: AsyncIterable<object>,
  columns: readonly string[],
  forTerminal: boolean,
): AsyncGenerator<string> {
  const line = (cells: readonly unknown[]) =>
    stringify([cells.map((cell) => (typeof cell === 'string' && forTerminal ? printable(cell) : cell))], {
      record_delimiter: 'windows',
      quoted_string: true,
      cast: { string: harmless, boolean: String },
    })
  yield line(headerOf(columns))
  for await (const item of items) yield line(cellsOf(item, columns))
}

/** A text, a number or a boolean per column; undefined if the item has no such member. */
export function cellsOf(item: object, columns: readonly string[]): unknown[] {
  const rest = new Map(Object.entries(flat(item, columns)))
  const cells = columns.map((name) => {
    const value = rest.get(name)
    rest.delete(name)
    return typeof value === 'object' ? stringifyJson(value) : value
  })
  return [...cells, rest.size === 0 ? undefined : stringifyJson(Object.fromEntries(rest))]
}

/** Takes members out of members if there is a column for them. */
function flat(item: object, columns: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      return isObject && columns.some((column) => column.startsWith(`${name}.`))
        ? Object.entries(value).map(([inner, member]) => [`${name}.${inner}`, member])
        : [[name, value]]
    }),
  )
}

function harmless(text: string): string {
  return /^['=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
}
