import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { METRIC_NAMESPACE } from '../archive/names'
import type { Receipt } from '../archive/receipt'
import { SessionsTable } from '../archive/sessions-table'
import { type Source, sourceKey } from '../archive/source'
import { SweepsTable } from '../archive/sweeps-table'
import { makeDynamoDBClient, makeSsmClient } from '../sweep/clients'
import { SweepError, sweep } from '../sweep/sweep'
import { readConfig } from './config'
import { daysUntilLoss } from './days-until-loss'
import { readEvent } from './event'
import { publishMetrics } from './metrics'

const config = readConfig(process.env)
const logger = new Logger({ serviceName: config.functionName })
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: config.functionName })
const client = makeDynamoDBClient({})
const sessions = new SessionsTable({ client, tableName: config.sessionsTable })
const sweeps = new SweepsTable({ client, tableName: config.sweepsTable })
const ssmClients = new Map<string, SSMClient>()

/** The parts of Lambda's context that the function uses. */
export interface LambdaContext {
  readonly invokedFunctionArn: string
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/**
 * Archives one source. Event: `{}` or `{"account": "111122223333", "region": "eu-west-1", "sweep": "full"}`.
 *
 * @returns the receipt
 * @throws SweepError, so that Lambda tries again, keeps the event in the failure queue and counts the error
 */
export async function handler(event: unknown, context: LambdaContext): Promise<Receipt> {
  logger.resetKeys()
  logger.appendKeys({ requestId: context.awsRequestId })
  try {
    const { source, full } = readEvent(event, context.invokedFunctionArn, config.region)
    logger.appendKeys({ source: sourceKey(source) })
    return await archive(source, full, context)
  } catch (error) {
    logger.error('sweep failed', error as Error)
    throw error
  }
}

async function archive(source: Source, full: boolean, context: LambdaContext): Promise<Receipt> {
  logger.info('sweep started')
  try {
    const receipt = await sweep({
      source,
      ssm: ssmFor(source.region),
      sessions,
      sweeps,
      retentionDays: config.retentionDays,
      now: () => new Date(),
      full,
      remainingMs: () => context.getRemainingTimeInMillis(),
      onPage: (counts) => logger.debug('page archived', { ...counts }),
    })
    logger.info(`sweep ${receipt.Outcome}`, { receipt })
    await publish(source, receipt)
    return receipt
  } catch (error) {
    if (error instanceof SweepError) await publish(source, error.receipt)
    throw error
  }
}

async function publish({ accountId }: Source, receipt: Receipt): Promise<void> {
  const sources = config.regions.map((region) => ({ accountId, region }))
  const days = await daysUntilLoss(sweeps, sources, new Date()).catch((error: unknown) => {
    logger.warn('the time left until loss is not known', error as Error)
    return undefined
  })
  publishMetrics(metrics, receipt, days)
}

function ssmFor(region: string): SSMClient {
  const ssm = ssmClients.get(region) ?? makeSsmClient({ region })
  ssmClients.set(region, ssm)
  return ssm
}
