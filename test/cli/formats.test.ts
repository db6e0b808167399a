import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { toRecord } from '../../archive/to-record'
import { SESSION_COLUMNS, SESSION_MEMBERS } from '../../cli/output/columns'
import { csv } from '../../cli/output/csv'
import { json, jsonLines } from '../../cli/output/json'
import { table } from '../../cli/output/table'
import { observationOf, randomSessions } from '../audit/random-archive'

const NOT_TEXT: Record<string, (cell: string) => unknown> = {
  DurationSeconds: Number,
  Revision: Number,
  SchemaVersion: Number,
  EndUnknown: (cell) => cell === 'true',
}

/** As the user of a spreadsheet would read it. */
function readCsv(text: string): Record<string, unknown>[] {
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' })
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([, cell]) => cell !== '')
        .map(([name, cell]) => [name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')]),
    ),
  )
}

test('random sessions are in every format as they are in the archive, in the same order', async () => {
  const text = async (lines: AsyncIterable<string>) => {
    let all = ''
    for await (const line of lines) all += line
    return all
  }
  const style = { width: 4000, bold: (heading: string) => heading, onShortened: () => {} }
  await fc.assert(
    fc.asyncProperty(randomSessions, async (random) => {
      const records = random.map((one, n) => ({
        ...toRecord(observationOf(one, n)),
        ...(one.life === 'given up' && { EndUnknown: true as const, MissingSince: 'then' }),
      }))
      async function* found() {
        yield* records
      }
      expect(JSON.parse(await text(json(found())))).toEqual(records)
      const lines = (await text(jsonLines(found()))).split('\n').slice(0, -1)
      expect(lines.map((line) => JSON.parse(line))).toEqual(records)
      expect(readCsv(await text(csv(found(), SESSION_MEMBERS, false)))).toEqual(records)
      const rows = (await text(table(found(), SESSION_COLUMNS, style))).split('\n').slice(1, -1)
      const ids = rows.map((row) => row.trimEnd().split(' ').at(-1))
      expect(ids).toEqual(records.map(({ SessionId }) => SessionId))
    }),
  )
})
