import { type Command, Option } from '@commander-js/extra-typings'
import { addWhereFlags, tablesNeeded } from '../asked-accounts'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { Ended, type Io } from '../io'

const STATES = ['swept', 'unknown', 'excluded', 'retired'] as const

export function define(command: Command, io: Io): void {
  addReadFlags(
    addWhereFlags(command)
      .addOption(new Option('--state <state>', 'in this state').choices(STATES))
      .addOption(outputOption()),
  )
    .addHelpText(
      'after',
      `
Shows every account and region that the archive knows: those that are swept, the
worst first; accounts whose regions AWS does not list, so that there may be
others (unknown); and those that are excluded by the configuration or retired,
since when and why. Days: until AWS forgets a session that no complete sweep has
seen. The exit status is 1 if one that is swept was not swept completely for 25
hours, or ever, if accounts or regions are unknown, or if the archive knows nothing
of the account or region that is asked about.

Examples:
  session-archive sources
  session-archive sources --account 'shop*' --state swept
  session-archive sources --state retired --output retired.xlsx`,
    )
    .action(async ({ account, sourceRegion, state, output, ...flags }) => {
      const location = archiveToRead(flags, tablesNeeded(['sweepsTable'], account), io)
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { printSources } = require('../print-sources') as typeof import('../print-sources')
      await withArchive(location, flags, io, async ({ sweeps }) => {
        const accountIds = await resolveAccounts(account, sweeps)
        const asked = { accountIds, region: sourceRegion, state }
        if (!(await printSources(sweeps, asked, new Date(), output, io))) throw new Ended(1)
      })
    })
}
