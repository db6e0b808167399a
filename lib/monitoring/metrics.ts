import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { METRIC_NAMESPACE, METRICS, UNEXPECTED_CHANGE } from '../../archive/names'
import type { Evidence } from '../evidence/evidence'
import type { ArchiveTables } from '../storage/tables'
import type { Archiver } from '../sweeping/archiver'

export interface MetricsProps {
  readonly archiver: Archiver
  /** @default - there is no evidence log */
  readonly evidence?: Evidence
  readonly tables: ArchiveTables
  /** Name of the vault that monthly backups go to. @default - there are none */
  readonly backupVaultName?: string
  /** How often sources are swept. */
  readonly schedule: Duration
  /** How often quiet ones are. */
  readonly quietSchedule: Duration
}

const FIVE_MINUTES = Duration.minutes(5)
const HOUR = Duration.hours(1)
const MOST = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM }

/** What alarms and dashboard watch: the function's own metrics, a value per round or more, and AWS's. */
export class Metrics {
  /** The schedule's period. */
  readonly period: Duration
  readonly isOfOrganization: boolean

  constructor(private readonly props: MetricsProps) {
    this.period = props.schedule
    this.isOfOrganization = props.archiver.sweepQueue !== undefined
  }

  own(name: keyof typeof METRICS, statistic: string = Stats.SUM, period = this.period): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS[name],
      dimensionsMap: { service: this.props.archiver.function.functionName },
      period,
      statistic,
    })
  }

  /**
   * Sweeps that completed, and in how many periods in a row there is one at least if all is well: quiet sources may
   * leave none for most of the time.
   */
  completed(): { readonly metric: Metric; readonly periods: number } {
    const { schedule, quietSchedule } = this.props
    // CloudWatch looks back a day at most by shorter periods than an hour
    const period = schedule.toMinutes() < HOUR.toMinutes() ? HOUR : schedule
    const periods = Math.ceil(quietSchedule.toMinutes() / period.toMinutes()) + 2
    return { metric: this.own('sweepsCompleted', Stats.SUM, period), periods }
  }

  /** Of the evidence log, like the next three. Undefined: there is none. */
  unexpectedChanges(): Metric | undefined {
    const { evidence } = this.props
    if (evidence === undefined) return undefined
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: UNEXPECTED_CHANGE,
      dimensionsMap: { service: evidence.function.functionName },
      period: FIVE_MINUTES,
      statistic: Stats.SUM,
    })
  }

  /** Each signs a checkpoint, or fails. */
  evidenceInvocations(period: Duration): Metric | undefined {
    return this.props.evidence?.function.metricInvocations({ period, statistic: Stats.SUM })
  }

  evidenceErrors(): Metric | undefined {
    return this.props.evidence?.function.metricErrors({ period: FIVE_MINUTES, statistic: Stats.SUM })
  }

  /** Age of the oldest change that is not logged. Milliseconds. */
  evidenceAge(): Metric | undefined {
    return this.props.evidence?.function.metric('IteratorAge', MOST)
  }

  errors(): Metric {
    return this.props.archiver.function.metricErrors({ period: FIVE_MINUTES, statistic: Stats.SUM })
  }

  throttles(): Metric {
    return this.props.archiver.function.metricThrottles({ period: FIVE_MINUTES, statistic: Stats.SUM })
  }

  invocations(): Metric {
    return this.props.archiver.function.metricInvocations({ period: this.period, statistic: Stats.SUM })
  }

  /** The longest invocation. Milliseconds. */
  longestInvocation(): Metric {
    return this.props.archiver.function.metricDuration({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM })
  }

  waitingFailures(): Metric {
    return this.props.archiver.failureQueue.metricApproximateNumberOfMessagesVisible(MOST)
  }

  /** Messages that failed three times. Only with an organization, like the next. */
  deadLetters(): Metric | undefined {
    return this.props.archiver.sweepQueue?.deadLetters.metricApproximateNumberOfMessagesVisible(MOST)
  }

  /** Of the oldest message. Seconds. */
  longestWait(): Metric | undefined {
    return this.props.archiver.sweepQueue?.queue.metricApproximateAgeOfOldestMessage(MOST)
  }

  /** A metric that DynamoDB keeps per operation, summed over all operations that the archiver calls. */
  databaseMetric(metricName: 'ThrottledRequests' | 'SystemErrors'): IMetric {
    const metrics = this.props.tables.archiverCalls.flatMap(({ table, operations }) =>
      operations.map((Operation) =>
        table.metric(metricName, {
          period: FIVE_MINUTES,
          statistic: Stats.SUM,
          dimensionsMap: { TableName: table.tableName, Operation },
        }),
      ),
    )
    return sumOf(metricName.toLowerCase(), metricName, FIVE_MINUTES, metrics)
  }

  /** Backups that failed, did not start in time or were stopped: AWS Backup's own metrics, which have no zeros. */
  failedBackups(): IMetric | undefined {
    const { backupVaultName: BackupVaultName } = this.props
    if (BackupVaultName === undefined) return undefined
    const metrics = ['Failed', 'Expired', 'Aborted'].map(
      (outcome) =>
        new Metric({
          namespace: 'AWS/Backup',
          metricName: `NumberOfBackupJobs${outcome}`,
          dimensionsMap: { BackupVaultName },
          period: HOUR,
          statistic: Stats.SUM,
        }),
    )
    return sumOf('backups', 'Failed backups', HOUR, metrics)
  }

  /** Read or write units of each table, which DynamoDB charges for. */
  consumed(kind: 'Read' | 'Write'): IMetric[] {
    const { sessions, sweeps } = this.props.tables
    const units = (table: Table, label: string) =>
      table.metric(`Consumed${kind}CapacityUnits`, { period: this.period, statistic: Stats.SUM, label })
    return [
      units(sessions, `Sessions, ${kind.toLowerCase()} units`),
      units(sweeps, `Sweeps, ${kind.toLowerCase()} units`),
    ]
  }
}

/** The sum of metrics that have no value in most periods. A sum with a gap would be a gap. */
function sumOf(prefix: string, label: string, period: Duration, metrics: readonly IMetric[]): IMetric {
  return new MathExpression({
    expression: `SUM(FILL(METRICS("${prefix}"), 0))`,
    label,
    period,
    usingMetrics: Object.fromEntries(metrics.map((metric, n) => [`${prefix}${n}`, metric])),
  })
}
