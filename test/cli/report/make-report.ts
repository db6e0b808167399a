import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { SessionRecord, State } from '../../../archive/record'
import type { TargetFacts } from '../../../archive/target'
import { toRecord } from '../../../archive/to-record'
import type { Report } from '../../../cli/report/model'
import { writeReport } from '../../../cli/report/write-report'
import { generateSessions } from '../../../emulator/generate'
import type { SessionMembers } from '../../../emulator/session'

export const NOW = new Date('2026-11-24T12:00:00.000Z')

export function record(
  session: SessionMembers,
  state: State = 'History',
  target?: TargetFacts,
): SessionRecord {
  const source = { accountId: '111122223333', region: 'eu-west-1' }
  const seen = { seenFrom: NOW.toISOString(), seenUntil: NOW.toISOString() }
  return toRecord({
    session: JSON.parse(JSON.stringify(session)),
    state,
    source,
    sweepId: 's-1',
    target,
    ...seen,
  })
}

/** A month of made-up sessions, in order of StartDate. */
export function month(count: number): SessionRecord[] {
  return [...generateSessions({ count, seed: 1, now: NOW })]
    .map(({ endedAt = NOW, whileOpen = {}, afterEnd = {} }) =>
      endedAt > NOW ? record(whileOpen, 'Active') : record(afterEnd),
    )
    .sort(({ StartDate: a = '' }, { StartDate: b = '' }) => (a < b ? -1 : Number(a > b)))
}

/** A report without bounds. October and November are covered until an hour ago. */
export function reportOf(sessions: Iterable<SessionRecord>, change: Partial<Report> = {}): Report {
  const covered = [{ from: '2026-10-01T00:00:00.000Z', until: '2026-11-24T11:00:00.000Z' }]
  return {
    question: [{ name: '--owner', value: 'alice' }],
    leftOut: [],
    extent: { about: 'About 111122223333/eu-west-1.', notSwept: [], unknown: [] },
    coverage: [{ source: '111122223333/eu-west-1', covered, gaps: [], expired: [], rejected: 0 }],
    sessions: Readable.from(sessions),
    isListed: true,
    generatedAt: NOW,
    version: '1.2.3',
    archive: 'Sessions',
    ...change,
  }
}

/** Writes the page of a report to a new folder. */
export async function writePage(sessions: Iterable<SessionRecord>, change?: Partial<Report>) {
  const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.html')
  await writeReport(reportOf(sessions, change), file)
  return file
}

export async function pageOf(sessions: Iterable<SessionRecord>, change?: Partial<Report>): Promise<string> {
  return readFileSync(await writePage(sessions, change), 'utf8')
}

/** What would run, load or mislead if it was taken for anything but text. */
export const HOSTILE: readonly string[] = [
  '</title></script><script>alert("hostile")</script>',
  '"\'><img src="https://evil.example/x.png" onerror="alert(1)">',
  '</style><style>@import "https://evil.example/x.css"</style>',
  '<!--<script>',
  'javascript:alert(1)',
  '\u202egnp.exe\u202c',
  '\u001b[31mred\u0000\r\n\u2028\u2029',
  '=HYPERLINK("http://evil.example","x")',
  '{{7*7}}{a|rich}%3Cscript%3E&lt;b&gt;&amp;',
  '🚀'.repeat(512),
  'مرحبا بالعالم',
  'half of a pair \ud83d',
  '__proto__',
  'constructor',
]

/** A session per text, which is in every member that can hold it. Each started a day before the previous one. */
export function hostileRecords(): SessionRecord[] {
  return HOSTILE.map((hostile, n) => {
    const text = hostile.toWellFormed() // or no record could hold it
    const StartDate = NOW.getTime() / 1000 - n * 86_400
    const session = {
      SessionId: `hostile-${n}-${text.slice(0, 90)}`,
      Owner: `arn:aws:iam::111122223333:user/${text.replaceAll(/[/:]/g, '|')}`,
      ...{ Target: text, DocumentName: text, Reason: text, Details: text, Status: text, AccessType: text },
      ...{ StartDate, EndDate: StartDate + 60 },
    }
    return record(session, 'History', { TargetName: text, TargetSource: text, TargetAsOf: text })
  })
}
