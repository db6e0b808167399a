import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { AwsConfig } from './aws-config'

/** The outputs of a CloudFormation stack, by name. */
export async function stackOutputs(stack: string, aws: AwsConfig): Promise<Map<string, string>> {
  const client = new CloudFormationClient(aws)
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }))
    const outputs = Stacks[0]?.Outputs ?? []
    return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
  } finally {
    client.destroy()
  }
}
