import { wrapHelp } from '../../../cli/output/wrap-help'

test.each<[number, string, string]>([
  [20, 'One two three four\nfive six.\n\nNext:\n  one', 'One two three four\nfive six.\n\nNext:\n  one'],
  [30, 'One two three\nfour five six seven.', 'One two three four five six\nseven.'],
  [20, '  npx program --flag value --other', '  npx program --flag\n    value --other'],
  [
    40,
    '  --a <b>      a text beside its flag, of two lines',
    `  --a <b>      a text beside its flag,\n${' '.repeat(15)}of two lines`,
  ],
  [24, '  --a <b>      a text beside', '  --a <b>      a text\n    beside'],
  [10, 'A-word-that-is-longer ends', 'A-word-that-is-longer\nends'],
])('at %i columns, the help %j is wrapped as %j', (width, help, wrapped) => {
  expect(wrapHelp(help, width)).toBe(wrapped)
})
