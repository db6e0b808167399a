import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { anonymity } from '../../../cli/report/identity'
import { periods } from '../../../cli/report/periods'
import { writeReport } from '../../../cli/report/report'
import { temporaryFolder } from '../../support/temporary-folder'
import { HOSTILE, hostileRecords, month, NOW, pageOf, record, reportOf } from './make-report'

const folder = temporaryFolder()

/** A figure of the summary. */
function figure(page: string, name: string): string | undefined {
  return page.match(new RegExp(`<span>${name}</span><b>([^<]*)</b>`))?.[1]
}

test('the figures are those of a plain count', async () => {
  const sessions = month(2000)
  const page = await pageOf(folder(), reportOf(sessions))
  const many = (matches: (session: (typeof sessions)[number]) => boolean) =>
    sessions.filter(matches).length.toLocaleString('en-US')
  const distinct = (member: string) =>
    String(new Set(sessions.map((session) => session[member]).filter((value) => value !== undefined)).size)

  expect(figure(page, 'Sessions')).toBe('2,000')
  expect(figure(page, 'People')).toBe(distinct('OwnerName'))
  expect(figure(page, 'Targets')).toBe(distinct('Target'))
  expect(figure(page, 'Failed')).toBe(many(({ Status }) => Status === 'Failed'))
  expect(figure(page, 'Still open')).toBe(many(({ State }) => State === 'Active'))
  expect(figure(page, 'Without a reason')).toBe(many(({ Reason }) => Reason === undefined))
  expect(figure(page, 'Not identified')).toBe(
    many(({ Owner }) => Owner === undefined || /root$|\/botocore-session-|\/i-0/.test(String(Owner))),
  )
  const ids = [...page.matchAll(/<td>([^<]*)<div>111122223333 eu-west-1<\/div><\/td><\/tr>/g)]
  expect(ids.map(([, id]) => id)).toEqual(sessions.map(({ SessionId }) => SessionId))
})

test('the longest sessions are the longest, the longest first', async () => {
  const lengths = [5, 900, 60, 3600, 1, 2, 3, 4, 6, 7, 8, 9]
  const sessions = lengths.map((EndDate, n) => record({ SessionId: `s-${n}`, StartDate: 0, EndDate }))
  const page = await pageOf(folder(), reportOf(sessions))
  const section = page.match(/<section id="longest">.*?<\/section>/s)?.[0] ?? ''
  const shown = [...section.matchAll(/<td class="number">([^<]*)/g)].map(([, duration]) => duration)
  expect(shown).toEqual(['1 h', '15 min', '1 min', '9 s', '8 s', '7 s', '6 s', '5 s', '4 s', '3 s'])
})

const OF_OCTOBER = { from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' }
const AN_HOUR_AGO = '2026-11-24T11:00:00.000Z'

test.each([
  ['no receipts', [], 'Completeness is not proven'],
  ['a source without a complete sweep', [{ covered: [], gaps: [] }], 'nothing is proven there'],
  [
    'a gap within the bounds',
    [
      {
        covered: [{ from: '2026-09-01T00:00:00.000Z', until: AN_HOUR_AGO }],
        gaps: [{ from: '2026-10-31T12:00:00.000Z', until: '2026-11-02T12:00:00.000Z' }],
      },
    ],
    '<b>2026-10-31 12:00:00</b> and <b>2026-11-02 12:00:00</b> (2 d)',
  ],
  [
    'a span that begins before the first covered time',
    [{ covered: [{ from: '2026-10-02T00:00:00.000Z', until: AN_HOUR_AGO }], gaps: [] }],
    '<b>2026-10-01 00:00:00</b> and <b>2026-10-02 00:00:00</b> (1 d)',
  ],
  [
    'sweeps that stopped',
    [{ covered: [{ from: '2026-09-01T00:00:00.000Z', until: '2026-10-20T00:00:00.000Z' }], gaps: [] }],
    '<b>2026-10-20 00:00:00</b> and <b>2026-11-01 00:00:00</b> (12 d)',
  ],
])('there is an alert above the question about %s', async (_, coverage, text) => {
  const sources = coverage.map((source) => ({ source: '111122223333/eu-west-1', ...source }))
  const page = await pageOf(folder(), reportOf([], { ...OF_OCTOBER, coverage: sources }))
  expect(page.slice(page.indexOf('class="alert"'), page.indexOf('<h2>Question'))).toContain(text)
})

test('a gap outside the bounds is none of theirs', async () => {
  const covered = [{ from: '2026-09-01T00:00:00.000Z', until: AN_HOUR_AGO }]
  const gaps = [{ from: OF_OCTOBER.to, until: '2026-11-02T00:00:00.000Z' }]
  const coverage = [{ source: '111122223333/eu-west-1', covered, gaps }]
  const page = await pageOf(folder(), reportOf([], { ...OF_OCTOBER, coverage }))
  expect(page).not.toContain('class="alert"')
  expect(page).toContain('covered throughout')
})

test('the content policy names the hashes of the one script and the one style', async () => {
  const page = await pageOf(folder(), reportOf(month(10)))
  const hash = (text = '') => `&#39;sha256-${createHash('sha256').update(text).digest('base64')}&#39;`
  const [scripts, styles] = ['script', 'style'].map((tag) => [
    ...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs')),
  ])
  expect([scripts?.length, styles?.length]).toEqual([1, 1])
  expect(page).toContain(`script-src ${hash(scripts?.[0]?.[1])}`)
  expect(page).toContain(`style-src ${hash(styles?.[0]?.[1])}`)
  expect(page).toContain('default-src &#39;none&#39;')
  expect(page).not.toMatch(/unsafe-|\sstyle=|\s(src|href|on\w+)=/)
})

test('hostile text is nowhere as it came, and leaves the process as it was', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const page = await pageOf(folder(), reportOf(hostileRecords()))
  for (const text of HOSTILE.slice(0, 4)) expect(page).not.toContain(text)
  expect(page).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202a-\u202e]/u)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(Object.keys(Object)).toEqual([])
})

