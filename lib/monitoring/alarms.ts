import type { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  CfnAlarm,
  ComparisonOperator,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { Archiver } from '../sweeping/archiver'
import type { Metrics } from './metrics'

/** It has a section for each alarm, under the alarm's name in lower case. */
export const RUNBOOK = 'docs/runbook.md'

const DAY_MINUTES = 24 * 60

interface AlarmDefinition {
  readonly metric: IMetric
  readonly means: string
  readonly first: string
  /** Rings from this value on. @default 1 */
  readonly atLeast?: number
  /** Rings from this value down, and if there is no data. @default - rings on high values */
  readonly atMost?: number
  /** Periods in a row. @default 1 */
  readonly periods?: number
}

/** Every way in which the archive can fail. The names are sections of the runbook. */
function definitions(metrics: Metrics): Record<string, AlarmDefinition> {
  // at least two: a single period without a sweep is no reason to call it critical
  const aDay = Math.max(2, Math.floor(DAY_MINUTES / metrics.period.toMinutes()))
  const failedBackups = metrics.failedBackups()
  return {
    FunctionFailed: {
      metric: metrics.errors(),
      means: 'A sweep failed. Lambda tries a scheduled one twice more.',
      first: 'Read Error in the latest receipts, else the saved query "failures".',
    },
    FailureQueueNotEmpty: {
      metric: metrics.waitingFailures(),
      means: 'A sweep failed three times, or could not be started. Its event is in the queue.',
      first: 'Read the message: it holds the error.',
    },
    NoCompleteSweep: {
      metric: metrics.own('sweepsCompleted'),
      atMost: 0,
      periods: 3,
      means:
        'No sweep completed in three periods of the schedule, or the archiver was silent for about five.',
      first: 'Check that the schedules are enabled and that the function is started.',
    },
    DaysUntilLossWarning: {
      metric: metrics.own('daysUntilLoss', Stats.MINIMUM),
      atMost: 27,
      periods: 3,
      means:
        'For three periods, the least healthy region had 27 days or less until AWS forgets sessions that are not archived, or the archiver was silent for about five.',
      first: 'Find the region without a recent complete sweep.',
    },
    DaysUntilLossCritical: {
      metric: metrics.own('daysUntilLoss', Stats.MINIMUM),
      atMost: 10,
      periods: aDay,
      means:
        'For a day, the least healthy region had 10 days or less until AWS forgets sessions that are not archived, or the archiver was silent. Sessions are about to be lost.',
      first: 'Archive from a laptop now, then repair.',
    },
    SessionsRejected: {
      metric: metrics.own('sessionsRejected'),
      means: 'Sessions could not be stored as records. Their raw JSON is in Sweeps; none is lost.',
      first: 'Read Reason of the items under REJECTED#.',
    },
    MissedByRecent: {
      metric: metrics.own('missedByRecent'),
      means: 'A full sweep archived sessions that no recent sweep was shown. None is lost.',
      first: 'Compare the receipts: did AWS show them late?',
    },
    SlowSweep: {
      metric: metrics.longestInvocation(),
      atLeast: 0.8 * Archiver.TIMEOUT.toMilliseconds(),
      means: 'An invocation took more than 80 % of the time that Lambda allows.',
      first: 'Read Pages, Sliced and Outcome of the latest receipts.',
    },
    Throttled: {
      metric: metrics.throttles(),
      means: 'Lambda refused to start a sweep: the concurrency of the account is used up.',
      first: 'Find the functions that use it up.',
    },
    DatabaseThrottled: {
      metric: metrics.databaseMetric('ThrottledRequests'),
      means: 'DynamoDB throttled the archiver. It tries each call eight times.',
      first: 'Check whether sweeps still complete, and who else uses the tables.',
    },
    DatabaseErrors: {
      metric: metrics.databaseMetric('SystemErrors'),
      means: 'DynamoDB failed on calls of the archiver. It tries each call eight times.',
      first: 'Look at the AWS Health Dashboard.',
    },
    ...(failedBackups && {
      BackupFailed: {
        metric: failedBackups,
        means: 'A backup of the tables failed, was stopped or did not start in time.',
        first: 'Read StatusMessage of the latest backup jobs.',
      },
    }),
  }
}

export interface AlarmsProps {
  readonly metrics: Metrics
  readonly topic: ITopic
  /** Whether alarms that ring on silence wait until there can be data, and somebody to hear them. */
  readonly warmUp: boolean
}

/** Adds every alarm. Each notifies the topic when it rings; those that ring on silence also when it is over. */
export function addAlarms(scope: Construct, { metrics, topic, warmUp }: AlarmsProps): Alarm[] {
  return Object.entries(definitions(metrics)).map(([name, definition]) => {
    const alarm = addAlarm(scope, name, definition)
    alarm.addAlarmAction(new SnsAction(topic))
    if (definition.atMost !== undefined) {
      alarm.addOkAction(new SnsAction(topic)) // the others would say OK as soon as they exist
      if (warmUp) letWarmUp(alarm, metrics.period)
    }
    return alarm
  })
}

/**
 * Keeps a new alarm quiet for a day, or two periods: by then every region was swept and the address confirmed. If it
 * rang before, nobody would hear it, and it does not ring again while it lasts.
 */
function letWarmUp(alarm: Alarm, period: Duration): void {
  const resource = alarm.node.defaultChild
  if (!CfnAlarm.isCfnAlarm(resource)) return
  resource.warmUpConfiguration = {
    warmUpPeriodDurationInMinutes: Math.max(DAY_MINUTES, 2 * period.toMinutes()), // CloudWatch allows 2,880
    onlyStartEvaluatingAfterWarmUpPeriodEnds: true,
  }
}

function addAlarm(scope: Construct, name: string, definition: AlarmDefinition): Alarm {
  const { metric, means, first, atMost, atLeast = 1, periods = 1 } = definition
  return new Alarm(scope, name, {
    metric,
    alarmDescription: `Session archive: ${means} First: ${first} See ${RUNBOOK}#${name.toLowerCase()}`,
    evaluationPeriods: periods,
    ...(atMost === undefined
      ? {
          threshold: atLeast,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }
      : {
          threshold: atMost,
          comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.BREACHING,
        }),
  })
}
