import fc from 'fast-check'
import { columnsOf, shorten } from '../../../cli/output/shorten'

test.each([
  [0, ['']],
  [1, ['e\u0301\u0301']],
  [2, ['🚀', '🫠', '⚡', '🈂', '☁️', '1️⃣', '🇩🇪', '\u{1fae9}']], // the last one is younger than Node.js 20
  [4, ['会话', '👍🏽', '👩\u200d💻']], // some terminals draw the last two as one emoji, others as two
  [5, ['हिन्दी']],
  [6, ['деплой']],
  [8, ['각가ＡＢ']],
])('%i columns are the most that these take: %j', (columns, texts) => {
  for (const text of texts) expect([text, columnsOf(text)]).toEqual([text, columns])
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
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
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
        const next = graphemes.segment(whole).containing(short.length - 1)
        expect(columnsOf(short + next?.segment)).toBeGreaterThan(width)
      }
    }),
  )
})
