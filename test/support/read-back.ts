import { parse } from 'csv-parse/sync'
import { strFromU8, unzipSync } from 'fflate'

type Item = Record<string, unknown>

/** Reads what was printed as JSON, as JSON lines or, as the user of a spreadsheet does, as CSV. */
export function readBack(format: string, printed: string): Item[] {
  if (format === 'json') return JSON.parse(printed)
  if (format === 'jsonl') return (printed.match(/^.+\n/gm) ?? []).map((line) => JSON.parse(line))
  const rows: Record<string, string>[] = parse(printed, { columns: true, record_delimiter: '\r\n' })
  return rows.map((cells) => {
    const filled = Object.entries(cells).filter(([, cell]) => cell !== '')
    return recordOf(filled.map(([name, cell]) => [name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')]))
  })
}

const NOT_TEXT: Readonly<Record<string, (cell: string) => unknown>> = {
  DurationSeconds: Number,
  Revision: Number,
  SchemaVersion: Number,
  EndUnknown: (cell) => cell === 'true',
}

/** The sheet of an Excel workbook, in XML. */
export const sheetOf = (workbook: Uint8Array) =>
  strFromU8(unzipSync(workbook)['xl/worksheets/sheet1.xml'] ?? new Uint8Array())

/** Reads the records of an Excel workbook. */
export function readWorkbook(workbook: Uint8Array): Item[] {
  const [header = [], ...rows] = (sheetOf(workbook).match(/<row .*?<\/row>/gs) ?? []).map(readRow)
  const names = new Map(header.map(([column, name]) => [column, String(name)]))
  return rows.map((row) =>
    recordOf(
      row.map(([column, value]) => {
        const name = names.get(column) ?? column
        return [name, name === 'EndUnknown' ? value === 'true' : value]
      }),
    ),
  )
}

function readRow(row: string): (readonly [column: string, value: unknown])[] {
  const cells = row.matchAll(
    /<c r="([A-Z]+)\d+"(?: s="(\d)")?( t="inlineStr")?>.*?<(?:v|t)[^>]*>(.*?)<\/(?:v|t)>/gs,
  )
  return [...cells].map(([, column = '', style, isText, content = '']) => {
    if (isText) return [column, unescapeXml(content)]
    return [column, style === '3' ? dateOf(Number(content)) : Number(content)]
  })
}

/** Excel counts days from 1900; 25,569 is 1970-01-01. */
const dateOf = (days: number) => new Date(Math.round((days - 25_569) * 86_400_000)).toISOString()

function unescapeXml(xml: string): string {
  return xml
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/_x([\dA-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** Undoes what a table of cells does to a record: members of members in their own columns, others in `Other`. */
function recordOf(cells: readonly (readonly [name: string, value: unknown])[]): Item {
  const { Other = '{}', ...values } = Object.fromEntries(cells)
  const record: Item = {}
  const OutputUrl: Item = {}
  for (const [name, value] of Object.entries({ ...values, ...JSON.parse(String(Other)) })) {
    const [, url] = /^OutputUrl\.(.*)/.exec(name) ?? []
    if (url === undefined) record[name] = value
    else OutputUrl[url] = value
  }
  return Object.keys(OutputUrl).length === 0 ? record : { ...record, OutputUrl }
}
