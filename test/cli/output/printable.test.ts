import fc from 'fast-check'
import { printable } from '../../../cli/output/printable'
import { OBEYED_BY_TERMINALS } from '../../support/cli'

test.each([
  ['', ''],
  ['Prüfung 🚀 会话 деплой فحص', 'Prüfung 🚀 会话 деплой فحص'],
  ['\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
  ['\u009b2J', '\\u{9b}2J'],
  ['one\r\ntwo\tthree\u0000\u007f', 'one\\u{d}\\u{a}two\\u{9}three\\u{0}\\u{7f}'],
  ['\u202egnp.exe\u2066', '\\u{202e}gnp.exe\\u{2066}'],
  ['\ufeff\u200b\u00ad\u{e0041}', '\\u{feff}\\u{200b}\\u{ad}\\u{e0041}'],
  ['\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['👩\u200d💻', '👩\u200d💻'],
])('%j is printed as %j', (text, expected) => {
  expect(printable(text)).toBe(expected)
})

test('printable text has nothing that a terminal obeys, and the rest of it is unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const printed = printable(text)
      expect(printed).not.toMatch(OBEYED_BY_TERMINALS)
      expect(printed).not.toContain('\n')
      if (!OBEYED_BY_TERMINALS.test(text) && !text.includes('\n')) expect(printed).toBe(text)
    }),
  )
})
