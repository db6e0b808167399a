import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SessionStore } from '../archive/session-store'
import { type Source, sourceKey } from '../archive/source'
import { type Receipt, SweepLedger } from '../archive/sweep-ledger'
import { makeSsmClient } from '../lambda/clients'
import { SweepError, sweep } from '../lambda/sweep'
import type { ArchiveFlags } from './commands/archive'
import { type ArchiveLocation, openArchive } from './open-archive'
import { describeCounts, startProgress } from './progress'

/** One sweep from here. Prints the receipt. */
export async function archive(flags: ArchiveFlags, location: ArchiveLocation): Promise<void> {
  const aws = {
    ...(flags.region !== undefined && { region: flags.region }),
    ...(flags.profile !== undefined && { profile: flags.profile }),
  }
  const endpoint = flags.endpointUrl === undefined ? {} : { endpoint: flags.endpointUrl }
  const ssm = makeSsmClient({ ...aws, ...endpoint })
  const source = await identify(new STSClient({ ...aws, ...endpoint }), await ssm.config.region())
  const { client, sessionsTable, sweepsTable, close } = await openArchive(location, aws)
  const progress = await startProgress(`Archiving ${sourceKey(source)}`)
  try {
    const receipt = await sweep({
      source,
      ssm,
      store: new SessionStore({ client, tableName: sessionsTable }),
      ledger: new SweepLedger({ client, tableName: sweepsTable }),
      now: () => new Date(),
      onPage: (counts) => progress.show(counts),
    })
    progress.stop()
    console.log(flags.json ? JSON.stringify(receipt, null, 2) : describe(receipt))
  } catch (error) {
    progress.stop()
    if (error instanceof SweepError) console.error(`Before it failed: ${describeCounts(error.receipt)}`)
    throw error
  } finally {
    await close()
  }
}

/** The account that the credentials belong to. */
async function identify(sts: STSClient, region: string): Promise<Source> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}))
  if (Account === undefined) throw new Error('sts:GetCallerIdentity named no account')
  return { accountId: Account, region }
}

function describe(receipt: Receipt): string {
  return `Archived ${receipt.Source}: ${describeCounts(receipt)} (${receipt.Pages} list calls)`
}
