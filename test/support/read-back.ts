import { parse } from 'csv-parse/sync'

type Item = Record<string, unknown>

/** Reads what was printed as JSON, as JSON lines or, as the user of a spreadsheet does, as CSV. */
export function readBack(format: string, printed: string): Item[] {
  if (format === 'json') return JSON.parse(printed)
  if (format === 'jsonl')
    return printed
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  const rows: Record<string, string>[] = parse(printed, { columns: true, record_delimiter: '\r\n' })
  return rows.map(({ Other, ...cells }) => {
    const texts = Object.entries(cells).filter(([, cell]) => cell !== '')
    const values = texts.map(([name, cell]) => [name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')])
    return withOutputUrl({ ...Object.fromEntries(values), ...(Other && JSON.parse(Other)) })
  })
}

const NOT_TEXT: Readonly<Record<string, (cell: string) => unknown>> = {
  DurationSeconds: Number,
  Revision: Number,
  SchemaVersion: Number,
  EndUnknown: (cell) => cell === 'true',
}

function withOutputUrl(cells: Item): Item {
  const record: Item = {}
  const urls: Item = {}
  for (const [name, value] of Object.entries(cells)) {
    const [, url] = /^OutputUrl\.(.*)/.exec(name) ?? []
    if (url === undefined) record[name] = value
    else urls[url] = value
  }
  return Object.keys(urls).length === 0 ? record : { ...record, OutputUrl: urls }
}
