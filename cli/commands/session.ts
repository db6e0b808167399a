import { Command } from 'commander'
import { type AwsFlags, addAwsFlags, type Format, outputOption } from '../aws-flags'
import { nonEmpty } from '../parsers'
import { type ArchiveFlags, addArchiveFlags, type Needs, whichArchive } from '../which-archive'

export interface SessionFlags extends AwsFlags, ArchiveFlags {
  readonly output: Format
}

const NEEDS: Needs = ['sessionsTable']

export function sessionCommand(): Command {
  const command = new Command('session')
    .description('Show everything known of one session, and how it is known.')
    .argument('<id>', 'its SessionId', nonEmpty)
    .addOption(outputOption())
  return addArchiveFlags(addAwsFlags(command), NEEDS)
    .addHelpText(
      'after',
      `
Exit status 1 where the archive has no such session.

Examples:
  session-archive session alice-0a1b2c3d4e5f67890 --stack SessionArchive
  session-archive session alice-0a1b2c3d4e5f67890 --local ./sessions --output json`,
    )
    .action(async (id: string, flags: SessionFlags) => {
      const location = whichArchive(flags, NEEDS, process.env, (message) => command.error(message))
      const { session } = require('../session') as typeof import('../session')
      await session(id, flags, location)
    })
}
