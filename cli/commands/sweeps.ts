import { Command, Option } from 'commander'
import { type AwsFlags, addAwsFlags, type Format, outputOption } from '../aws-flags'
import { source, wholeNumber } from '../parsers'
import { type ArchiveFlags, addArchiveFlags, type Needs, whichArchive } from '../which-archive'

export interface SweepsFlags extends AwsFlags, ArchiveFlags {
  readonly source?: string
  readonly outcome?: string
  readonly limit?: number
  readonly coverage: boolean
  readonly output: Format
}

const NEEDS: Needs = ['sweepsTable']

export function sweepsCommand(): Command {
  const command = new Command('sweeps')
    .description('Show the receipts of sweeps, newest first, or what they prove.')
    .option('--source <account/region>', 'of this source', source)
    .addOption(
      new Option('--outcome <outcome>', 'with this outcome').choices(['complete', 'incomplete', 'failed']),
    )
    .option('--limit <n>', 'no more than so many', wholeNumber(1))
    .option('--coverage', 'show in which time no session can have been missed, and every gap', false)
    .addOption(outputOption())
  return addArchiveFlags(addAwsFlags(command), NEEDS)
    .addHelpText(
      'after',
      `
With --coverage: a session that ended in a time that is covered is in the archive. In a gap, sessions may
have ended and been forgotten by AWS unseen. Exit status 1 if there is a gap, or nothing is covered.

Examples:
  session-archive sweeps --stack SessionArchive --outcome failed
  session-archive sweeps --stack SessionArchive --coverage
  session-archive sweeps --local ./sessions --coverage --output json`,
    )
    .action(async (flags: SweepsFlags) => {
      const location = whichArchive(flags, NEEDS, process.env, (message) => command.error(message))
      if (flags.coverage && (flags.outcome !== undefined || flags.limit !== undefined))
        command.error("error: '--coverage' is of all receipts: expected no --outcome or --limit with it")
      const { sweeps } = require('../sweeps') as typeof import('../sweeps')
      await sweeps(flags, location)
    })
}
