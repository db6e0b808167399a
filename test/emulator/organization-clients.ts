import { AccountClient, ListRegionsCommand, type ListRegionsCommandInput } from '@aws-sdk/client-account'
import {
  ListAccountsCommand,
  type ListAccountsCommandInput,
  OrganizationsClient,
} from '@aws-sdk/client-organizations'
import { DescribeSessionsCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts'
import { Clock } from '../../emulator/clock'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { Organization } from '../../emulator/organization'
import type { Emulator } from '../../emulator/server'
import { NOW, start } from './builders'

export const OWN = '111122223333'
export const MEMBER = '444455556666'
export const OTHER = '777788889999'

/** The own account and two members, of which the first has two regions. */
export async function startOrganization() {
  const organization = new Organization({ clock: Clock.frozenAt(NOW) })
  const regions = { 'us-east-1': 'ENABLED_BY_DEFAULT', 'eu-south-2': 'ENABLED' } as const
  organization.add({ id: MEMBER, name: 'Payments', regions })
  organization.add({ id: OTHER })
  return { organization, emulator: await start({ organization }) }
}

/** Who calls from where. */
export interface Place {
  readonly region?: string
  readonly credentials?: typeof LOCAL_CREDENTIALS.credentials
}

/** Of a client that does not retry. */
export function configuration({ url }: Pick<Emulator, 'url'>, place: Place = {}) {
  return { ...LOCAL_CREDENTIALS, ...place, endpoint: url, maxAttempts: 1 }
}

/** The credentials and the role that a caller gets. */
export async function assume(emulator: Emulator, input: Partial<AssumeRoleCommandInput> = {}, place?: Place) {
  const RoleArn = `arn:aws:iam::${MEMBER}:role/session-archive-reader`
  const role = { RoleArn, RoleSessionName: 'session-archive', ...input }
  const sts = new STSClient(configuration(emulator, place))
  const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand(role))
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {}
  return {
    arn: AssumedRoleUser?.Arn,
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
  }
}

/** The ids of the ended sessions of a source. */
export async function historyOf(emulator: Emulator, place?: Place) {
  const ssm = new SSMClient(configuration(emulator, place))
  const { Sessions = [] } = await ssm.send(new DescribeSessionsCommand({ State: 'History' }))
  return Sessions.map(({ SessionId }) => SessionId)
}

export function listAccounts(
  emulator: Pick<Emulator, 'url'>,
  input: ListAccountsCommandInput = {},
  place?: Place,
) {
  const client = new OrganizationsClient(configuration(emulator, place))
  return client.send(new ListAccountsCommand(input))
}

export function listRegions(emulator: Emulator, input: ListRegionsCommandInput = {}, place?: Place) {
  return new AccountClient(configuration(emulator, place)).send(new ListRegionsCommand(input))
}
