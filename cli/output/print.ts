import { resolve } from 'node:path'
import { type Format, isFile } from '../flags'
import { type Io, say, write } from '../io'
import type { Items } from './at-most'
import { csv } from './csv'
import { counted } from './format'
import { json, jsonLines } from './json'
import { messageOf } from './message-of'
import { replaceFile } from './replace-file'
import { type Column, table } from './table'

/** A kind of items, and how to show them. */
export interface Kind<Item> {
  /** What one is called, `session`. */
  readonly noun: string
  /** The columns of a table. */
  readonly columns: readonly Column<Item>[]
  /** The columns of a CSV file: names of members. */
  readonly members: readonly string[]
}

/** The width of a table that is not for a terminal. */
const WIDTH_OF_A_PIPE = 160

/**
 * Prints items as they come: on standard output, or into a file for Excel.
 *
 * @returns how many
 * @throws Error that says how many were printed before the items failed
 */
export async function print<Item extends object>(
  items: Items<Item>,
  { noun, columns, members }: Kind<Item>,
  format: Format,
  io: Io,
): Promise<number> {
  const { stdout, env } = io
  const isTerminal = stdout.isTTY === true
  let printed = 0
  async function* countedItems() {
    try {
      for await (const item of items) {
        yield item
        printed += 1
      }
    } catch (error) {
      if (printed === 0) throw error
      throw new Error(`failed after ${printed} ${noun}s, this is not all: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }
  const style = {
    width: (isTerminal && stdout.columns) || Math.max(0, Number(env.COLUMNS)) || WIDTH_OF_A_PIPE,
    bold: (text: string) => (isTerminal && !env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text),
    onShortened: (cells: number) =>
      say(io, `${counted(cells, 'cell is', 'cells are')} cut at …: --output json shows them whole.`),
  }
  if (isFile(format)) {
    const { workbook } = require('./workbook') as typeof import('./workbook')
    await replaceFile(resolve(io.cwd, format), workbook(countedItems(), members, style.onShortened))
    say(io, `${counted(printed, noun)} in ${JSON.stringify(format)}.`)
  } else {
    const lines = {
      table: () => table(countedItems(), columns, style),
      json: () => json(countedItems()),
      jsonl: () => jsonLines(countedItems()),
      csv: () => csv(countedItems(), members, isTerminal),
    }[format]()
    for await (const line of lines) await write(io, line)
    if (printed === 0 && format === 'table') say(io, `No ${noun} found.`)
  }
  items.whenPrinted?.()
  return printed
}
