import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import type { SessionRecord } from '../../../archive/record'
import { SESSIONS } from '../../../cli/output/columns'
import { csv } from '../../../cli/output/csv'
import { json, jsonLines } from '../../../cli/output/json'
import { table } from '../../../cli/output/table'
import { workbook } from '../../../cli/output/workbook'
import { readBack, readWorkbook } from '../../support/read-back'
import { record } from '../report/make-report'

const word = fc.oneof(
  fc.constantFrom('INC-4711 disk', '=SUM(1)', "'quoted", '\u202e,"\r\n</script>', '＝1', '🚀', ' '),
  fc.string({ minLength: 1, unit: 'grapheme' }),
)
const optional = fc.record(
  {
    StartDate: fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString()),
    DurationSeconds: fc.integer(),
    ...{ OwnerName: word, Target: word, DocumentName: word, Reason: word, Status: word },
    OutputUrl: fc.record({ S3OutputUrl: word, CloudWatchOutputUrl: word }),
    OpenSource: fc.constant('111122223333/eu-west-1'),
    EndUnknown: fc.constant(true as const),
  },
  { requiredKeys: [] },
)
const records: fc.Arbitrary<SessionRecord[]> = fc
  .array(optional)
  .map((all) => all.map((some, n) => ({ ...record({ SessionId: `s-${n}` }), Revision: n + 1, ...some })))

test('any sessions can be read back from JSON, JSON lines, CSV and Excel, and a table has a row for each', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (sessions) => {
      expect(readBack('json', await text(json(Readable.from(sessions))))).toEqual(sessions)
      expect(readBack('jsonl', await text(jsonLines(Readable.from(sessions))))).toEqual(sessions)
      expect(readBack('csv', await text(csv(Readable.from(sessions), SESSIONS.members, false)))).toEqual(
        sessions,
      )
      const sheet = workbook(Readable.from(sessions), SESSIONS.members, () => {})
      expect(readWorkbook(await buffer(sheet))).toEqual(sessions)
      const style = { width: 4000, bold: (header: string) => header, onShortened: () => {} }
      const rows = (await text(table(Readable.from(sessions), SESSIONS.columns, style)))
        .split('\n')
        .slice(1, -1)
      expect(rows.map((row) => row.split(' ').at(-1))).toEqual(sessions.map(({ SessionId }) => SessionId))
    }),
    { numRuns: 100 },
  )
})

const csvOfSize = (items: AsyncIterable<object>) => csv(items, ['Size'], false)
test.each([json, jsonLines, csvOfSize])('%p prints all digits of an integer', async (format) => {
  const printed = await text(
    format(Readable.from([{ Size: 12345678901234567890n, Deep: [-9007199254740993n] }])),
  )
  expect(printed).toMatch(/(?<!["\d])12345678901234567890(?!["\d])/)
  expect(printed).toContain('-9007199254740993')
})
