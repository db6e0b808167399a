import { CloudTrailClient, type CloudTrailClientConfig } from '@aws-sdk/client-cloudtrail'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/**
 * A call without an answer, or with one that stops in its middle, is given up after a time: a sweep must not hang until
 * the function's timeout.
 */
export const TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
  socketTimeout: 30_000,
}

/** A throttled or failed call is tried up to 8 times, with exponential backoff and full jitter. */
export const RETRIES = { maxAttempts: 8 }

const RETRIES_AND_TIMEOUTS = { ...RETRIES, requestHandler: TIMEOUTS }

export function makeSsmClient(config: SSMClientConfig): SSMClient {
  return new SSMClient({ ...RETRIES_AND_TIMEOUTS, ...config })
}

/** CloudTrail allows 2 calls per second and source: the client learns from the first refusal how fast it may go. */
export function makeCloudTrailClient(config: CloudTrailClientConfig): CloudTrailClient {
  return new CloudTrailClient({ ...RETRIES_AND_TIMEOUTS, retryMode: 'adaptive', ...config })
}

export function makeDynamoDBClient(config: DynamoDBClientConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...RETRIES_AND_TIMEOUTS, ...config }), {
    marshallOptions: { removeUndefinedValues: true },
  })
}
