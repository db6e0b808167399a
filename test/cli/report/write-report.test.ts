import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeReport } from '../../../cli/report/write-report'
import { HOSTILE, hostileRecords, month, NOW, pageOf, record, reportOf, writePage } from './make-report'

/** The figures of the summary, and the terms of the question. */
const figures = (page: string): Record<string, string> =>
  Object.fromEntries([...page.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g)].map((match) => match.slice(1)))

test('the figures of a page are those of a plain count, and its list has every session in order', async () => {
  const sessions = month(2000)
  const page = await pageOf(sessions)
  const many = (matches: (session: (typeof sessions)[number]) => boolean) =>
    sessions.filter(matches).length.toLocaleString('en-US')
  const distinct = (member: string) =>
    String(new Set(sessions.map((session) => session[member]).filter((value) => value !== undefined)).size)
  const isAnonymous = /root$|\/botocore-session-|\/i-0|\/GitHubActions|\/ecs-execute-command/
  const isNamed = ({ Owner }: (typeof sessions)[number]) =>
    Owner !== undefined && !isAnonymous.test(String(Owner))
  expect(figures(page)).toMatchObject({
    Sessions: '2,000',
    People: String(new Set(sessions.filter(isNamed).map(({ OwnerName }) => OwnerName)).size),
    Targets: distinct('Target'),
    Failed: many(({ Status }) => Status === 'Failed'),
    'Still open': many(({ State }) => State === 'Active'),
    'Without a reason': many(({ Reason }) => Reason === undefined),
    'Not identified': many((session) => !isNamed(session)),
  })
  const ids = [...page.matchAll(/<td>([^<]*)<div>111122223333 eu-west-1<\/div><\/td>\n<\/tr>/g)]
  expect(ids.map(([, id]) => id)).toEqual(sessions.map(({ SessionId }) => SessionId))
})

test('a session that ends before it starts takes nothing from the total, one without a start is noted', async () => {
  const times = [{ StartDate: 0, EndDate: 60 }, { StartDate: 60, EndDate: 0 }, { EndDate: 60 }]
  const page = await pageOf(times.map((dates, n) => record({ SessionId: `s-${n}`, ...dates })))
  expect(figures(page)).toMatchObject({ 'Total duration': '1m' })
  expect(page).toContain('Not shown: 1 session without a start.')
  expect(page).toContain('<data value="-60">-1m</data>')
})

test('the chart over time ends with the day of the report if --to is in the future', async () => {
  const bounds = { from: '2026-11-20T00:00:00.000Z', to: '2026-12-24T00:00:00.000Z' }
  const page = await pageOf(month(100), bounds)
  const days = [...page.matchAll(/<text [^>]*>(2026-\d\d-\d\d)</g)].map(([, day]) => day)
  expect(days.slice(0, 5)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'])
  expect(new Set(days).size).toBe(5)
})

test('one person in two spellings is one, and a tool is nobody', async () => {
  const owners = ['user/Mary', 'assumed-role/Ops/mary', 'assumed-role/Ops/botocore-session-1']
  const sessions = owners.map((owner, n) => record({ SessionId: `s-${n}`, Owner: `arn:aws:iam::1:${owner}` }))
  expect(figures(await pageOf(sessions))).toMatchObject({ People: '1', 'Not identified': '1' })
})

test('a page without its list has everything but the list, and no script', async () => {
  const sessions = month(500)
  const [whole, short] = [await pageOf(sessions), await pageOf(sessions, { isListed: false })]
  expect(figures(short)).toEqual(figures(whole))
  const sections = (page: string) => page.match(/<h2>[^<]*/g)
  expect(sections(short)).toEqual(sections(whole)?.filter((title) => title !== '<h2>All sessions'))
  expect(short).toContain('The list of all sessions was left out (--without-list).')
  expect(short).not.toMatch(/<script|class="list"|<input/)
  expect(short.length).toBeLessThan(whole.length / 5)
})

test('every printed sheet has a number and says what it is of, whatever that is called', async () => {
  const archive = '</style>"; } body { display: none } \\'
  const page = await pageOf([], { archive, from: '2026-07-01T00:00:00.000Z' })
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  expect(style).toContain('content: "Page " counter(page) " of " counter(pages)')
  const [, header] = /@top-right \{ content: "([^"]*)" \} \}\n$/.exec(style) ?? []
  expect(header).toMatch(/: started from 2026-07-01 00:00:00 to any time\. Made 2026-11-24 12:00:00 UTC$/)
  expect(header).not.toMatch(/[<>;{}]/)
})

test('the content policy names the hashes of the one script and the one style', async () => {
  const page = await pageOf(month(10))
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

test('hostile text is nowhere on a page as it came, and leaves the process as it was', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype)
  const page = await pageOf(hostileRecords())
  for (const text of HOSTILE.slice(0, 4)) expect(page).not.toContain(text)
  expect(page).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202a-\u202e]/u)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect(Object.keys(Object)).toEqual([])
})

test('a failed report leaves nothing behind, and an older one unchanged', async () => {
  const file = await writePage(month(3))
  const older = readFileSync(file, 'utf8')
  async function* failing() {
    yield* month(500)
    throw new Error('the table is gone')
  }
  await expect(writeReport(reportOf([], { sessions: failing() }), file)).rejects.toThrow('the table is gone')
  expect(readFileSync(file, 'utf8')).toBe(older)
  expect(await writeReport(reportOf(month(4)), file)).toBe(4)
  expect(readdirSync(dirname(file))).toEqual(['report.html'])
})

test('the page of no session says so, when it was made, and above all what is not proven', async () => {
  const page = await pageOf([], { archive: 'a <b> c', coverage: [] })
  expect(page).toContain('No session matches the question.')
  expect(page).not.toMatch(/every session|No owner has|No session has/)
  expect(page).toContain(`Made ${NOW.toISOString().slice(0, 19).replace('T', ' ')} UTC`)
  expect(page).toContain('<bdi>a &lt;b&gt; c</bdi>')
  expect(page).toMatch(/<\/header>\s*<div class="alert".*<h2>Question/s)
})
