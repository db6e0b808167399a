import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { METRIC_NAMESPACE, METRICS } from '../../archive/names'
import type { ArchiveTables } from '../storage/tables'
import type { Archiver } from '../sweeping/archiver'

export interface MetricsProps {
  readonly archiver: Archiver
  readonly tables: ArchiveTables
  /** Name of the vault that monthly backups go to. @default - there are none */
  readonly backupVaultName?: string
  /** How often each region is swept. */
  readonly schedule: Duration
}

const FIVE_MINUTES = Duration.minutes(5)
const HOUR = Duration.hours(1)

/** What alarms and dashboard watch: the function's own metrics, one value per period of the schedule, and AWS's. */
export class Metrics {
  /** The schedule's period. */
  readonly period: Duration

  constructor(private readonly props: MetricsProps) {
    this.period = props.schedule
  }

  own(name: keyof typeof METRICS, statistic: string = Stats.SUM): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: METRICS[name],
      dimensionsMap: { service: this.props.archiver.function.functionName },
      period: this.period,
      statistic,
    })
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
    return this.props.archiver.failureQueue.metricApproximateNumberOfMessagesVisible({
      period: FIVE_MINUTES,
      statistic: Stats.MAXIMUM,
    })
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
