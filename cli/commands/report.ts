import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import type { Table } from '../../archive/batch-get'
import type { Question } from '../../audit/question'
import type { RosterSource } from '../../audit/roster-sources'
import { version } from '../../package.json'
import { addReadFlags, archiveToRead } from '../flags'
import { type Io, say } from '../io'
import type { OpenArchive } from '../open-archive'
import { counted } from '../output/format'
import { nonEmpty } from '../parsers'
import { addQuestionFlags, QUESTION_HELP, questionOf } from '../question-flags'

export function define(command: Command, io: Io): void {
  addReadFlags(
    addQuestionFlags(
      command
        .requiredOption('--out <file.html>', 'the page; replaces one that exists', nonEmpty)
        .option('--without-list', 'leave out the list of all sessions, as for printing', false)
        .option('--without-evidence', 'do not read the evidence log: both verdicts are left out', false),
    ),
  )
    .addHelpText(
      'after',
      `${QUESTION_HELP}

Examples:
  session-archive report --from 2026-07-01 --to 2026-10-01 --out q3.html
  session-archive report --owner alice --from 52w --out alice.html
  session-archive report --from 90d --without-list --out to-print.html
  session-archive report --local ./sessions --out sessions.html`,
    )
    .action(async ({ out, withoutList, withoutEvidence, ...flags }) => {
      const location = archiveToRead(flags, ['table', 'sweepsTable'], io)
      const asked = questionOf(flags, io)
      const { readRoster } = require('../../archive/roster') as typeof import('../../archive/roster')
      const { extentOf } =
        require('../../audit/roster-sources') as typeof import('../../audit/roster-sources')
      const { aboutLine, departureLines, unknownLines } =
        require('../extent-lines') as typeof import('../extent-lines')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { findCoverage } =
        require('../../audit/find-receipts') as typeof import('../../audit/find-receipts')
      const { findSessions } =
        require('../../audit/find-sessions') as typeof import('../../audit/find-sessions')
      const { asOf, leftOut } = require('../beside-answer') as typeof import('../beside-answer')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { writeReport } = require('../report/write-report') as typeof import('../report/write-report')
      const { withBucket } =
        require('../evidence/open-evidence') as typeof import('../evidence/open-evidence')
      const { judgeNow } = require('../evidence/judge-now') as typeof import('../evidence/judge-now')
      const { awsConfig } = require('../aws-config') as typeof import('../aws-config')
      const now = new Date()
      const aws = await awsConfig(flags, io)
      const make = async (archive: OpenArchive) => {
        const { sessions, sweeps } = archive
        const question = { ...asked, accountIds: await resolveAccounts(flags.account, sweeps) }
        const extent = extentOf(await readRoster(sweeps), question)
        const shown = asOf(findSessions({ ...sessions, question, now }), sweeps, now, io)
        const report = {
          question: describe({ ...question, accountIds: flags.account }),
          leftOut: leftOut(question),
          isListed: !withoutList,
          from: question.from,
          to: question.to,
          at: question.at,
          extent: {
            about: aboutLine(extent.sources),
            notSwept: departureLines(extent),
            unknown: unknownLines(extent, now),
          },
          coverage: await findCoverage(sweeps, extent.sources, now),
          evidence: await withBucket(archive, aws, async (bucket) =>
            bucket && !withoutEvidence && question.from !== undefined
              ? judgeNow(sessions, bucket, question.from, question.to ?? now.toISOString())
              : undefined,
          ),
          refusals: await refusalsAsked(sweeps, question, extent.sources, now),
          sessions: shown,
          generatedAt: now,
          version,
          archive: flags.local ?? `${sessions.tableName} in ${await sessions.client.config.region()}`,
        }
        const written = await writeReport(report, resolve(io.cwd, out))
        shown.whenPrinted?.()
        return written
      }
      const written = await withArchive(location, flags, io, make, aws)
      for (const line of leftOut(asked)) say(io, line)
      say(io, `${counted(written, 'session')} in ${JSON.stringify(out)}.`)
    })
}

/** Undefined: a question about what only sessions have is not about attempts. */
async function refusalsAsked(sweeps: Table, question: Question, sources: readonly RosterSource[], now: Date) {
  const { at, open, minDuration, status, state, accessType, ...asked } = question
  if ([at, open, minDuration, status, state, accessType].some((one) => one !== undefined)) return undefined
  const { findRefusals } = require('../../audit/find-refusals') as typeof import('../../audit/find-refusals')
  const { tallyRefusals } =
    require('../report/refusals-section') as typeof import('../report/refusals-section')
  const { witnessLines } = require('../print-attempts') as typeof import('../print-attempts')
  const keys = sources.map(({ source }) => source)
  return tallyRefusals(findRefusals(sweeps, keys, asked, now), await witnessLines(sweeps, keys))
}

/** The page shows the span anyway. */
const NAMES: { readonly [name in Exclude<keyof Question, 'from' | 'to'>]: string } = {
  at: 'Connected at',
  ownerNames: 'Person',
  roleNames: 'Role',
  targets: 'Target',
  status: 'Status',
  state: 'State',
  documentName: 'Document',
  reason: 'Reason contains',
  accountIds: 'Account',
  region: 'Region',
  accessType: 'Access type',
  open: 'Open',
  minDuration: 'Lasted at least, seconds',
}

function describe(question: Question): { readonly name: string; readonly value: string }[] {
  const names = Object.keys(NAMES) as (keyof typeof NAMES)[]
  return names.flatMap((name) =>
    question[name] === undefined ? [] : [{ name: NAMES[name], value: [question[name]].flat().join(' or ') }],
  )
}
