import { type Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Evidence } from '../evidence/evidence'
import { forThisAccount } from '../iam'
import { allowAlarms } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'
import type { Archiver } from '../sweeping/archiver'
import { addAlarms } from './alarms'
import { addDashboard } from './dashboard'
import { addLogQueries } from './log-queries'
import { Metrics } from './metrics'

export interface MonitoringProps {
  /** Encrypts the topic. */
  readonly key: IKey
  readonly tables: ArchiveTables
  readonly archiver: Archiver
  /** @default - there is no evidence log */
  readonly evidence?: Evidence
  /** Name of the vault that monthly backups go to. @default - there are none */
  readonly backupVaultName?: string
  /** What tells this archive from others of the stack; may be empty. */
  readonly archiveName: string
  /** How often sources are swept. */
  readonly schedule: Duration
  /** How often quiet ones are. */
  readonly quietSchedule: Duration
  /** E-mail address that alarms are sent to, once its owner has confirmed. @default - none */
  readonly alarmEmail?: string
  /** Whether alarms that ring on silence stay quiet for a day at first. */
  readonly alarmWarmUp: boolean
  /** ARN of the topic that alarms are sent to. @default - a new one */
  readonly topicArn?: string
}

/** Rings long before a failure can lose a record: alarms on a topic, a dashboard, and queries of the log. */
export class Monitoring extends Construct {
  readonly topic: ITopic

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id)
    const { key, tables, archiver, evidence, backupVaultName, archiveName, topicArn, alarmEmail } = props
    const { schedule, quietSchedule } = props
    this.topic = topicArn === undefined ? this.newTopic(key) : Topic.fromTopicArn(this, 'Topic', topicArn)
    if (alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(alarmEmail))
    const metrics = new Metrics({ archiver, evidence, tables, backupVaultName, schedule, quietSchedule })
    const alarms = addAlarms(this, { metrics, topic: this.topic, warmUp: props.alarmWarmUp })
    addDashboard(this, { metrics, alarms })
    addLogQueries(this, archiver.logGroup, [Stack.of(this).stackName, archiveName].filter(Boolean).join('/'))
  }

  private newTopic(key: IKey): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: 'Session archive alarms',
      enforceSSL: true,
      masterKey: key,
    })
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish', // any policy replaces the default one
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: forThisAccount(this),
      }),
    )
    allowAlarms(key)
    return topic
  }
}
