import { duration, percent, secondsBetween, time } from '../../../cli/output/format'

test.each([
  [0, '0s'],
  [-0.4, '0s'],
  [0.5, '1s'],
  [59.6, '1m'],
  [3599, '59m 59s'],
  [3601, '1h 1s'],
  [90_061, '1d 1h'],
  [86_400 * 400, '400d'],
  [-93_600, '-1d 2h'],
])('%f seconds are a duration of %j', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected)
})

test.each([
  ['2026-11-22T09:30:05.123Z', '2026-11-22 09:30:05'],
  ['2026-11-22T09:30:05Z', '2026-11-22 09:30:05'],
  ['2026-11-22T09:30:05+01:00', '2026-11-22T09:30:05+01:00'],
  ['+010000-01-01T00:00:00.000Z', '+010000-01-01T00:00:00.000Z'],
  ['yesterday', 'yesterday'],
  [undefined, ''],
  [{}, ''],
])('the time %j is shown as %j', (iso, expected) => {
  expect(time(iso)).toBe(expected)
})

test.each([
  [0, 0, '–'],
  [0, 7, '0 %'],
  [1, 8, '12.5 %'],
  [7, 7, '100 %'],
  [1, 1_000_000, '0.1 %'],
  [999_999, 1_000_000, '99.9 %'],
])('%i of %i are %s', (part, whole, expected) => {
  expect(percent(part, whole)).toBe(expected)
})

test('the seconds between two times are negative if the second comes first', () => {
  expect(secondsBetween('2026-11-22T00:00:01.500Z', '2026-11-22T00:00:00.000Z')).toBe(-1.5)
})
