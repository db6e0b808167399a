import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { METRIC_NAMESPACE } from '../archive/names'
import type { Receipt, RoundReceipt } from '../archive/receipt'
import { SessionsTable } from '../archive/sessions-table'
import { type Source, sourceKey } from '../archive/source'
import { SweepsTable } from '../archive/sweeps-table'
import { Access } from '../sweep/access'
import { makeDynamoDBClient } from '../sweep/clients'
import { makeRound } from '../sweep/round'
import type { SweepError } from '../sweep/sweep'
import { sweepAll } from '../sweep/sweep-all'
import { type Planned, requireSwept, sweepPlanned } from '../sweep/sweep-planned'
import { readConfig } from './config'
import { readEvent } from './event'
import { publishMetrics } from './metrics'
import { SweepQueue } from './queue'

const config = readConfig(process.env)
const logger = new Logger({ serviceName: config.functionName })
const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: config.functionName })
const client = makeDynamoDBClient({})
const tables = {
  sessions: new SessionsTable({ client, tableName: config.sessionsTable }),
  sweeps: new SweepsTable({ client, tableName: config.sweepsTable }),
}
const queue =
  config.queueUrl === undefined
    ? undefined
    : new SweepQueue(config.queueUrl, (error) => logger.warn('a message was not sent', error))

/** The parts of Lambda's context that the function uses. */
export interface LambdaContext {
  readonly invokedFunctionArn: string
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** Everything that a sweep needs in this invocation. */
type Job = ReturnType<typeof jobOf>

/**
 * Makes a round (event `{}`), sweeps what a round has sent (a message of the queue), or sweeps one source (event
 * `{"account": "111122223333", "region": "eu-west-1", "sweep": "full"}`).
 *
 * @returns the receipt of the round, those of the sent sources, or that of the one source
 * @throws Error if there can be no round, the event is refused, or the one source's sweep failed: so that Lambda
 * tries again, keeps the event in the failure queue and counts the error
 */
export async function handler(event: unknown, context: LambdaContext) {
  logger.resetKeys()
  logger.appendKeys({ requestId: context.awsRequestId })
  const job = jobOf(context)
  try {
    const asked = readEvent(event, job.home)
    if (asked.kind === 'round') return await round(job)
    if (asked.kind === 'planned') return await planned(asked.planned, job)
    return await one(asked.source, asked.full, job)
  } catch (error) {
    logger.error('invocation failed', error as Error)
    throw error
  } finally {
    job.access.close()
  }
}

function jobOf({ invokedFunctionArn, ...context }: LambdaContext) {
  const [, partition, , , accountId = ''] = invokedFunctionArn.split(':')
  const { region, memberRoleName, retentionDays } = config
  const home: Source = { accountId, region }
  return {
    ...tables,
    home,
    access: new Access({ home, partition, memberRoleName }),
    retentionDays,
    now: () => new Date(),
    remainingMs: () => context.getRemainingTimeInMillis(),
    onSwept: logSweep,
  }
}

async function round(job: Job): Promise<RoundReceipt> {
  const { scope, cadence } = config
  const send = queue && ((sources: readonly Source[], plannedAt: Date) => queue.send(sources, plannedAt))
  const { receipt, receipts, unsent, unwritten } = await makeRound({ ...job, scope, ...cadence, send })
  logger.info('round made', { round: receipt })
  publishMetrics(metrics, receipts, receipt)
  const [first] = unwritten
  if (first !== undefined) throw first
  if (unsent > 0) throw new Error(`the queue did not take ${unsent} sources: the next round has them`)
  return receipt
}

async function planned(message: Planned, job: Job): Promise<Receipt[]> {
  const receipts = await sweepPlanned(message, job)
  logger.info('message swept', { sources: message.sources.length, swept: receipts.length })
  publishMetrics(metrics, receipts)
  return receipts
}

async function one(source: Source, full: boolean, job: Job): Promise<Receipt> {
  const account = await requireSwept(source, job)
  let failure: SweepError | undefined
  const onSwept = (receipt: Receipt, error?: SweepError) => {
    failure = error
    logSweep(receipt, error)
  }
  const accounts = new Map(account === undefined ? [] : [[source.accountId, account]])
  const [receipt] = await sweepAll([source], { ...job, accounts, full, onSwept })
  if (receipt !== undefined) publishMetrics(metrics, [receipt])
  if (receipt === undefined) throw new Error(`${sourceKey(source)}: there was no time for a sweep`)
  if (failure !== undefined) throw failure
  return receipt
}

/** What is complete is in the receipts: a line for each would cost more than the sweeps. */
function logSweep(receipt: Receipt, error?: SweepError): void {
  const { Source, Outcome } = receipt
  const level = Outcome === 'complete' ? 'debug' : 'warn'
  logger[level](`sweep ${Outcome}`, { source: Source, receipt, ...(error && { error }) })
}
