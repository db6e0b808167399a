import { parse } from 'csv-parse/sync'

type Item = Record<string, unknown>

/** Reads what was printed as JSON, as JSON lines or, as the user of a spreadsheet does, as CSV. */
export function readBack(format: string, printed: string): Item[] {
  if (format === 'json') return JSON.parse(printed)
  if (format === 'jsonl') return (printed.match(/^.+\n/gm) ?? []).map((line) => JSON.parse(line))
  const rows: Record<string, string>[] = parse(printed, { columns: true, record_delimiter: '\r\n' })
  return rows.map(({ Other, ...cells }) => {
    const record: Item = {}
    const OutputUrl: Item = {}
    const filled = Object.entries(cells).filter(([, cell]) => cell !== '')
    const values = filled.map(([name, cell]) => [name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')])
    for (const [name, value] of Object.entries({
      ...Object.fromEntries(values),
      ...JSON.parse(Other || '{}'),
    })) {
      const [, url] = /^OutputUrl\.(.*)/.exec(name) ?? []
      if (url === undefined) record[name] = value
      else OutputUrl[url] = value
    }
    return Object.keys(OutputUrl).length === 0 ? record : { ...record, OutputUrl }
  })
}

const NOT_TEXT: Readonly<Record<string, (cell: string) => unknown>> = {
  DurationSeconds: Number,
  Revision: Number,
  SchemaVersion: Number,
  EndUnknown: (cell) => cell === 'true',
}
