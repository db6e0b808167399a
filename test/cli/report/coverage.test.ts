import type { Coverage } from '../../../audit/coverage'
import { coverageAsked } from '../../../cli/report/coverage-asked'
import { coverageAlerts, coverageSection } from '../../../cli/report/coverage-section'
import { NOW } from './make-report'

const iso = (time: string) => new Date(time).toISOString()
const spans = (from: string, until: string) => [{ from: iso(from), until: iso(until) }]
const OCTOBER = { from: iso('2026-10-01'), to: iso('2026-11-01') }
const AN_HOUR_AGO = '2026-11-24T11:00Z'
const THROUGHOUT = spans('2026-09-01', AN_HOUR_AGO)

function show(coverage: readonly Coverage[], bounds: { from?: string; to?: string } = OCTOBER) {
  const sources = coverage.map((one) => ({ source: '111122223333/eu-west-1', ...one }))
  const asked = coverageAsked({ ...bounds, generatedAt: NOW, coverage: sources })
  return { alert: coverageAlerts(asked)?.markup, section: coverageSection(asked).markup }
}

test.each<[string, string, Coverage[]]>([
  ['no receipts', 'Completeness is not proven', []],
  ['a source without a complete sweep', 'nothing is proven there', [{ covered: [], gaps: [] }]],
  [
    'a gap that reaches into the time asked about',
    '<b>2026-10-31 12:00:00</b> and <b>2026-11-02 12:00:00</b> (2d)',
    [{ covered: THROUGHOUT, gaps: spans('2026-10-31T12:00Z', '2026-11-02T12:00Z') }],
  ],
  [
    'a time asked about that begins before the first covered time',
    '<b>2026-10-01 00:00:00</b> and <b>2026-10-02 00:00:00</b> (1d)',
    [{ covered: spans('2026-10-02', AN_HOUR_AGO), gaps: [] }],
  ],
  [
    'sweeps that stopped',
    '<b>2026-10-20 00:00:00</b> and <b>2026-11-01 00:00:00</b> (12d)',
    [{ covered: spans('2026-09-01', '2026-10-20'), gaps: [] }],
  ],
])('an alert tells of %s: %s', (_what, text, coverage) => {
  expect(show(coverage).alert).toContain(text)
})

const COVERED = 'None: all of it is covered.'
const LAST_HOUR = '2026-11-24 11:00:00 – 2026-11-24 12:00:00 <small>(1h)'

test.each([
  ['a gap that begins exactly at --to', COVERED, OCTOBER, spans(OCTOBER.to, '2026-11-02')],
  ['a gap that ends exactly at --from', COVERED, OCTOBER, spans('2026-09-30', OCTOBER.from)],
  ['--to in the future', LAST_HOUR, { to: iso('2027-06-01') }, []],
  ['no --to', LAST_HOUR, {}, []],
])('%s raises no alert, and the section says: %s', (_what, text, bounds, gaps) => {
  const { alert, section } = show([{ covered: THROUGHOUT, gaps }], bounds)
  expect(alert).toBeUndefined()
  expect(section).toContain(text)
})
