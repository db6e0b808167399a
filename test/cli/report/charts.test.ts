import { ranking, timeline } from '../../../cli/report/charts'

const DAY_MS = 24 * 60 * 60 * 1000
const days = (counts: readonly number[]) =>
  counts.map((sessions, n) => ({ start: new Date(n * DAY_MS), sessions, hasGap: n === 1 }))
const values = (markup: string, pattern: RegExp) => [...markup.matchAll(pattern)].map(([, value]) => value)
const texts = (markup: string) => values(markup, /<text[^>]*>([^<]*)/g)

test('the longest bar of a ranking is the largest number, and the smallest can still be seen', () => {
  const bar = (sessions: number, isPale = false) => ({ label: `of ${sessions}`, sessions, isPale })
  const { markup } = ranking([bar(1000), bar(500), bar(1, true)])
  expect(values(markup, /<rect fill="var\(--(\w+)/g)).toEqual(['bar', 'bar', 'pale'])
  expect(values(markup, /<rect .*? width="(\d+)"/g)).toEqual(['286', '143', '2'])
  expect(texts(markup)).toEqual(['of 1000', '1,000', 'of 500', '500', 'of 1', '1'])
})

test('a long label of a chart ends in an ellipsis, and its text is harmless', () => {
  const labels = ['会'.repeat(40), '\u202e'.repeat(9), '\u202e</text><script>', '__proto__']
  const { markup } = ranking(labels.map((label) => ({ label, sessions: 1, isPale: false })))
  expect(texts(markup).filter((text) => text !== '1')).toEqual([
    `${'会'.repeat(14)}…`,
    '\\u{202e}\\u{202e}\\u{202e}\\u{20…',
    '\\u{202e}&lt;/text&gt;&lt;script&gt;',
    '__proto__',
  ])
})

test('a chart over time has a bar per period with sessions, on red if there is a gap', () => {
  const { markup } = timeline(days([3, 0, 6]), 'day', 1000)
  expect(values(markup, /<rect fill="var\(--(\w+)/g)).toEqual(['bar', 'gap', 'bar'])
  expect(values(markup, /<rect fill="var\(--bar.*? height="(\d+)"/g)).toEqual(['90', '180'])
})

test.each([
  [[0], ['0', '1']],
  [[1], ['0', '1']],
  [[3], ['0', '1', '2', '3']],
  [[950], ['0', '200', '400', '600', '800', '1,000']],
])('the scale of a chart with %j sessions is in whole numbers: %j', (counts, ticks) => {
  const scale = texts(timeline(days(counts), 'day', 1000).markup).filter((text) => !text?.includes('-'))
  expect(scale).toEqual(ticks)
})

test.each([
  ['day', 10, /^\d{4}-\d\d-\d\d$/],
  ['month', 7, /^\d{4}-\d\d$/],
  ['year', 4, /^\d{4}$/],
] as const)('labels of every %s stand apart from each other', (unit, length, form) => {
  const { markup } = timeline(days(Array(90).fill(7)), unit, 640)
  const places = values(markup, /<text fill="var\(--muted\)" x="([\d.]+)" y="208"/g).map(Number)
  expect(texts(markup).filter((text) => form.test(text ?? ''))).toHaveLength(places.length)
  for (const [n, place] of places.slice(1).entries())
    expect(place - (places[n] ?? 0)).toBeGreaterThan(length * 7)
})
