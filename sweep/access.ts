import { AccountClient } from '@aws-sdk/client-account'
import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import type { SSMClient, SSMClientConfig } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { MEMBER_ROLE_NAME } from '../archive/names'
import type { Source } from '../archive/source'
import { makeCloudTrailClient, makeSsmClient, RETRIES, TIMEOUTS } from './clients'

/** The member role could not be assumed. AWS does not say why: no role, another trust, a suspended account, a policy. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

export interface AccessOptions {
  /** Where the archiver runs: its own credentials are those of this account. */
  readonly home: Source
  /** @default 'aws' */
  readonly partition?: string
  /** @default MEMBER_ROLE_NAME */
  readonly memberRoleName?: string
  /** Of every client, such as an endpoint. @default - as the environment says */
  readonly config?: Pick<SSMClientConfig, 'endpoint' | 'credentials' | 'retryStrategy'>
}

/** STS's regional endpoints can be switched off in an account; this one cannot. */
const LAST_RESORT = 'us-east-1'
const SESSION_NAME = 'session-archive'
const SESSION_SECONDS = 3600

/** Clients of every account: those of others with the credentials of the member role, assumed once per account. */
export class Access {
  private readonly roles = new Map<string, ReturnType<Access['assumeRole']>>()
  /** All clients share its connections: nobody may destroy one of them. */
  private readonly requestHandler = new NodeHttpHandler(TIMEOUTS)

  constructor(readonly options: AccessOptions) {}

  /** Systems Manager of a source. */
  ssm({ accountId, region }: Source): SSMClient {
    return makeSsmClient(this.config(accountId, region))
  }

  /** CloudTrail of a source. */
  cloudTrail({ accountId, region }: Source): CloudTrailClient {
    return makeCloudTrailClient(this.config(accountId, region))
  }

  /** AWS Account Management, which knows the regions of an account. */
  account(accountId: string): AccountClient {
    return new AccountClient(this.config(accountId, this.options.home.region))
  }

  organizations(): OrganizationsClient {
    const { accountId, region } = this.options.home
    return new OrganizationsClient(this.config(accountId, region))
  }

  /** Assumes an account's role ahead of time: who needs it then does not wait, and learns if it cannot be assumed. */
  prepare(accountId: string): void {
    if (accountId !== this.options.home.accountId) this.credentials(accountId).catch(() => {})
  }

  /** Forgets all credentials: a role that is not there now may be there the next time. */
  forget(): void {
    this.roles.clear()
  }

  close(): void {
    this.requestHandler.destroy()
  }

  private config(accountId: string, region: string) {
    const { home, config } = this.options
    const own = { ...RETRIES, ...config, requestHandler: this.requestHandler, region }
    if (accountId === home.accountId) return own
    return { ...own, credentials: () => this.credentials(accountId) }
  }

  private credentials(accountId: string) {
    const credentials = this.roles.get(accountId) ?? this.assumeRole(accountId)
    this.roles.set(accountId, credentials)
    return credentials
  }

  private async assumeRole(accountId: string) {
    const { home, partition = 'aws', memberRoleName = MEMBER_ROLE_NAME } = this.options
    const RoleArn = `arn:${partition}:iam::${accountId}:role/${memberRoleName}`
    try {
      return await this.assume(RoleArn, home.region).catch((error: unknown) => {
        const isSwitchedOff = error instanceof Error && error.name === 'RegionDisabledException'
        if (!isSwitchedOff || home.region === LAST_RESORT || partition !== 'aws') throw error
        return this.assume(RoleArn, LAST_RESORT)
      })
    } catch (cause) {
      throw new UnreachableError(`${RoleArn}: ${cause}`, { cause })
    }
  }

  private async assume(RoleArn: string, region: string) {
    const sts = new STSClient(this.config(this.options.home.accountId, region))
    const { Credentials, AssumedRoleUser } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: SESSION_NAME, DurationSeconds: SESSION_SECONDS }),
    )
    const [expected, received] = [RoleArn, AssumedRoleUser?.Arn].map((arn) => arn?.split(':')[4])
    if (received !== expected)
      throw new Error(`received a role of account ${received}, expected one of ${expected}`)
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {}
    if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
      throw new Error('received no credentials')
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    }
  }
}
