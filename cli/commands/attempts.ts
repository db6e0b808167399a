import type { Command } from '@commander-js/extra-typings'
import { addWhereFlags, tablesNeeded } from '../asked-accounts'
import { owners, targets } from '../asked-names'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { type Io, say } from '../io'
import { moment, wholeNumber } from '../parsers'
import { questionOf } from '../question-flags'

export function define(command: Command, io: Io): void {
  addReadFlags(
    addWhereFlags(
      command
        .option('--owner <name...>', 'by this person, in every role: a name, or an ARN', owners)
        .option('--target <id...>', 'on this target: an id, an ARN, or an ECS cluster or task', targets)
        .option('--from <time>', 'at this time or later', moment)
        .option('--to <time>', 'before this time', moment)
        .option('--limit <n>', 'at most n attempts', wholeNumber(1)),
    ).addOption(outputOption()),
  )
    .addHelpText(
      'after',
      `
Attempts to start a session, or to run a command in a container, that AWS refused:
access denied, target not connected. CloudTrail tells of them; the archive asks it
once a day, of what is older than an hour. Newest first. Without --from and --to,
the question is about the last 30 days.

Examples:
  session-archive attempts --from 7d
  session-archive attempts --owner alice --output attempts.xlsx
  session-archive attempts --local ./sessions --target i-0abc1234def`,
    )
    .action(async ({ output, limit, ...flags }) => {
      const { account, sourceRegion: region } = flags
      const location = archiveToRead(flags, tablesNeeded(['sweepsTable'], account), io)
      const asked = questionOf(flags, io)
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { printAttempts } = require('../print-attempts') as typeof import('../print-attempts')
      const { printable } = require('../output/printable') as typeof import('../output/printable')
      const { leftOut } = require('../beside-answer') as typeof import('../beside-answer')
      await withArchive(location, flags, io, async ({ sweeps }) => {
        const question = { ...asked, accountIds: await resolveAccounts(account, sweeps), region }
        const lines = await printAttempts(sweeps, question, limit, output, io)
        for (const line of [...leftOut(question), ...lines.map(printable)]) say(io, line)
      })
    })
}
