import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { METRIC_NAMESPACE, METRICS } from '../../archive/names'
import type { ArchiveTables } from '../storage/tables'
import type { Archiver } from '../sweeping/archiver'

export interface MetricsProps {
  readonly archiver: Archiver
  readonly tables: ArchiveTables
  /** How often each region is swept. */
  readonly schedule: Duration
}

const SOON = Duration.minutes(5)

/** What alarms and dashboard watch: the function's own metrics, one value a period of the schedule, and AWS's. */
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
    return this.props.archiver.function.metricErrors({ period: SOON, statistic: Stats.SUM })
  }

  throttles(): Metric {
    return this.props.archiver.function.metricThrottles({ period: SOON, statistic: Stats.SUM })
  }

  invocations(): Metric {
    return this.props.archiver.function.metricInvocations({ period: this.period, statistic: Stats.SUM })
  }

  /** The longest invocation. Milliseconds. */
  longest(): Metric {
    return this.props.archiver.function.metricDuration({ period: SOON, statistic: Stats.MAXIMUM })
  }

  waitingFailures(): Metric {
    return this.props.archiver.failureQueue.metricApproximateNumberOfMessagesVisible({
      period: SOON,
      statistic: Stats.MAXIMUM,
    })
  }

  /** A metric that DynamoDB keeps by operation, summed over every call that the archiver makes. */
  ofCalls(metricName: 'ThrottledRequests' | 'SystemErrors'): IMetric {
    const { sessions, sweeps } = this.props.tables
    const calls = [
      ...['BatchGetItem', 'PutItem', 'Query', 'UpdateItem'].map((Operation) => ({
        table: sessions,
        Operation,
      })),
      ...['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'].map((Operation) => ({
        table: sweeps,
        Operation,
      })),
    ]
    const ids = metricName.toLowerCase()
    const usingMetrics = Object.fromEntries(
      calls.map(({ table, Operation }, n) => [
        `${ids}${n}`,
        table.metric(metricName, {
          period: SOON,
          statistic: Stats.SUM,
          dimensionsMap: { TableName: table.tableName, Operation },
        }),
      ]),
    )
    return new MathExpression({
      expression: `SUM(FILL(METRICS("${ids}"), 0))`, // DynamoDB sends no zeros, and a sum with a gap is a gap
      label: metricName,
      period: SOON,
      usingMetrics,
    })
  }

  /** Read or write units of each table, which is what DynamoDB charges for. */
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
