import type { Coverage } from '../../../audit/coverage'
import { coverageAsked } from '../../../cli/report/coverage-asked'
import { coverageAlerts, coverageSection } from '../../../cli/report/coverage-section'
import type { Report } from '../../../cli/report/model'
import { NOW } from './make-report'

const SEPTEMBER = '2026-09-01T00:00:00.000Z'
const OCTOBER = { from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' }
const AN_HOUR_AGO = '2026-11-24T11:00:00.000Z'
const THROUGHOUT = [{ from: SEPTEMBER, until: AN_HOUR_AGO }]

function show(coverage: readonly Coverage[], bounds: Pick<Report, 'from' | 'to'> = OCTOBER) {
  const sources = coverage.map((one) => ({ source: '111122223333/eu-west-1', ...one }))
  const asked = coverageAsked({ ...bounds, generatedAt: NOW, coverage: sources })
  return { alert: coverageAlerts(asked)?.markup, section: coverageSection(asked).markup }
}

test.each<[string, Coverage[], string]>([
  ['no receipts', [], 'Completeness is not proven'],
  ['a source without a complete sweep', [{ covered: [], gaps: [] }], 'nothing is proven there'],
  [
    'a gap that reaches into the time asked about',
    [
      {
        covered: THROUGHOUT,
        gaps: [{ from: '2026-10-31T12:00:00.000Z', until: '2026-11-02T12:00:00.000Z' }],
      },
    ],
    '<b>2026-10-31 12:00:00</b> and <b>2026-11-02 12:00:00</b> (2d)',
  ],
  [
    'a time asked about that begins before the first covered time',
    [{ covered: [{ from: '2026-10-02T00:00:00.000Z', until: AN_HOUR_AGO }], gaps: [] }],
    '<b>2026-10-01 00:00:00</b> and <b>2026-10-02 00:00:00</b> (1d)',
  ],
  [
    'sweeps that stopped',
    [{ covered: [{ from: SEPTEMBER, until: '2026-10-20T00:00:00.000Z' }], gaps: [] }],
    '<b>2026-10-20 00:00:00</b> and <b>2026-11-01 00:00:00</b> (12d)',
  ],
])('an alert tells of %s', (_, coverage, text) => {
  expect(show(coverage).alert).toContain(text)
})

test.each([
  ['begins exactly at --to', { from: OCTOBER.to, until: '2026-11-02T00:00:00.000Z' }],
  ['ends exactly at --from', { from: '2026-09-30T00:00:00.000Z', until: OCTOBER.from }],
])('a gap that %s is not shown', (_, gap) => {
  const { alert, section } = show([{ covered: THROUGHOUT, gaps: [gap] }])
  expect(alert).toBeUndefined()
  expect(section).toContain('all of it is covered')
})

test.each([
  ['in the future', { to: '2027-06-01T00:00:00.000Z' }],
  ['left out', {}],
])('the time since the last sweep raises no alert if --to is %s', (_, bounds) => {
  const { alert, section } = show([{ covered: THROUGHOUT, gaps: [] }], bounds)
  expect(alert).toBeUndefined()
  expect(section).toContain('2026-11-24 11:00:00 – 2026-11-24 12:00:00 <small>(1h)')
})
