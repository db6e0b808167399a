import { fromEnv } from '@aws-sdk/credential-provider-env'
import { fromHttp } from '@aws-sdk/credential-provider-http'
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core'
import { chain } from '@smithy/core/config'

/** All that Lambda gives: keys, or the address of keys. Nobody signs in there, and there is no profile. */
export const defaultProvider = () =>
  memoizeIdentityProvider(
    chain(fromEnv(), () => fromHttp()()), // fromHttp throws where there is no address, so it must wait its turn
    isIdentityExpired,
    doesIdentityRequireRefresh,
  )

/** DynamoDB's client prepares to discover endpoints, which no command of it does. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {}
export const resolveEndpointDiscoveryConfig = <Config>(config: Config) => config
