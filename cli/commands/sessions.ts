import type { Command } from '@commander-js/extra-typings'
import type { SessionRecord } from '../../archive/record'
import type { Reads } from '../../audit/read-index'
import { tablesNeeded } from '../asked-accounts'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { type Io, say } from '../io'
import { atMost, type Stream } from '../output/at-most'
import { OPEN_SESSIONS, SESSIONS } from '../output/columns'
import { print } from '../output/print'
import { wholeNumber } from '../parsers'
import { addQuestionFlags, QUESTION_HELP, questionOf } from '../question-flags'

/** The smallest query page with --limit, for filters that few sessions match. */
const LEAST_PAGE = 100

export function define(command: Command, io: Io): void {
  addReadFlags(
    addQuestionFlags(command)
      .option('--limit <n>', 'at most n sessions', wholeNumber(1))
      .option('--newest-first', 'the latest StartDate first', false)
      .addOption(outputOption())
      .option('--explain', 'say which index was read, and how much of it', false),
  )
    .addHelpText(
      'after',
      `${QUESTION_HELP}

Examples:
  session-archive sessions --owner alice --from 2026-01-01 --to 2027-01-01
  session-archive sessions --owner alice --owner 'alice@*' --role Admin
  session-archive sessions --at 2026-11-24T02:14:00Z --target i-0abc1234def
  session-archive sessions --from 7d --reason INC-4711 --output inc.xlsx
  session-archive sessions --account 'shop*' --source-region eu-west-1
  session-archive sessions --local ./sessions --open --min-duration 8h`,
    )
    .action(async ({ output, limit, newestFirst, explain, ...flags }) => {
      const location = archiveToRead(flags, tablesNeeded(['table'], flags.account), io)
      const asked = questionOf(flags, io)
      const { findSessions } =
        require('../../audit/find-sessions') as typeof import('../../audit/find-sessions')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { asOf, leftOut } = require('../beside-answer') as typeof import('../beside-answer')
      const { lacking } = require('../lacking') as typeof import('../lacking')
      const { newReads } = require('../../audit/read-index') as typeof import('../../audit/read-index')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const reads = newReads()
      const now = new Date()
      const read = await withArchive(location, flags, io, async ({ sessions, sweeps }) => {
        const question = { ...asked, accountIds: await resolveAccounts(flags.account, sweeps) }
        const search = { ...sessions, question, newestFirst, now, reads }
        const found: Stream<SessionRecord> =
          limit === undefined
            ? findSessions(search)
            : atMost(limit, findSessions({ ...search, pageSize: Math.max(limit + 1, LEAST_PAGE) }), io)
        const kind = question.open ? OPEN_SESSIONS : SESSIONS
        const printed = await print(asOf(found, sweeps, now, io), kind, output, io)
        const read = describe(reads, printed)
        for (const line of [...leftOut(question), ...(await lacking(question, sweeps, now))]) say(io, line)
        return read
      })
      if (explain) say(io, read)
    })
}

function describe({ indexes, calls, items, readUnits }: Reads, returned: number): string {
  const index = [...indexes].join(', ') || 'no index'
  return `Read ${index}: ${calls} calls, ${items} items read, ${returned} returned, ${readUnits} read units.`
}
