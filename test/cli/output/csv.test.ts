import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import { csv } from '../../../cli/output/csv'
import { OBEYED_BY_TERMINALS } from '../../support/cli'

/** The lines below the header. */
const linesOf = async (texts: readonly string[]) =>
  (await text(csv(Readable.from(texts.map((text) => ({ text }))), ['text'], false))).replace(/^.*\r\n/, '')

test.each(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', "'"])(
  'a spreadsheet gets a text that begins with %j as text',
  async (first) => {
    expect(await linesOf([`${first}1`, ` ${first}1`])).toBe(`"'${first}1",\r\n" ${first}1",\r\n`)
  },
)

test('a text with commas and quotation marks is quoted as RFC 4180 says', async () => {
  expect(await linesOf([',"both",'])).toBe('",""both"",",\r\n')
})

test('members are harmless for a terminal even if they are no text one day', async () => {
  const record = { SessionId: 's', Details: ['\u009b'], Reason: { text: '\u202e' }, OutputUrl: '\u001b' }
  const names = ['SessionId', 'Details', 'Reason', 'OutputUrl.S3OutputUrl']
  const printed = async (forTerminal: boolean) =>
    (await text(csv(Readable.from([record]), names, forTerminal))).replaceAll('\r\n', '\n')
  expect(await printed(true)).not.toMatch(OBEYED_BY_TERMINALS)
  expect(parse(await printed(false))[1]).toEqual([
    ...['s', '["\u009b"]', '{"text":"\u202e"}', '', '{"OutputUrl":"\\u001b"}'],
  ])
})
