import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { addWhereFlags, tablesNeeded } from '../asked-accounts'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { Ended, type Io, say, UsageError } from '../io'
import { UNARCHIVED } from '../output/columns'
import { print } from '../output/print'
import { moment, nonEmpty } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    addWhereFlags(
      command
        .requiredOption('--trail <dir>', 'a copy of the bucket of a CloudTrail trail', nonEmpty)
        .option('--from <time>', 'started at this time or later', moment)
        .option('--to <time>', 'started before this time', moment),
    ).addOption(outputOption()),
  )
    .addHelpText(
      'after',
      `
Lists the sessions that CloudTrail's log files know and that the archive lacks, of an
account or of a whole organization. It reads every log file below the folder, and
changes nothing. Whether all files are there, and as CloudTrail wrote them, is what
'session-archive verify --trail' judges.

The exit status is 1 if a session is missing, if a file cannot be read, or if there
is no log file.

Examples:
  aws s3 sync s3://my-trail-bucket ./trail
  session-archive reconcile --trail ./trail
  session-archive reconcile --trail ./trail --from 2026-01-01 --to 2027-01-01 --output missing.xlsx`,
    )
    .action(async ({ trail, from, to, output, ...flags }) => {
      const { account, sourceRegion: region } = flags
      if (from !== undefined && to !== undefined && from >= to)
        throw new UsageError(`received --from ${from} and --to ${to}, expected --from before --to`)
      const location = archiveToRead(flags, tablesNeeded(['table'], account), io)
      const folder = resolve(io.cwd, trail)
      if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true)
        throw new UsageError(`received --trail ${trail}, expected a folder with a copy of a trail's bucket`)
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { reconcile } = require('../reconcile') as typeof import('../reconcile')
      const isComplete = await withArchive(location, flags, io, async ({ sessions, sweeps }) => {
        const where = { accountIds: await resolveAccounts(account, sweeps), region }
        const { missing, describe } = reconcile(sessions, folder, { ...where, from, to })
        const printed = await print(missing, UNARCHIVED, output, io)
        const { lines, problems } = describe()
        for (const line of [...lines, ...problems.list]) say(io, line)
        return printed === 0 && problems.count === 0
      })
      if (!isComplete) throw new Ended(1)
    })
}
