import fc from 'fast-check'
import { columnsOf, printable, shorten } from '../../cli/output/printable'
import { OBEYED_BY_TERMINALS } from '../support/cli'

test.each([
  ['', ''],
  ['Prüfung 🚀 会话 деплой فحص', 'Prüfung 🚀 会话 деплой فحص'],
  ['\\u{1b}[31mred\\u{1b}[0m', '\u001b[31mred\u001b[0m'],
  ['\\u{9b}2J', '\u009b2J'],
  ['one\\u{d}\\u{a}two\\u{9}three\\u{0}\\u{7f}', 'one\r\ntwo\tthree\u0000\u007f'],
  ['\\u{202e}gnp.exe\\u{2066}', '\u202egnp.exe\u2066'],
  ['\\u{feff}\\u{200b}\\u{ad}\\u{e0041}', '\ufeff\u200b\u00ad\u{e0041}'],
  ['\\u{2028}\\u{2029}', '\u2028\u2029'],
  ['👩\u200d💻', '👩\u200d💻'],
])('%j is what is printed', (expected, text) => {
  expect(printable(text)).toBe(expected)
})

test('nothing that a terminal obeys is left of any text, and nothing else is changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const printed = printable(text)
      expect(printed).not.toMatch(OBEYED_BY_TERMINALS)
      expect(printed).not.toContain('\n')
      if (!OBEYED_BY_TERMINALS.test(text) && !text.includes('\n')) expect(printed).toBe(text)
    }),
  )
})

test.each([
  ['', 3, ''],
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abcd', 1, '…'],
  ['🚀🚀🚀', 6, '🚀🚀🚀'],
  ['🚀🚀🚀', 5, '🚀🚀…'],
  ['🚀🚀🚀', 4, '🚀…'],
  ['🚀🚀🚀', 3, '🚀…'],
  ['🚀🚀🚀', 2, '…'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ['👍🏽👍🏽', 6, '👍🏽…'],
])('%j in %i columns is %j', (text, width, expected) => {
  expect(shorten(text, width)).toBe(expected)
})

test.each([
  ['', 0],
  ['деплой', 6],
  ['会话', 4],
  ['각가ＡＢ', 8],
  ['e\u0301\u0301', 1],
  ['🚀', 2],
  ['🫠', 2],
  ['⚡', 2],
  ['🈂', 2],
  ['\u{1fae9}', 2], // younger than Node.js 20
  ['☁️', 2],
  ['🇩🇪', 2],
  // Some terminals draw them as one emoji, others as two.
  ['👍🏽', 4],
  ['👩\u200d💻', 4],
])('%j takes at most %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
})

test('what is shortened fits, and is the longest begin that does', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('a', '会', '🚀', '🫠', '👍🏽'), fc.string({ unit: 'grapheme' })),
  })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 20 }), (whole, width) => {
      const short = shorten(whole, width)
      expect(columnsOf(short)).toBeLessThanOrEqual(width)
      if (columnsOf(whole) <= width) expect(short).toBe(whole)
      else {
        expect(short.endsWith('…') && whole.startsWith(short.slice(0, -1))).toBe(true)
        const { segment = '' } =
          [...GRAPHEMES.segment(whole)].find(({ index }) => index === short.length - 1) ?? {}
        expect(columnsOf(short) + columnsOf(segment)).toBeGreaterThan(width)
      }
    }),
  )
})

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })
