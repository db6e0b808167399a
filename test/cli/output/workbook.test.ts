import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { workbook } from '../../../cli/output/workbook'
import { readWorkbook, sheetOf } from '../../support/read-back'

const NAMES = ['SessionId', 'AccountId', 'StartDate', 'Reason', 'Seen']

async function made(item: object) {
  let shortened = 0
  const bytes = await buffer(
    workbook(Readable.from([item]), NAMES, (cells) => {
      shortened = cells
    }),
  )
  const [record] = readWorkbook(bytes)
  return { cells: /<row r="2">(.*)<\/row>/s.exec(sheetOf(bytes))?.[1], record, shortened, bytes }
}

const textCell = (place: string, text: string) =>
  `<c r="${place}" s="2" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`

test.each<[string, object, string]>([
  ['an account keeps its zeros', { AccountId: '000122223333' }, textCell('B2', '000122223333')],
  ['an id of digits is text', { SessionId: '1234567890123456789' }, textCell('A2', '1234567890123456789')],
  ['a formula is text', { Reason: '=HYPERLINK("x")' }, textCell('D2', '=HYPERLINK("x")')],
  ['a text like DDE is text', { Reason: "+cmd|' /C calc'!A0" }, textCell('D2', "+cmd|' /C calc'!A0")],
  ['a leading apostrophe stays', { Reason: "'quoted" }, textCell('D2', "'quoted")],
  ['XML is text', { Reason: '</t><f>1</f>&' }, textCell('D2', '&#60;/t&#62;&#60;f&#62;1&#60;/f&#62;&#38;')],
  [
    'a control character is escaped',
    { Reason: '\u001b\r_x001B_' },
    textCell('D2', '_x001B__x000D__x005F_x001B_'),
  ],
  ['a half of an emoji is escaped', { Reason: '\ud83d' }, textCell('D2', '_xD83D_')],
  ['a time is a date', { StartDate: '2026-11-24T12:00:00.000Z' }, '<c r="C2" s="3"><v>46350.5</v></c>'],
  [
    'a time before 1900 is text',
    { StartDate: '1899-12-31T00:00:00.000Z' },
    textCell('C2', '1899-12-31T00:00:00.000Z'),
  ],
  [
    'a typed time is text',
    { Reason: '2026-11-24T12:00:00.000Z' },
    textCell('D2', '2026-11-24T12:00:00.000Z'),
  ],
  ['a number is a number', { Seen: 12.5 }, '<c r="E2"><v>12.5</v></c>'],
  ['a number beyond 15 digits is text', { Seen: 2 ** 53 }, textCell('E2', '9007199254740992')],
  ['an integer beyond 2^53 keeps its digits', { Seen: 2n ** 64n }, textCell('E2', '18446744073709551616')],
  ['an unknown member is in Other', { New: [1] }, textCell('F2', '{"New":[1]}')],
])('in Excel, %s', async (_, item, cells) => {
  expect((await made(item)).cells).toBe(cells)
})

test('a text longer than Excel takes is cut, and counted', async () => {
  const { record, shortened } = await made({ Reason: 'x'.repeat(32_768), SessionId: 's'.repeat(32_767) })
  expect(record).toEqual({ Reason: `${'x'.repeat(32_766)}…`, SessionId: 's'.repeat(32_767) })
  expect(shortened).toBe(1)
})

test('more rows than Excel shows are refused', async () => {
  const rowsOf = async (count: number) =>
    readWorkbook(await buffer(workbook(Readable.from(Array(count).fill({ Seen: 1 })), NAMES, () => {}, 4)))
  expect(await rowsOf(3)).toHaveLength(3)
  await expect(rowsOf(4)).rejects.toThrow('received more than 3 rows, which is all that Excel can show')
})
