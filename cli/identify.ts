import type { SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import type { Source } from '../archive/source'
import { regionOf } from './open-archive'

/** The account that the credentials belong to, and the region. */
export async function identify(aws: STSClientConfig, ssm: SSMClient): Promise<Source> {
  const region = await regionOf(ssm)
  // The timeouts of the one client suit the other.
  const sts = new STSClient({ ...aws, requestHandler: ssm.config.requestHandler })
  const { Account } = await sts.send(new GetCallerIdentityCommand({}))
  if (Account === undefined || !/^\d{12}$/.test(Account))
    throw new Error(
      `sts:GetCallerIdentity: received ${JSON.stringify(Account) ?? 'no account'}, expected an account of 12 digits`,
    )
  return { accountId: Account, region }
}
