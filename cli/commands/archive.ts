import { Command } from 'commander'
import { region, url } from '../options'

export interface ArchiveFlags {
  readonly region?: string
  readonly profile?: string
  readonly endpointUrl?: string
  readonly table?: string
  readonly sweepsTable?: string
  readonly local?: string
  readonly full: boolean
  readonly json: boolean
}

export function archiveCommand(): Command {
  return new Command('archive')
    .description('Sweep once, now, from here: archive every session that AWS still shows.')
    .option('--region <region>', 'region to sweep (default: as the AWS CLI finds it)', region)
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option(
      '--endpoint-url <url>',
      'list the sessions of this endpoint, such as an emulator, not of AWS',
      url,
    )
    .option('--table <name>', 'archive into this DynamoDB table (or $SESSION_ARCHIVE_TABLE)')
    .option('--sweeps-table <name>', 'and its receipts into this one (or $SESSION_ARCHIVE_SWEEPS_TABLE)')
    .option('--local <dir>', 'archive into this folder instead: no deployment needed')
    .option('--full', 'list everything that AWS shows, due or not', false)
    .option('--json', 'print the receipt as JSON', false)
    .addHelpText(
      'after',
      `
The tables are found as the AWS CLI finds them: $AWS_ENDPOINT_URL_DYNAMODB can point elsewhere.
The account is the one that sts:GetCallerIdentity names.

Examples:
  session-archive archive --region eu-west-1 --local ./sessions
  session-archive archive --table Sessions --sweeps-table Sweeps --profile audit
  session-archive archive --endpoint-url http://127.0.0.1:8000 --local ./sessions`,
    )
    .action(async (flags: ArchiveFlags, command: Command) => {
      const { archive } = require('../archive') as typeof import('../archive')
      const { whichArchive } = require('../open-archive') as typeof import('../open-archive')
      await archive(
        flags,
        whichArchive(flags, process.env, (message) => command.error(message)),
      )
    })
}