test('a failed report leaves nothing behind, and an older one as it was', async () => {
  const file = join(folder(), 'report.html')
  writeFileSync(file, 'older')
  async function* failing() {
    yield* month(500)
    throw new Error('the table is gone')
  }
  await expect(writeReport(reportOf([], { sessions: failing() }), file)).rejects.toThrow('the table is gone')
  expect(readdirSync(folder())).toEqual(['report.html'])
  expect(readFileSync(file, 'utf8')).toBe('older')

  expect(await writeReport(reportOf(month(3)), file)).toBe(3)
  expect(readdirSync(folder())).toEqual(['report.html'])
})

test.each([
  ['arn:aws:iam::111122223333:user/Mary-Major', undefined],
  ['arn:aws:iam::111122223333:user/root', undefined],
  ['arn:aws:sts::111122223333:assumed-role/Ops/jane@example.com', undefined],
  [undefined, 'No owner'],
  ['arn:aws-us-gov:iam::111122223333:root', 'Root user'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/botocore-session-1700000000', 'botocore-session-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/AWSCLI-Session', 'AWSCLI-Session'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/aws-sdk-js-session-1700000000000', 'aws-…-sdk-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/aws-go-sdk-1700000000000000000', 'aws-…-sdk-…'],
  ['arn:aws:sts::111122223333:assumed-role/Ops/1700000000000000000', 'A time stamp'],
  ['arn:aws:sts::111122223333:assumed-role/Nightly/i-0123456789abcdef0', 'An instance'],
])('of %s: %s', (Owner, kind) => {
  expect(anonymity(record({ SessionId: 's', ...(Owner && { Owner }) }))?.kind).toBe(kind)
})

test.each([
  ['2026-11-01', '2026-11-04', 'day', ['2026-11-01', '2026-11-02', '2026-11-03']],
  ['2026-01-01', '2026-06-01', 'week', ['2025-12-29', '2026-01-05']],
  ['2020-02-29', '2026-06-01', 'month', ['2020-02-01', '2020-03-01']],
  ['1970-01-01', '2026-06-01', 'year', ['1970-01-01', '1971-01-01']],
])('from %s to %s the bars are of a %s', (from, to, unit, first) => {
  const made = periods({ days: new Map([['2026-05-31', 7]]), gaps: [], from, to })
  expect(made.unit).toBe(unit)
  expect(made.periods.slice(0, first.length).map((period) => period.from)).toEqual(first)
  const total = made.periods.reduce((sum, { sessions }) => sum + sessions, 0)
  expect(total).toBe(from === '2026-11-01' ? 0 : 7)
})

test('a gap marks the days that it reaches, a clock that was wrong does not make a thousand bars', () => {
  const gaps = [{ from: '2026-11-01T23:59:59.999Z', until: '2026-11-03T00:00:00.000Z' }]
  const { periods: days } = periods({ days: new Map(), gaps, from: '2026-11-01', to: '2026-11-05' })
  expect(days.map(({ hasGap }) => hasGap)).toEqual([true, true, false, false])
  const wrong = periods({
    days: new Map([
      ['1970-01-01', 1],
      ['9999-12-31', 1],
    ]),
    gaps: [],
  })
  expect(wrong.periods.map(({ from }) => from)).toEqual(['1970-01-01', '9999-01-01'])
})

test('the page of no session says so, and when it was made', async () => {
  const page = await pageOf(folder(), reportOf([], { archive: 'a <b> c' }))
  expect(page).toContain('No session matches the question.')
  expect(page).toContain(`Made ${NOW.toISOString().slice(0, 19).replace('T', ' ')} UTC`)
  expect(page).toContain('<bdi>a &lt;b&gt; c</bdi>')
})
