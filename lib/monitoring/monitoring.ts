import { type Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import { allowAlarms } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'
import type { Archiver } from '../sweeping/archiver'
import { addAlarms } from './alarms'
import { addDashboard } from './dashboard'
import { addLogQueries } from './log-queries'
import { Metrics } from './metrics'

export interface MonitoringProps {
  readonly archiver: Archiver
  readonly tables: ArchiveTables
  /** How often each region is swept. */
  readonly schedule: Duration
  /** Address that the alarm topic writes to, once it has confirmed. @default - none */
  readonly alarmEmail?: string
  /** ARN of the topic that alarms go to. @default - a new one */
  readonly topicArn?: string
}

/** Speaks up long before a failure can cost a record: alarms on a topic, a dashboard, and queries of the log. */
export class Monitoring extends Construct {
  readonly topic: ITopic

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id)
    const { topicArn, alarmEmail, tables, archiver, schedule } = props
    this.topic = topicArn === undefined ? this.newTopic(tables) : Topic.fromTopicArn(this, 'Topic', topicArn)
    if (alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(alarmEmail))
    const metrics = new Metrics({ archiver, tables, schedule })
    const alarms = addAlarms(this, { metrics, topic: this.topic })
    addDashboard(this, { metrics, alarms })
    addLogQueries(this, archiver.logGroup)
  }

  private newTopic({ key }: ArchiveTables): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: 'Session archive alarms',
      enforceSSL: true,
      masterKey: key,
    })
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish', // a topic with a policy of its own has lost the default one
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    allowAlarms(key)
    return topic
  }
}
