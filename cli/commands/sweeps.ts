import { type Command, Option } from '@commander-js/extra-typings'
import { OUTCOMES } from '../../archive/receipt'
import { addWhereFlags, tablesNeeded } from '../asked-accounts'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { type Io, UsageError } from '../io'
import { source, wholeNumber } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    addWhereFlags(command.option('--source <account/region>', 'of this source', source))
      .addOption(new Option('--outcome <outcome>', 'with this outcome').choices(OUTCOMES))
      .option('--limit <n>', 'at most n receipts', wholeNumber(1))
      .option('--coverage', 'show in which time no session can have been missed, and every gap', false)
      .option('--rounds', 'show the receipts of rounds: what the schedule found each time', false)
      .addOption(outputOption()),
  )
    .addHelpText(
      'after',
      `
With --coverage: the archive has every session that ended in a covered time. In
a gap, sessions may have ended that AWS has forgotten unseen. Of an expired time,
the archive had every session, and deletes the records (retentionDays). Nothing
is asked of an account or a region after it was retired; what is excluded is not
covered from then on. The exit status is 1 if there is a gap, or if nothing is
covered.

With --rounds: a deployed archive makes one every hour; a folder has none. Due:
sources that were to be swept; Sent: those given to the queue; Left: those for
which there was no time. Late: no complete sweep for 25 hours. DaysUntilLoss: of
the worst source, until AWS forgets a session that no complete sweep has seen.

Examples:
  session-archive sweeps --outcome failed
  session-archive sweeps --account Shop --outcome denied --limit 10
  session-archive sweeps --coverage
  session-archive sweeps --rounds --limit 24
  session-archive sweeps --local ./sessions --coverage --output json`,
    )
    .action(async ({ source, account, sourceRegion, outcome, limit, coverage, rounds, output, ...flags }) => {
      const where = Object.entries({ source, account, 'source-region': sourceRegion })
      const [narrowed] = where.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]))
      if (coverage && (outcome !== undefined || limit !== undefined))
        throw new UsageError("'--coverage' is about all receipts: expected no --outcome or --limit with it")
      if (source !== undefined && (account !== undefined || sourceRegion !== undefined))
        throw new UsageError("'--source' is an account and a region: expected no other with it")
      if (rounds && (coverage || outcome !== undefined || narrowed !== undefined))
        throw new UsageError("'--rounds' is about all sources: expected only --limit with it")
      const location = archiveToRead(flags, tablesNeeded(['sweepsTable'], account), io)
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { resolveAccounts } = require('../resolve-accounts') as typeof import('../resolve-accounts')
      const { printCoverage } = require('../print-coverage') as typeof import('../print-coverage')
      const { printReceipts, printRounds } =
        require('../print-receipts') as typeof import('../print-receipts')
      await withArchive(location, flags, io, async ({ sweeps }) => {
        if (rounds) return printRounds(sweeps, limit, output, io)
        const [id, region = sourceRegion] = source?.split('/') ?? []
        const accountIds = id === undefined ? await resolveAccounts(account, sweeps) : [id]
        const asked = { accountIds, region }
        return coverage
          ? printCoverage(sweeps, asked, output, io)
          : printReceipts(sweeps, { ...asked, outcome, limit }, output, io)
      })
    })
}
