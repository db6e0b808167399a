import { Command } from 'commander'
import { region, url } from '../parsers'
import { type ArchiveFlags, addArchiveFlags, type Needs, whichArchive } from '../which-archive'

export interface SweepFlags extends ArchiveFlags {
  readonly region?: string
  readonly profile?: string
  readonly endpointUrl?: string
  readonly full: boolean
  readonly json: boolean
}

const NEEDS: Needs = ['sessionsTable', 'sweepsTable']

export function archiveCommand(): Command {
  const command = new Command('archive')
    .description('Sweep once, now, from here: archive every session that AWS still shows.')
    .option('--region <region>', 'region to sweep (default: as the AWS CLI finds it)', region)
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option(
      '--endpoint-url <url>',
      'list the sessions of this endpoint, such as an emulator, not of AWS',
      url,
    )
  return addArchiveFlags(command, NEEDS)
    .option('--full', 'list everything that AWS shows, due or not', false)
    .option('--json', 'print the receipt as JSON', false)
    .addHelpText(
      'after',
      `
The tables are found as the AWS CLI finds them: $AWS_ENDPOINT_URL_DYNAMODB can point elsewhere.
Deployed tables take writes from their own archiver and from break-glass principals only.
The account is the one that sts:GetCallerIdentity names.

Examples:
  session-archive archive --region eu-west-1 --local ./sessions
  session-archive archive --endpoint-url http://127.0.0.1:8000 --local ./sessions`,
    )
    .action(async (flags: SweepFlags) => {
      const location = whichArchive(flags, NEEDS, process.env, (message) => command.error(message))
      const { archive } = require('../archive') as typeof import('../archive')
      await archive(flags, location)
    })
}
