import type { Environment } from 'aws-cdk-lib'
import type { SessionArchiveStackProps } from './session-archive-stack'

/**
 * Where the stack is to be deployed: open, so that one template fits everywhere, unless a VPC has to be looked
 * up. Then it is the place that the CDK command line took from the AWS configuration.
 */
export function environmentOf(
  { vpcId }: SessionArchiveStackProps,
  { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region }: NodeJS.ProcessEnv,
): { env?: Environment } {
  return vpcId !== undefined && account && region ? { env: { account, region } } : {}
}
