import fc from 'fast-check'
import { columnsOf, shorten } from '../../../cli/output/shorten'

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
  ['1️⃣', 2],
  ['🇩🇪', 2],
  ['हिन्दी', 5],
  // Some terminals draw them as one emoji, others as two.
  ['👍🏽', 4],
  ['👩\u200d💻', 4],
])('%j takes at most %i columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns)
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
])('%j is shortened to %i columns as %j', (text, width, expected) => {
  expect(shorten(text, width)).toBe(expected)
})

test('a shortened text fits, and is the longest beginning that does', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('a', '会', '🚀', '🫠', '👍🏽', 'हि'), fc.string({ unit: 'grapheme' })),
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
