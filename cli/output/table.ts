import { printable } from './printable'
import { columnsOf, shorten } from './shorten'

/** One column of a table. */
export interface Column<Item> {
  readonly name: string
  /** In columns of the terminal. @default - a share of what the others leave */
  readonly width?: number
  /** A narrower terminal does not show the column. @default 0 */
  readonly fromWidth?: number
  readonly text: (item: Item) => unknown
}

export interface TableStyle {
  /** In columns of the terminal. */
  readonly width: number
  readonly bold: (text: string) => string
  /** Called when the table ends, if cells had to be cut. */
  readonly onShortened: (cells: number) => void
}

const GAP = 2

/** Yields rows as items come, in columns that fit the terminal. */
export async function* table<Item>(
  items: AsyncIterable<Item>,
  all: readonly Column<Item>[],
  { width, bold, onShortened }: TableStyle,
): AsyncGenerator<string> {
  const columns = all.filter(({ fromWidth = 0 }) => width >= fromWidth)
  const widths = share(columns, width)
  const row = (cells: string[]) =>
    cells
      .map((cell, n) => cell + ' '.repeat((widths[n] ?? 0) - columnsOf(cell)))
      .join(' '.repeat(GAP))
      .trimEnd()
  let shortened = 0
  let isFirst = true
  for await (const item of items) {
    if (isFirst) yield `${bold(row(columns.map(({ name }, n) => shorten(name, widths[n] ?? 0))))}\n`
    isFirst = false
    const cells = columns.map(({ text }, n) => {
      const whole = printable(String(text(item) ?? ''))
      const cell = shorten(whole, widths[n] ?? 0)
      if (cell !== whole) shortened += 1
      return cell
    })
    yield `${row(cells)}\n`
  }
  if (shortened > 0) onShortened(shortened)
}

/** The columns without a width share what the others leave. */
function share(columns: readonly Column<never>[], width: number): number[] {
  const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0), GAP * (columns.length - 1))
  const others = columns.filter((column) => column.width === undefined).length
  const each = Math.max(4, Math.floor((width - fixed) / others))
  return columns.map((column) => column.width ?? each)
}
