import { strToU8, Zip, ZipDeflate } from 'fflate'
import { cellsOf, headerOf } from './csv'
import { PARTS, SHEET, STYLES } from './workbook-parts'

/** Limits of Excel. */
const MOST_ROWS = 1_048_576
const MOST_CHARACTERS = 32_767

/** Members with these endings are times, if they look like one. Other texts are what somebody typed. */
const TIME_NAME = /(Date|At|Since|From|Until|After)$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const DAY_MS = 24 * 60 * 60 * 1000
/** Of 1970-01-01, in Excel's count of days, which is right from March 1900. */
const EPOCH_DAY = 25_569
const FIRST_RIGHT_DAY = 61
/** Excel keeps 15 digits. */
const MOST_EXACT = 10 ** 15

/**
 * An Excel workbook (Office Open XML) with one sheet: a header and a row per item, as they come. A text is a cell of
 * text, never a formula: ids keep their digits and zeros. A time is a date that Excel can sort, filter and subtract.
 *
 * @param columns names of members, as for CSV
 * @param onShortened called at the end if texts had to be cut
 * @param mostRows with the header
 * @throws Error if there are more items than a sheet has rows
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-376/
 */
export async function* workbook(
  items: AsyncIterable<object>,
  columns: readonly string[],
  onShortened: (cells: number) => void,
  mostRows = MOST_ROWS,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const zip = new Zip((error, bytes) => {
    if (error) throw error
    ready.push(bytes)
  })
  const addPart = (name: string) => {
    const part = new ZipDeflate(name)
    zip.add(part)
    return part
  }
  for (const [name, xml] of Object.entries(PARTS)) addPart(name).push(strToU8(xml), true)
  const sheet = addPart(SHEET.name)
  const names = headerOf(columns)
  sheet.push(strToU8(SHEET.start + row(1, names.map(headerCell))))
  let rows = 1
  let shortened = 0
  for await (const item of items) {
    if (rows === mostRows)
      throw new Error(
        `received more than ${mostRows - 1} rows, which is all that Excel can show: ask for less`,
      )
    rows += 1
    const cells = cellsOf(item, columns).map((value, n) => {
      if (String(value).length > MOST_CHARACTERS) shortened += 1
      return cell(value, names[n] ?? '')
    })
    sheet.push(strToU8(row(rows, cells)))
    yield* ready.splice(0)
  }
  sheet.push(strToU8(SHEET.end(`A1:${columnName(names.length - 1)}${rows}`)), true)
  zip.end()
  yield* ready
  if (shortened > 0) onShortened(shortened)
}

/** @param cells each but for its place; an empty one is left out */
function row(number: number, cells: readonly string[]): string {
  const placed = cells.map((one, n) => one.replace('<c', `<c r="${columnName(n)}${number}"`))
  return `<row r="${number}">${placed.join('')}</row>`
}

/** A, B, … Z, AA, AB, … */
function columnName(n: number): string {
  return (n < 26 ? '' : columnName(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + (n % 26))
}

const headerCell = (name: string) => textCell(name, STYLES.header)

function cell(value: unknown, name: string): string {
  if (value === undefined) return ''
  if (typeof value === 'number' && Math.abs(value) < MOST_EXACT) return `<c><v>${value}</v></c>`
  const day =
    TIME_NAME.test(name) && TIME.test(String(value)) ? Date.parse(String(value)) / DAY_MS + EPOCH_DAY : 0
  if (day >= FIRST_RIGHT_DAY) return `<c s="${STYLES.time}"><v>${day}</v></c>`
  return textCell(String(value), STYLES.text)
}

function textCell(text: string, style: number): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text
  return `<c s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(short)}</t></is></c>`
}

/** What XML cannot hold is written as `_x001B_`, and what looks like that as `_x005F_x001B_`. */
function escaped(text: string): string {
  return text
    .replace(/_(?=x[\da-f]{4}_)/gi, '_x005F_')
    .replace(/(?![\t\n])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (character) => `_x${hexadecimal(character)}_`)
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

const hexadecimal = (character: string) => character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
