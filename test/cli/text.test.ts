import fc from 'fast-check'
import { printable, shorten } from '../../cli/text'
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
  ['🚀🚀🚀', 3, '🚀🚀🚀'],
  ['🚀🚀🚀🚀', 3, '🚀🚀…'],
])('%j in %i characters is %j', (text, width, expected) => {
  expect(shorten(text, width)).toBe(expected)
})
