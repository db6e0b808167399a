import { once } from 'node:events'
import { styleText } from 'node:util'
import type { Format } from '../aws-flags'
import { csv } from './csv'
import { json, jsonLines } from './json'
import { type Column, table } from './table'

export interface Printed<Item> {
  readonly format: Format
  readonly table: readonly Column<Item>[]
  /** Names of the columns of a CSV file. */
  readonly csv: readonly string[]
  /** What an item is called, `session`. */
  readonly noun: string
}

/** Columns of a table that is not for a terminal. */
const WIDTH_OF_A_PIPE = 160

/**
 * Prints items as they come, on standard output.
 *
 * @returns how many
 * @throws Error that says how many were printed before what went wrong
 */
export async function print<Item extends object>(
  items: AsyncIterable<Item> | Iterable<Item>,
  { format, table: columns, csv: names, noun }: Printed<Item>,
): Promise<number> {
  const { stdout } = process
  let printed = 0
  async function* counted() {
    for await (const item of items) {
      yield item
      printed += 1
    }
  }
  const style = {
    width: (stdout.isTTY && stdout.columns) || Number(process.env.COLUMNS) || WIDTH_OF_A_PIPE,
    bold: (text: string) => (stdout.isTTY && !process.env.NO_COLOR ? styleText('bold', text) : text),
    onShortened: (cells: number) =>
      console.error(
        `${cells} ${cells === 1 ? 'cell is' : 'cells are'} cut at …: --output json has all of it.`,
      ),
  }
  const lines = {
    table: () => table(counted(), columns, style),
    json: () => json(counted()),
    jsonl: () => jsonLines(counted()),
    csv: () => csv(counted(), names, stdout.isTTY),
  }[format]()
  try {
    for await (const line of lines) if (!stdout.write(line)) await once(stdout, 'drain')
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error)
    throw printed === 0
      ? error
      : new Error(`failed after ${printed} ${noun}s, this is not all: ${message}`, { cause: error })
  }
  if (printed === 0 && format === 'table') console.error(`No ${noun} found.`)
  return printed
}
