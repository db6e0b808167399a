import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from './aws-config'

/** The ARN of whose credentials these are. */
export async function callerArn({ endpoint, ...aws }: AwsConfig, env: NodeJS.ProcessEnv): Promise<string> {
  const sts = new STSClient({ ...aws, endpoint: env.AWS_ENDPOINT_URL_STS ?? endpoint })
  const { Arn } = await sts.send(new GetCallerIdentityCommand({})).finally(() => sts.destroy())
  if (Arn === undefined) throw new Error('sts:GetCallerIdentity: received no Arn, expected one')
  return Arn
}
