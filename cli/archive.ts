import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Receipt } from '../archive/receipt'
import { SessionsTable } from '../archive/sessions-table'
import { type Source, sourceKey } from '../archive/source'
import { SweepsTable } from '../archive/sweeps-table'
import { makeSsmClient } from '../sweep/clients'
import { SweepError, sweep } from '../sweep/sweep'
import type { SweepFlags } from './commands/archive'
import { awsConfig, openArchive, regionOf } from './open-archive'
import { describeCounts, startProgress } from './output/progress'
import type { ArchiveLocation } from './which-archive'

/** One sweep from here. Prints the receipt. */
export async function archive(flags: SweepFlags, location: ArchiveLocation): Promise<void> {
  const aws = awsConfig(flags)
  const ssm = makeSsmClient(aws)
  // The same handler: its timeouts are for every service.
  const { requestHandler } = ssm.config
  const source = await identify(new STSClient({ ...aws, requestHandler }), await regionOf(ssm))
  const { endpointUrl: _ofSsm, ...awsFlags } = flags
  const { client, sessionsTable, sweepsTable, close } = await openArchive(location, awsFlags)
  const progress = await startProgress(`Archiving ${sourceKey(source)}`)
  try {
    const receipt = await sweep({
      source,
      ssm,
      sessions: new SessionsTable({ client, tableName: sessionsTable }),
      sweeps: new SweepsTable({ client, tableName: sweepsTable }),
      now: () => new Date(),
      full: flags.full,
      onPage: (counts) => progress.show(counts),
    })
    progress.stop()
    console.log(flags.json ? JSON.stringify(receipt, null, 2) : describe(receipt))
  } catch (error) {
    progress.stop()
    if (!(error instanceof SweepError)) throw error
    console.error(`Before it failed: ${describeCounts(error.receipt)}`)
    throw error.message.includes(ResourceNotFoundException.name)
      ? new Error(
          `${error.message}: expected the tables ${sessionsTable} and ${sweepsTable} in ${source.region}`,
          {
            cause: error,
          },
        )
      : error
  } finally {
    await close()
  }
}

/** The account that the credentials belong to. */
async function identify(sts: STSClient, region: string): Promise<Source> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}))
  if (Account === undefined || !/^\d{12}$/.test(Account))
    throw new Error(
      `sts:GetCallerIdentity: received ${JSON.stringify(Account) ?? 'no account'}, expected an account of 12 digits`,
    )
  return { accountId: Account, region }
}

function describe(receipt: Receipt): string {
  return `Archived ${receipt.Source}: ${describeCounts(receipt)} (${receipt.Pages} list calls)`
}
