import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { ENVIRONMENT, EVIDENCE_ENVIRONMENT, METRIC_NAMESPACE, UNEXPECTED_CHANGE } from '../archive/names'
import { Log } from '../evidence/log'
import { publish, publishKey, type Signer } from '../evidence/publish'
import { S3Bucket } from '../evidence/s3-bucket'
import { makeDynamoDBClient, RETRIES, TIMEOUTS } from '../sweep/clients'
import type { LambdaContext } from './archiver'
import { required } from './config'
import { unexplainedExpiries } from './explain-expiries'
import { notarise, openKmsSigner } from './kms-signer'
import { readStreamEvent } from './stream-event'

const { env } = process
const names = {
  sessionsTable: required(env, ENVIRONMENT.sessionsTable, 'the name of the Sessions table'),
  sweepsTable: required(env, ENVIRONMENT.sweepsTable, 'the name of the Sweeps table'),
}
const bucketName = required(env, EVIDENCE_ENVIRONMENT.bucket, 'the name of a bucket')
const signingKey = required(env, EVIDENCE_ENVIRONMENT.signingKey, 'the ARN of a key')
const archiveKey = required(env, EVIDENCE_ENVIRONMENT.archiveKey, 'the ARN of a key')
const functionName = required(env, 'AWS_LAMBDA_FUNCTION_NAME', "the function's name, set by Lambda")

const logger = new Logger({ serviceName: functionName })
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: functionName })
const client = { ...RETRIES, requestHandler: TIMEOUTS }
const kms = new KMSClient(client)
const sweeps = { client: makeDynamoDBClient({}), tableName: names.sweepsTable }
const bucket = new S3Bucket(new S3Client(client), bucketName)
const log = new Log(bucket)
let signer: Signer | undefined

/**
 * Appends what has changed in the tables to the evidence log, signs the log, and has it notarised.
 *
 * @throws Error if any of that failed: Lambda then delivers the same changes again, and those after them wait
 */
export async function handler(event: unknown, context: LambdaContext): Promise<void> {
  logger.resetKeys()
  logger.appendKeys({ requestId: context.awsRequestId })
  try {
    const { changes, unexpected, expiries } = readStreamEvent(event, names)
    ring(unexpected)
    if (changes.length > 0) await logChanges(changes, context)
    ring(await unexplainedExpiries(sweeps, expiries))
  } catch (error) {
    logger.error('invocation failed', error as Error)
    throw error
  }
}

function ring(unexpected: readonly string[]): void {
  if (unexpected.length === 0) return
  for (const reason of unexpected) logger.warn('unexpected change', { reason })
  metrics.addMetric(UNEXPECTED_CHANGE, MetricUnit.Count, unexpected.length)
  metrics.publishStoredMetrics()
}

async function logChanges(changes: Parameters<Log['append']>[0], context: LambdaContext): Promise<void> {
  const head = await log.append(changes)
  signer ??= await openSigner(context)
  const checkpoint = await publish(bucket, head, signer)
  await notarise(kms, archiveKey, checkpoint)
  logger.info('logged', { changes: changes.length, size: checkpoint.size })
}

async function openSigner({ invokedFunctionArn }: LambdaContext): Promise<Signer> {
  const [, , , region, account] = invokedFunctionArn.split(':')
  const opened = await openKmsSigner(
    kms,
    signingKey,
    `ssm-session-archive/${account}/${region}/${bucketName}`,
  )
  await publishKey(bucket, opened)
  return opened
}
