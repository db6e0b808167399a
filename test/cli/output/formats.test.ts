import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import type { SessionRecord } from '../../../archive/record'
import { SESSIONS } from '../../../cli/output/columns'
import { csv } from '../../../cli/output/csv'
import { json, jsonLines } from '../../../cli/output/json'
import { table } from '../../../cli/output/table'

const text = fc.oneof(
  fc.constantFrom('INC-4711 disk', '=SUM(1)', "'quoted", '\u202e,"\r\n</script>', '＝1', '🚀', ' '),
  fc.string({ minLength: 1, unit: 'grapheme' }),
)
const time = fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString())
const optional = fc.record(
  {
    StartDate: time,
    DurationSeconds: fc.integer(),
    OwnerName: text,
    Target: text,
    DocumentName: text,
    Reason: text,
    Status: text,
    OutputUrl: fc.record({ S3OutputUrl: text, CloudWatchOutputUrl: text }),
    OpenSource: fc.constant('111122223333/eu-west-1'),
    EndUnknown: fc.constant(true as const),
  },
  { requiredKeys: [] },
)
const records: fc.Arbitrary<SessionRecord[]> = fc.array(optional).map((all) =>
  all.map((members, n) => ({
    SessionId: `s-${n}`,
    ...members,
    ...{ AccountId: '111122223333', Region: 'eu-west-1', State: 'History', SweepId: 'sweep' },
    ...{ FirstArchivedAt: '2026-11-24T12:00:00.000Z', ObservedAt: '2026-11-24T12:00:00.000Z' },
    ...{ Revision: n + 1, ContentHash: '0a1b', SchemaVersion: 1 },
  })),
)

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function whole(lines: AsyncIterable<string>): Promise<string> {
  let printed = ''
  for await (const line of lines) printed += line
  return printed
}

/** Reads a CSV file as the user of a spreadsheet does. */
function readCsv(file: string): Record<string, unknown>[] {
  const rows: Record<string, string>[] = parse(file, { columns: true, record_delimiter: '\r\n' })
  return rows.map((row) => {
    const cells = Object.entries(row).flatMap(([name, cell]) =>
      cell === '' ? [] : [[name, NOT_TEXT[name]?.(cell) ?? cell.replace(/^'/, '')]],
    )
    const {
      'OutputUrl.S3OutputUrl': S3OutputUrl,
      'OutputUrl.CloudWatchOutputUrl': CloudWatchOutputUrl,
      ...others
    } = Object.fromEntries(cells)
    return S3OutputUrl === undefined ? others : { ...others, OutputUrl: { S3OutputUrl, CloudWatchOutputUrl } }
  })
}

const NOT_TEXT: Readonly<Record<string, (cell: string) => unknown>> = {
  DurationSeconds: Number,
  Revision: Number,
  SchemaVersion: Number,
  EndUnknown: (cell) => cell === 'true',
}

test('any sessions can be read back from JSON, JSON lines and CSV, and a table has a row for each', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (sessions) => {
      expect(JSON.parse(await whole(json(streamed(sessions))))).toEqual(sessions)
      const lines = (await whole(jsonLines(streamed(sessions)))).split('\n').slice(0, -1)
      expect(lines.map((line) => JSON.parse(line))).toEqual(sessions)
      expect(readCsv(await whole(csv(streamed(sessions), SESSIONS.members, false)))).toEqual(sessions)
      const style = { width: 4000, bold: (header: string) => header, onShortened: () => {} }
      const rows = (await whole(table(streamed(sessions), SESSIONS.columns, style))).split('\n').slice(1, -1)
      expect(rows.map((row) => row.split(' ').at(-1))).toEqual(sessions.map(({ SessionId }) => SessionId))
    }),
    { numRuns: 200 },
  )
})
