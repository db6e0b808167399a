import { printable } from './printable'
import { columnsOf, shorten } from './shorten'

/** One column of a table. */
export interface Column<Item> {
  readonly name: string
  /** In columns of the terminal. @default - a share of what the others leave */
  readonly width?: number
  /** If there is less room beside the whole column, the column is not shown. @default 0 */
  readonly fromWidth?: number
  /** Never cut, as it is there to be copied: the others give way. Only the last column. @default false */
  readonly whole?: boolean
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
/** The least width of a column that shares what the others leave. */
const LEAST_WIDTH = 8
/** The rows that say how much room the whole column needs. A later cell that is longer makes its line longer. */
const ROWS_AHEAD = 50

/** Yields rows as items come, in columns that fit the terminal. */
export async function* table<Item>(
  items: AsyncIterable<Item>,
  all: readonly Column<Item>[],
  style: TableStyle,
): AsyncGenerator<string> {
  const ahead: Item[] = []
  let rows: Rows<Item> | undefined
  try {
    for await (const item of items) {
      if (rows !== undefined) yield rows.row(item)
      else if (ahead.push(item) === ROWS_AHEAD) {
        rows = new Rows(all, ahead, style)
        yield* rows.first()
      }
    }
  } finally {
    // Also of an answer that fails: what was found is shown.
    if (rows === undefined && ahead.length > 0) {
      rows = new Rows(all, ahead, style)
      yield* rows.first()
    }
  }
  if (rows !== undefined && rows.shortened > 0) style.onShortened(rows.shortened)
}

class Rows<Item> {
  /** Cells that had to be cut. */
  shortened = 0
  private readonly columns: readonly Column<Item>[]
  private readonly widths: readonly number[]

  constructor(
    all: readonly Column<Item>[],
    private readonly ahead: readonly Item[],
    private readonly style: TableStyle,
  ) {
    const room = style.width - roomForWhole(all, ahead, style.width)
    this.columns = all.filter(({ fromWidth = 0 }) => room >= fromWidth)
    this.widths = share(this.columns, room)
  }

  /** The header, and the rows that were read ahead. */
  *first(): Generator<string> {
    const names = this.columns.map(({ name }, n) => shorten(name, this.widths[n] ?? 0))
    yield `${this.style.bold(this.line(names))}\n`
    for (const item of this.ahead) yield this.row(item)
  }

  row(item: Item): string {
    const cells = this.columns.map((column, n) => {
      const whole = textOf(column, item)
      const cell = shorten(whole, this.widths[n] ?? 0)
      if (cell !== whole) this.shortened += 1
      return cell
    })
    return `${this.line(cells)}\n`
  }

  private line(cells: readonly string[]): string {
    return cells
      .map((cell, n) =>
        n === cells.length - 1 ? cell : cell + ' '.repeat((this.widths[n] ?? 0) - columnsOf(cell) + GAP),
      )
      .join('')
      .trimEnd()
  }
}

function textOf<Item>({ text }: Column<Item>, item: Item): string {
  return printable(String(text(item) ?? ''))
}

/** What the whole column needs, with the gap before it; but the columns that are always shown keep theirs. */
function roomForWhole<Item>(all: readonly Column<Item>[], ahead: readonly Item[], width: number): number {
  const column = all.find(({ whole }) => whole)
  if (column === undefined) return 0
  const longest = ahead.reduce(
    (most, item) => Math.max(most, columnsOf(textOf(column, item))),
    column.name.length,
  )
  const always = all.filter(({ whole, fromWidth }) => !whole && fromWidth === undefined)
  const least = always.reduce((sum, one) => sum + (one.width ?? LEAST_WIDTH) + GAP, 0)
  return Math.min(GAP + longest, Math.max(0, width - least + GAP))
}

/** The columns without a width share what the others leave. */
function share(columns: readonly Column<never>[], room: number): number[] {
  const cut = columns.filter(({ whole }) => !whole)
  const fixed = cut.reduce((sum, column) => sum + (column.width ?? 0), GAP * (cut.length - 1))
  const each = Math.floor((room - fixed) / cut.filter(({ width }) => width === undefined).length)
  return columns.map(({ whole, width }) => (whole ? Infinity : (width ?? Math.max(4, each))))
}
