import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { Table, TableClass } from 'aws-cdk-lib/aws-dynamodb'
import type { IVpc } from 'aws-cdk-lib/aws-ec2'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { checkProps } from './configuration'
import { Monitoring } from './monitoring/monitoring'
import { Backup } from './storage/backup'
import { ArchiveTables } from './storage/tables'
import { Archiver } from './sweeping/archiver'
import { Network } from './sweeping/network'

export interface SessionArchiveProps {
  /** How often each region is swept: a whole number of minutes, from 5 minutes to 24 hours. @default Duration.hours(1) */
  readonly schedule?: Duration
  /** Regions whose sessions are archived, each on a schedule of its own. @default - the stack's own region */
  readonly regions?: readonly string[]
  /** Days, 31 or more, after its end at which a record expires. @default - records are kept for ever */
  readonly retentionDays?: number
  /** Address that alarms are sent to, once it has confirmed. @default - none: subscribe to the topic later */
  readonly alarmEmail?: string
  /** ARN of the SNS topic that alarms are sent to; it must let CloudWatch publish. @default - a new, encrypted topic */
  readonly topicArn?: string
  /** ARN of the KMS key that encrypts everything; its policy must allow what docs/security.md lists. @default - a new key */
  readonly keyArn?: string
  /**
   * ARNs of the IAM roles and users, `*` for a part of a name, that may change and delete what is archived,
   * and delete its key.
   *
   * @default - nobody
   */
  readonly breakGlassPrincipals?: readonly string[]
  /** Days, 35 to 36,500, that a monthly backup is kept, or false for no backups. @default 365, and false with RemovalPolicy.DESTROY */
  readonly backupRetentionDays?: number | false
  /** Days that the function's log is kept: one of the numbers that CloudWatch Logs takes. @default 365 */
  readonly logRetentionDays?: number
  /** What becomes of tables, key, log and backups with the stack. DESTROY is for trials: all is deleted. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY
  /** The tables' class: what storage costs, and what requests cost. @default TableClass.STANDARD */
  readonly tableClass?: TableClass
  /** VPC that the function runs in; other regions than the stack's need a way out of it. @default - none */
  readonly vpc?: IVpc
  /** Whether the VPC gets endpoints of DynamoDB and Systems Manager; false where it has them. @default true */
  readonly vpcEndpoints?: boolean
}

/** An archive of the Session Manager sessions of this account. */
export class SessionArchive extends Construct {
  /** One item for each session, by SessionId. */
  readonly sessions: Table
  /** A receipt for each sweep. */
  readonly sweeps: Table
  readonly function: IFunction
  /** What every alarm is sent to. */
  readonly alarmTopic: ITopic

  constructor(scope: Construct, id: string, props: SessionArchiveProps = {}) {
    super(scope, id)
    checkProps(props)
    const { regions = [Stack.of(this).region], schedule = Duration.hours(1) } = props
    const { removalPolicy = RemovalPolicy.RETAIN, vpc } = props
    const { backupRetentionDays = removalPolicy === RemovalPolicy.RETAIN && 365 } = props

    const tables = new ArchiveTables(this, 'Tables', {
      ...props,
      removalPolicy,
      expiring: props.retentionDays !== undefined,
    })
    const network =
      vpc && new Network(this, 'Network', { vpc, regions, endpoints: props.vpcEndpoints ?? true })
    const archiver = new Archiver(this, 'Archiver', {
      tables,
      regions,
      schedule,
      removalPolicy,
      logRetentionDays: props.logRetentionDays ?? 365,
      ...(props.retentionDays !== undefined && { retentionDays: props.retentionDays }),
      ...(network && { network }),
    })
    if (backupRetentionDays !== false)
      new Backup(this, 'Backup', {
        tables,
        retentionDays: backupRetentionDays,
        breakGlassPrincipals: props.breakGlassPrincipals ?? [],
      })
    const { topic } = new Monitoring(this, 'Monitoring', { ...props, archiver, tables, schedule })
    this.sessions = tables.sessions
    this.sweeps = tables.sweeps
    this.function = archiver.function
    this.alarmTopic = topic
  }
}
