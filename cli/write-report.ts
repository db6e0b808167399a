import { sourceKey } from '../archive/source'
import { findCoverage, findSources } from '../audit/find-receipts'
import { findSessions } from '../audit/find-sessions'
import type { Question } from '../audit/question'
import { newReads } from '../audit/read-index'
import { version } from '../package.json'
import type { ReportFlags } from './commands/report'
import { withArchive } from './open-archive'
import { writeReport } from './report/write-report'
import type { ArchiveLocation } from './which-archive'

/** Writes the page that answers a question. */
export async function report(
  flags: ReportFlags,
  location: ArchiveLocation,
  question: Question,
): Promise<void> {
  const now = new Date()
  const written = await withArchive(location, flags, async ({ client, sessionsTable, sweepsTable }) => {
    const ledger = { client, tableName: sweepsTable }
    const sources = (await findSources(ledger)).filter((source) => isAsked(source, question))
    const { from, to } = question
    return writeReport(
      {
        question: describe(question),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        coverage: await findCoverage(ledger, sources, now),
        sessions: findSessions({ client, tableName: sessionsTable, question, now, reads: newReads() }),
        generatedAt: now,
        version,
        archive: flags.local ?? `${sessionsTable} in ${await client.config.region()}`,
      },
      flags.out,
    )
  })
  console.error(`${written} ${written === 1 ? 'session' : 'sessions'} in ${JSON.stringify(flags.out)}.`)
}

/** Whether the question is about this source. */
function isAsked(source: string, { accountId, region }: Question): boolean {
  const [ofAccount = '', ofRegion = ''] = source.split('/')
  return source === sourceKey({ accountId: accountId ?? ofAccount, region: region ?? ofRegion })
}

/** The span is shown anyway. */
const NAMES: { readonly [name in Exclude<keyof Question, 'from' | 'to'>]: string } = {
  at: 'Connected at',
  ownerName: 'Person',
  target: 'Target',
  status: 'Status',
  documentName: 'Document',
  reason: 'Reason contains',
  accountId: 'Account',
  region: 'Region',
  accessType: 'Access type',
  open: 'Open',
  minDuration: 'Lasted at least, seconds',
}

function describe(question: Question): { readonly name: string; readonly value: string }[] {
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[]
  return names.flatMap((name) =>
    question[name] === undefined ? [] : [{ name: NAMES[name], value: String(question[name]) }],
  )
}
