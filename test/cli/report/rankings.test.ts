import { rankingSections } from '../../../cli/report/rankings'
import { Tally } from '../../../cli/report/tally'
import { record } from './make-report'

test('a ranking shows the 15 most frequent names, the most frequent first, and counts the others', () => {
  const tally = new Tally()
  for (let n = 1; n <= 17; n++)
    for (let m = 0; m < n; m++) tally.add(record({ SessionId: `s-${n}-${m}`, DocumentName: `of ${n}` }))
  const { markup } = rankingSections(tally)
  const shown = Array.from({ length: 15 }, (_, n) => `of ${17 - n}`)
  const inTable = [...markup.matchAll(/<td>(of \d+)</g)].map(([, name]) => name)
  const inChart = [...markup.matchAll(/>(of \d+)<\/text>/g)].map(([, name]) => name)
  expect({ inTable, inChart }).toEqual({ inTable: shown, inChart: shown })
  expect(markup).toContain('And 2 other documents: 3 sessions.')
})
