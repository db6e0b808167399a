import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { Monitoring } from './monitoring/monitoring'
import { checkProps, type SessionArchiveProps } from './props'
import { Backup } from './storage/backup'
import { archiveKey } from './storage/key'
import { ArchiveTables } from './storage/tables'
import { Archiver } from './sweeping/archiver'
import { Network } from './sweeping/network'

export type { SessionArchiveProps }

/** An archive of this account's Session Manager sessions. */
export class SessionArchive extends Construct {
  /** One item per session, by SessionId. */
  readonly sessions: Table
  /** A receipt for each sweep. */
  readonly sweeps: Table
  readonly function: IFunction
  /** Every alarm is sent to it. */
  readonly alarmTopic: ITopic

  constructor(scope: Construct, id: string, props: SessionArchiveProps = {}) {
    super(scope, id)
    checkProps(props)
    const {
      schedule = Duration.hours(1),
      regions = [Stack.of(this).region],
      breakGlassPrincipals = [],
      logRetentionDays = 365,
      removalPolicy = RemovalPolicy.RETAIN,
      backupRetentionDays = removalPolicy === RemovalPolicy.RETAIN && 365,
      vpcEndpoints = true,
    } = props

    const storage = new Construct(this, 'Tables')
    const key = archiveKey(storage, 'Key', { keyArn: props.keyArn, removalPolicy, breakGlassPrincipals })
    // logical ids leave `Default` out, and those of the tables must not change
    const tables = new ArchiveTables(storage, 'Default', {
      key,
      expiring: props.retentionDays !== undefined,
      removalPolicy,
      breakGlassPrincipals,
    })
    const vpc = props.vpc ?? props.vpcId
    const network =
      vpc === undefined ? undefined : new Network(this, 'Network', { vpc, regions, endpoints: vpcEndpoints })
    const archiver = new Archiver(this, 'Archiver', {
      key,
      tables,
      regions,
      schedule,
      removalPolicy,
      logRetentionDays,
      retentionDays: props.retentionDays,
      network,
    })
    if (backupRetentionDays !== false)
      new Backup(this, 'Backup', { key, tables, retentionDays: backupRetentionDays, breakGlassPrincipals })
    const { topic } = new Monitoring(this, 'Monitoring', {
      key,
      tables,
      archiver,
      schedule,
      alarmEmail: props.alarmEmail,
      topicArn: props.topicArn,
    })
    this.sessions = tables.sessions
    this.sweeps = tables.sweeps
    this.function = archiver.function
    this.alarmTopic = topic
  }
}
