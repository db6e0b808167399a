import type { SourceCoverage } from '../../../audit/find-receipts'
import { coverageAsked } from '../../../cli/report/coverage-asked'
import { coverageAlerts, coverageSection } from '../../../cli/report/coverage-section'
import type { Report } from '../../../cli/report/model'
import { NOW } from './make-report'

const iso = (time: string) => new Date(time).toISOString()
const spans = (from: string, until: string) => [{ from: iso(from), until: iso(until) }]
const OCTOBER = { from: iso('2026-10-01'), to: iso('2026-11-01') }
const AN_HOUR_AGO = '2026-11-24T11:00Z'
const THROUGHOUT = spans('2026-09-01', AN_HOUR_AGO)

type Shown = Partial<SourceCoverage>
type Bounds = { from?: string; to?: string; at?: string }

function show(coverage: readonly Shown[], bounds: Bounds = OCTOBER, others: Partial<Report['extent']> = {}) {
  const none = { covered: [], gaps: [], expired: [], rejected: 0 }
  const sources = coverage.map((one) => ({ source: '111122223333/eu-west-1', ...none, ...one }))
  const extent = { about: 'About all of it.', notSwept: [], unknown: [], ...others }
  const asked = coverageAsked({ ...bounds, generatedAt: NOW, coverage: sources })
  return { alert: coverageAlerts(asked, extent)?.markup, section: coverageSection(asked, extent).markup }
}

test.each<[string, string, Shown[]]>([
  ['no receipts', 'Completeness is not proven', []],
  ['a source without a complete sweep', 'nothing is proven there', [{ covered: [], gaps: [] }]],
  [
    'sessions that could not be stored',
    '<b>5 sessions</b> of <b><bdi>111122223333/eu-west-1</bdi></b> could not be stored as records',
    [{ covered: THROUGHOUT, rejected: 5 }],
  ],
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
    'records that may have expired',
    '<b>2026-09-01 00:00:00</b> and <b>2026-10-20 00:00:00</b> (49d) sessions ended whose records may have expired',
    [{ expired: spans('2026-09-01', '2026-10-20'), covered: spans('2026-10-20', AN_HOUR_AGO) }],
  ],
  [
    'sweeps that stopped',
    '<b>2026-10-20 00:00:00</b> and <b>2026-11-01 00:00:00</b> (12d)',
    [{ covered: spans('2026-09-01', '2026-10-20'), gaps: [] }],
  ],
])('an alert tells of %s: %s', (_what, text, coverage) => {
  expect(show(coverage).alert).toContain(text)
})

test.each<[string, Bounds]>([
  ['began long before', { from: iso('2026-11-22T06:00Z') }],
  ['began an hour ago', { from: iso('2026-11-24T11:00Z') }],
  ['ended an hour later', { from: OCTOBER.from, to: iso('2026-11-22T13:00Z') }],
])('sweeps that stopped two days ago are told of if the time asked about %s', (_, bounds) => {
  const { alert } = show([{ covered: spans('2026-09-01', '2026-11-22T12:00Z') }], bounds)
  expect(alert).toContain('sessions may have ended unseen')
})

test.each<[string, Bounds]>([
  ['--to alone', { to: iso('2026-08-20') }],
  ['--at', { at: iso('2026-08-20') }],
])('a time before the first sweep is told of if it is asked for by %s', (_, bounds) => {
  expect(show([{ covered: THROUGHOUT }], bounds).alert).toContain('sessions may have ended unseen')
})

test('a time that has expired is neither covered nor a gap, nor before the first sweep', () => {
  const expired = spans('2026-09-01', '2026-10-20')
  const { section } = show([{ expired, covered: spans('2026-10-20', AN_HOUR_AGO) }])
  expect(section).toContain('Expired: <div>2026-09-01 00:00:00 – 2026-10-20 00:00:00 <small>(49d)')
  expect(section).not.toMatch(/Before the first|gap:|all of it is covered/)
  const later = show([
    { expired: spans('2026-08-01', '2026-09-01'), covered: spans('2026-09-01', AN_HOUR_AGO) },
  ])
  expect(later.alert).toBeUndefined()
  expect(later.section).toContain(COVERED)
})

test('the section says that what it does not name was never swept', () => {
  expect(show([{ covered: THROUGHOUT }]).section).toContain(
    'Any other account or region was never swept: none of its sessions is on this page.',
  )
})

test('what is not swept is told in the section, and what nobody knows in an alert as well', () => {
  const others = { notSwept: ['Not swept: <Lab>.'], unknown: ['Regions unknown: Shop.'] }
  const { alert, section } = show([{ covered: THROUGHOUT }], OCTOBER, others)
  expect(alert).toContain('<ul><li>Regions unknown: Shop.</li></ul>')
  expect(section).toContain('<ul><li>Not swept: &lt;Lab&gt;.</li><li>Regions unknown: Shop.</li></ul>')
  expect(show([], OCTOBER, others).alert).toContain('<li>Regions unknown: Shop.</li>')
})

const COVERED = 'None: all of it is covered.'
const LAST_HOUR = '2026-11-24 11:00:00 – 2026-11-24 12:00:00 <small>(1h)'

test.each([
  ['a gap that begins exactly at --to', COVERED, OCTOBER, spans(OCTOBER.to, '2026-11-02')],
  ['a gap that ends exactly at --from', COVERED, OCTOBER, spans('2026-09-30', OCTOBER.from)],
  ['--to in the future', LAST_HOUR, { from: OCTOBER.from, to: iso('2027-06-01') }, []],
  ['no --to', LAST_HOUR, {}, []],
])('%s raises no alert, and the section says: %s', (_what, text, bounds, gaps) => {
  const { alert, section } = show([{ covered: THROUGHOUT, gaps }], bounds)
  expect(alert).toBeUndefined()
  expect(section).toContain(text)
})
