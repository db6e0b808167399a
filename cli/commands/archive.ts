import type { Command } from '@commander-js/extra-typings'
import type { Receipt } from '../../archive/receipt'
import { sourceKey } from '../../archive/source'
import { addArchiveFlags, archiveNamed, outputOption } from '../flags'
import { type Io, say, UsageError, write } from '../io'
import type { OpenArchive } from '../open-archive'
import { RECEIPTS } from '../output/columns'
import { counted, grouped } from '../output/format'
import { print } from '../output/print'
import { printable } from '../output/printable'
import { describeCounts } from '../output/progress'
import { region, url } from '../parsers'

/** What CloudTrail said that the counts do not tell. */
function witnessLines({ Witness }: Receipt): string[] {
  if (Witness === undefined) return []
  const { Problem, Recovered, Uncorroborated, Refused } = Witness
  const told = [
    Recovered > 0 ? `${grouped(Recovered)} recovered` : '',
    Uncorroborated > 0 ? `${grouped(Uncorroborated)} that AWS should list and does not` : '',
    Refused > 0 ? `${counted(Refused, 'refused attempt')} kept` : '',
  ].filter(Boolean)
  return [
    ...(told.length > 0 ? [`CloudTrail: ${told.join(', ')}.`] : []),
    ...(Problem === undefined ? [] : [`CloudTrail was not asked for all: ${printable(Problem)}`]),
  ]
}

function nameLines({ Names }: Receipt): string[] {
  return Names?.Problem === undefined
    ? []
    : [`Not all targets could be looked up by name: ${printable(Names.Problem)}`]
}

export function define(command: Command, io: Io): void {
  addArchiveFlags(
    command
      .option('--region <region>', 'region to sweep (default: as the AWS CLI finds it)', region)
      .option('--profile <name>', 'profile of the AWS configuration files')
      .option('--endpoint-url <url>', 'list the sessions of this endpoint, such as an emulator', url),
  )
    .option('--full', 'list everything that AWS shows, due or not', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Say where to keep the sessions: in a folder (--local), which is made if it does
not exist, in the tables of a stack (--stack), or in two tables (--table and
--sweeps-table). Deployed tables accept writes only from their archiver and from
break-glass principals. $AWS_ENDPOINT_URL_DYNAMODB says where the tables are, if
not in AWS. The account is the one that sts:GetCallerIdentity names.

Examples:
  session-archive archive --region eu-west-1 --local ./sessions
  session-archive archive --endpoint-url http://127.0.0.1:8000 --local ./demo`,
    )
    .action(async ({ full, output, endpointUrl, ...flags }) => {
      const location = archiveNamed(flags, ['table', 'sweepsTable'], io)
      if (location === undefined)
        throw new UsageError("where to? expected '--local <dir>', '--stack <name>' or '--table <name>'")
      const { makeCloudTrailClient, makeSsmClient } =
        require('../../sweep/clients') as typeof import('../../sweep/clients')
      const { identify } = require('../identify') as typeof import('../identify')
      const { awsConfig } = require('../aws-config') as typeof import('../aws-config')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      const { sweepInto } = require('../sweep-into') as typeof import('../sweep-into')
      const aws = await awsConfig(flags, io)
      const ssm = makeSsmClient({ ...aws, endpoint: endpointUrl })
      const source = await identify({ ...aws, endpoint: endpointUrl }, ssm)
      const cloudTrail = () => makeCloudTrailClient({ ...aws, endpoint: endpointUrl })
      const job = { source, ssm, cloudTrail, now: () => new Date(), full }
      const label = `Archiving ${sourceKey(source)}`
      const sweep = (archive: OpenArchive) => sweepInto(archive, label, job, io)
      const receipt = await withArchive(location, flags, io, sweep, aws)
      const { Source, Pages } = receipt
      if (output !== 'table') await print([receipt], RECEIPTS, output, io)
      else await write(io, `Archived ${Source}: ${describeCounts(receipt)} (${Pages} list calls)\n`)
      for (const line of [...witnessLines(receipt), ...nameLines(receipt)]) say(io, line)
    })
}
