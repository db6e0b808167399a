import { type MappingSettings, startQueue } from './event-source-mapping'
import type { DeployedTemplate } from './template'

/** The template's queue of sources with its mapping to the function. Undefined: the template has none. */
export async function openDeployedQueue(template: DeployedTemplate) {
  const settings = settingsOf(template)
  return settings && startQueue(settings)
}

/** What the template says of its queue, its dead letters and the mapping. */
export function settingsOf(template: DeployedTemplate): MappingSettings | undefined {
  const mapping = template
    .all('AWS::Lambda::EventSourceMapping')
    .find(({ EventSourceArn }) => EventSourceArn.startsWith('arn:aws:sqs:'))
  if (mapping === undefined) return undefined
  const arn: string = mapping.EventSourceArn
  const queue = template.resource('AWS::SQS::Queue', arn.split(':').at(-1)).Properties
  return {
    batchSize: mapping.BatchSize,
    maximumConcurrency: mapping.ScalingConfig.MaximumConcurrency,
    visibilityTimeoutSeconds: queue.VisibilityTimeout,
    maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
  }
}
