import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { loadSharedConfigFiles } from '@smithy/core/config'
import { TIMEOUTS } from '../sweep/clients'
import { askMfaCode } from './ask-mfa-code'
import type { AwsFlags } from './flags'
import { httpsAgent } from './https-agent'
import type { Io } from './io'

export type AwsConfig = Awaited<ReturnType<typeof awsConfig>>

/** The configuration of SDK clients. Clients that share it ask for an MFA code once: a code is good for one call. */
export async function awsConfig({ region, profile, endpointUrl }: AwsFlags, io: Io) {
  const { env } = io
  const profileAsked = profile || env.AWS_PROFILE
  if (profileAsked) await checkProfile(profileAsked)
  const profileUsed = profileAsked || 'default'
  const requestHandler = { ...TIMEOUTS, httpsAgent: await httpsAgent(profileUsed, env) }
  // The AWS CLI knows both variables, the SDK only the first.
  const regionAsked = region || env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined
  return {
    region: regionAsked,
    profile,
    endpoint: endpointUrl,
    requestHandler,
    credentials: defaultProvider({
      profile,
      // For the clients that get credentials, such as that of IAM Identity Center.
      clientConfig: { requestHandler },
      // The role's assumer asks instead, when it has the credentials to assume it with.
      mfaCodeProvider: async () => '',
      roleAssumer: async (credentials, role) => {
        const { getDefaultRoleAssumer } = await import('@aws-sdk/client-sts')
        const assume = getDefaultRoleAssumer({ requestHandler, profile, region: regionAsked })
        const { SerialNumber: device } = role
        if (device === undefined) return assume(credentials, role)
        const TokenCode = await askMfaCode(device, profileUsed, io)
        return assume(credentials, { ...role, TokenCode })
      },
    }),
  }
}

/** Without a profile of this name, the SDK would go on with whatever credentials the machine has, of any account. */
async function checkProfile(profile: string): Promise<void> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles()
  if (!Object.hasOwn(configFile, profile) && !Object.hasOwn(credentialsFile, profile))
    throw new Error(
      `--profile or $AWS_PROFILE: received ${JSON.stringify(profile)}, expected a profile of the AWS configuration files`,
    )
}
