import { periods, type Unit } from '../../../cli/report/periods'

const starts = (made: ReturnType<typeof periods>) =>
  made.periods.map(({ start }) => start.toISOString().slice(0, 10))

test.each<[string, string, Unit, number, string, string]>([
  ['2026-11-01', '2026-11-04', 'day', 3, '2026-11-01', '2026-11-03'],
  ['2026-11-01', '2026-11-03T00:00:00.001Z', 'day', 3, '2026-11-01', '2026-11-03'],
  ['2026-01-01', '2026-04-03', 'day', 92, '2026-01-01', '2026-04-02'],
  ['2026-01-01', '2026-04-04', 'week', 14, '2025-12-29', '2026-03-30'],
  ['2020-02-29', '2026-06-01', 'month', 76, '2020-02-01', '2026-05-01'],
  ['1970-01-01', '2026-06-01', 'year', 57, '1970-01-01', '2026-01-01'],
  ['9999-12-31', '+010000-01-02T00:00:00.000Z', 'day', 2, '9999-12-31', '+010000-01'],
])('from %s to %s every bar is of a %s, and there are %i', (from, to, unit, count, first, last) => {
  const made = periods({ days: new Map(), gaps: [], from, to })
  expect(made).toMatchObject({ unit, periods: { length: count } })
  expect([starts(made).at(0), starts(made).at(-1)]).toEqual([first, last])
})

test('sessions are counted in their period, and empty periods are shown', () => {
  const days = new Map(Object.entries({ '2026-03-31': 1, '2026-06-06': 2, '2026-06-07': 4, '2026-06-08': 8 }))
  const { unit, periods: weeks } = periods({ days, gaps: [], from: '2026-02-01' })
  expect(unit).toBe('week')
  expect(weeks.filter(({ sessions }) => sessions > 0).map(({ sessions }) => sessions)).toEqual([1, 6, 8])
  expect(weeks).toHaveLength(20)
  expect(starts(periods({ days, gaps: [], to: '2026-04-02' }))).toEqual(['2026-03-31', '2026-04-01'])
})

test('a gap marks the days that it reaches', () => {
  const gaps = [
    { from: '2026-11-01T23:59:59.999Z', until: '2026-11-03T00:00:00.000Z' },
    { from: '2026-11-05T00:00:00.000Z', until: '2026-11-06T00:00:00.000Z' },
  ]
  const { periods: days } = periods({ days: new Map(), gaps, from: '2026-11-01', to: '2026-11-05' })
  expect(days.map(({ hasGap }) => hasGap)).toEqual([true, true, false, false])
})

test('a clock that was centuries wrong makes a bar per year that has sessions', () => {
  const days = new Map(Object.entries({ '9999-12-31': 1, '1970-01-01': 1 }))
  expect(starts(periods({ days, gaps: [] }))).toEqual(['1970-01-01', '9999-01-01'])
})
