import { Duration } from 'aws-cdk-lib'
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Archiver } from '../sweeping/archiver'
import type { Metrics } from './metrics'

const DAY_MINUTES = 24 * 60
/** Accounts are listed in every round, regions once a day. A list that is older by this is stale. */
const STALE_HOURS = 6
const HOURS_PER_PERIOD = 6

export interface AlarmDefinition {
  readonly metric: IMetric
  readonly means: string
  readonly first: string
  /** Rings from this value on. @default 1 */
  readonly atLeast?: number
  /** Rings from this value down, and if there is no data. @default - rings on high values */
  readonly atMost?: number
  /** Whether it rings if there is no data. @default - only with atMost */
  readonly onSilence?: boolean
  /** Periods in a row. @default 1 */
  readonly periods?: number
}

/** Every way in which the archive can fail. The names are sections of the runbook. */
export function alarmDefinitions(metrics: Metrics): Record<string, AlarmDefinition> {
  return {
    ...ofTheFunction(metrics),
    ...ofTheSources(metrics),
    ...ofSessions(metrics),
    ...ofServices(metrics),
    ...ofTheEvidence(metrics),
  }
}

function ofTheFunction(metrics: Metrics): Record<string, AlarmDefinition> {
  const deadLetters = metrics.deadLetters()
  return {
    FunctionFailed: {
      metric: metrics.errors(),
      means: 'A round could not be made, or an event was refused. Lambda tries a scheduled one twice more.',
      first: 'Read the saved query "failures".',
    },
    FailureQueueNotEmpty: {
      metric: metrics.waitingFailures(),
      means: 'An event failed three times, or the function could not be started. The event is in the queue.',
      first: 'Read the message: it holds the error.',
    },
    ...(deadLetters && {
      SweepQueueDeadLetters: {
        metric: deadLetters,
        means:
          'A message of the queue of sweeps failed three times. The next round sweeps its sources again.',
        first: 'Read the message, and the saved query "failures".',
      },
    }),
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
  }
}

function ofTheSources(metrics: Metrics): Record<string, AlarmDefinition> {
  // at least two: a single period without a round is no reason to call it critical
  const aDay = Math.max(2, Math.floor(DAY_MINUTES / metrics.period.toMinutes()))
  const completed = metrics.completed()
  return {
    NoCompleteSweep: {
      metric: completed.metric,
      atMost: 0,
      periods: completed.periods,
      means: `No sweep completed for ${Math.round(hoursOf(completed.metric.period, completed.periods))} hours, in which each source is due at least once, or the archiver was silent.`,
      first: 'Check that the schedule is enabled and that the function is started.',
    },
    DaysUntilLossWarning: {
      metric: metrics.own('daysUntilLoss', Stats.MINIMUM),
      atMost: 27,
      periods: 3,
      means:
        'For three periods, the least healthy source had 27 days or less until AWS forgets sessions that are not archived, or the archiver was silent for about five.',
      first:
        'Read Worst in the receipt of the latest round. If there is none, check the schedule and the function.',
    },
    DaysUntilLossCritical: {
      metric: metrics.own('daysUntilLoss', Stats.MINIMUM),
      atMost: 10,
      periods: aDay,
      means:
        'For a day, the least healthy source had 10 days or less until AWS forgets sessions that are not archived, or the archiver was silent. Sessions are about to be lost.',
      first: 'Archive from a laptop now, then repair.',
    },
    SourcesLate: {
      metric: metrics.own('sourcesLate', Stats.MAXIMUM),
      periods: 3,
      means: 'No complete sweep has seen some sources for 25 hours, or ever. Nothing is lost yet.',
      first: 'Read Worst in the receipt of the latest round.',
    },
    ...(metrics.isOfOrganization && {
      SourcesUnreachable: {
        metric: metrics.own('sourcesUnreachable', Stats.MAXIMUM),
        periods: 3,
        means: 'The role of some accounts cannot be assumed. Their sessions are not archived.',
        first: 'Find the accounts: is the role there, and does it trust the archiver?',
      },
    }),
    SourcesDenied: {
      metric: metrics.own('sourcesDenied', Stats.MAXIMUM),
      periods: 3,
      means: 'A policy denies the archiver to read some sources, or to list regions.',
      first: 'Find the accounts: look for a service control policy.',
    },
    RosterStale: {
      metric: metrics.own('rosterAge', Stats.MAXIMUM),
      atLeast: (metrics.isOfOrganization ? 0 : 24) + Math.max(STALE_HOURS, hoursOf(metrics.period, 1)),
      periods: 3,
      onSilence: true, // there is no age if nothing was ever listed
      means:
        'Accounts or regions were not listed lately, so new ones may be missing, or the archiver was silent.',
      first: 'Read RosterProblem in the receipt of the latest round.',
    },
  }
}

function ofSessions(metrics: Metrics): Record<string, AlarmDefinition> {
  return {
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
    Uncorroborated: {
      metric: metrics.own('uncorroborated'),
      means:
        'CloudTrail knows of sessions that AWS should list and does not. They are archived as recovered.',
      first:
        'Find the sessions of State Recovered that started in the time that Witness of the receipt names.',
    },
  }
}

function ofServices(metrics: Metrics): Record<string, AlarmDefinition> {
  const failedBackups = metrics.failedBackups()
  return {
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

function ofTheEvidence(metrics: Metrics): Record<string, AlarmDefinition> {
  const [failed, age] = [metrics.evidenceErrors(), metrics.evidenceAge()]
  const unexpected = metrics.unexpectedChanges()
  const checkpoints = metrics.evidenceInvocations(Duration.hours(HOURS_PER_PERIOD))
  if (!failed || !age || !unexpected || !checkpoints) return {}
  return {
    UnexpectedChange: {
      metric: unexpected,
      means: 'Somebody else than the archiver changed or deleted what is archived. The log says so for ever.',
      first: 'Read the log of the function evidence-log: unexpected change.',
    },
    EvidenceLogFailed: {
      metric: failed,
      periods: 3,
      means: 'Changes could not be logged for 15 minutes. They wait for a day at most.',
      first: 'Read the log of the function evidence-log.',
    },
    EvidenceLogBehind: {
      metric: age,
      atLeast: 3 * 60 * 60 * 1000,
      means: 'A change has waited for three hours to be logged. After 24 hours it is lost to the log.',
      first: 'Read the log of the function evidence-log.',
    },
    NoCheckpoint: {
      metric: checkpoints,
      atMost: 0,
      periods: DAY_MINUTES / 60 / HOURS_PER_PERIOD,
      means: 'Nothing was logged and signed for a day, although every round leaves a receipt.',
      first: 'Check the event source mappings of the function evidence-log.',
    },
  }
}

function hoursOf(period: Duration, periods: number): number {
  return (period.toMinutes() * periods) / 60
}
