import { Duration, Stack } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { METRIC_NAMESPACE, METRICS } from '../archive/metric-names'
import type { Archiver } from './archiver'

export interface MonitoringProps {
  readonly archiver: Archiver
  /** Address that the alarm topic writes to, once it has confirmed. @default - none */
  readonly alarmEmail?: string
}

interface AlarmProps {
  readonly metric: IMetric
  readonly description: string
}

/** Speaks up long before a failure can cost a record: alarms on a topic, and a dashboard. */
export class Monitoring extends Construct {
  readonly topic: ITopic
  private readonly archiver: Archiver

  constructor(scope: Construct, id: string, { archiver, alarmEmail }: MonitoringProps) {
    super(scope, id)
    this.archiver = archiver
    this.topic = new Topic(this, 'Topic', { displayName: 'Session archive alarms', enforceSSL: true })
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish', // a topic with a policy of its own has lost the default one
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(alarmEmail))

    this.alarmOnAny('FunctionFailed', {
      metric: archiver.function.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      description:
        'A sweep of the session archive failed. Lambda tries twice more; read the last error in the logs.',
    })
    this.alarmOnAny('FailureQueueNotEmpty', {
      metric: archiver.failureQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
      description:
        'A sweep of the session archive failed three times, or could not be started. Its event is in the queue.',
    })
    this.alarmOnSilence('NoCompleteSweep', {
      metric: this.metric(METRICS.sweepsCompleted, Duration.hours(1)),
      description:
        'No sweep of the session archive completed for three hours. Sessions are lost after 30 days.',
    })
    this.alarmOnAny('MissedByRecent', {
      metric: this.metric(METRICS.missedByRecent, Duration.hours(1)),
      description:
        'A full sweep archived sessions that no recent sweep had been shown. None is lost, but none should come so late: read the receipts.',
    })
    this.alarmOnAny('SessionsRejected', {
      metric: this.metric(METRICS.sessionsRejected, Duration.hours(1)),
      description:
        'Sessions could not be stored as records. Their raw JSON, with the reason, is in the Sweeps table under REJECTED.',
    })
    this.dashboard()
  }

  private alarmOnAny(id: string, { metric, description }: AlarmProps): void {
    this.addAlarm(
      new Alarm(this, id, {
        metric,
        alarmDescription: description,
        threshold: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }),
    )
  }

  private alarmOnSilence(id: string, { metric, description }: AlarmProps): void {
    this.addAlarm(
      new Alarm(this, id, {
        metric,
        alarmDescription: description,
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    )
  }

  private addAlarm(alarm: Alarm): void {
    alarm.addAlarmAction(new SnsAction(this.topic))
    alarm.addOkAction(new SnsAction(this.topic))
  }

  private dashboard(): void {
    const hour = Duration.hours(1)
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 12 })
    new Dashboard(this, 'Dashboard').addWidgets(
      graph(
        'Sessions',
        this.metric(METRICS.sessionsSeen, hour),
        this.metric(METRICS.sessionsArchived, hour),
        this.metric(METRICS.sessionsUpdated, hour),
        this.metric(METRICS.sessionsRejected, hour),
        this.metric(METRICS.sessionsOpen, hour, 'Maximum'),
        this.metric(METRICS.missedByRecent, hour),
      ),
      graph(
        'Sweeps',
        this.metric(METRICS.sweepsCompleted, hour),
        this.metric(METRICS.sweepsIncomplete, hour),
        this.metric(METRICS.sweepsFailed, hour),
      ),
      graph('Duration (ms)', this.metric(METRICS.sweepDuration, hour, 'Maximum')),
      graph('List calls', this.metric(METRICS.listCalls, hour)),
    )
  }

  private metric(metricName: string, period: Duration, statistic = 'Sum'): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensionsMap: { service: this.archiver.function.functionName },
      period,
      statistic,
    })
  }
}
