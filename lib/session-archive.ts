import { Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { ArchiveTables } from './archive-tables'
import { Archiver } from './archiver'
import { Monitoring } from './monitoring'

export interface SessionArchiveProps {
  /** Regions whose sessions are archived. @default - the stack's own region */
  readonly regions?: readonly string[]
  /** Address that alarms are sent to, once it has confirmed. @default - none: subscribe to the topic later */
  readonly alarmEmail?: string
  /** Days, 31 or more, after its end at which a record expires. @default - records are kept for ever */
  readonly retentionDays?: number
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
    const { regions = [Stack.of(this).region], alarmEmail, retentionDays } = props
    const tables = new ArchiveTables(this, 'Tables', { expiring: retentionDays !== undefined })
    const archiver = new Archiver(this, 'Archiver', {
      tables,
      regions,
      ...(retentionDays !== undefined && { retentionDays }),
    })
    const { topic } = new Monitoring(this, 'Monitoring', {
      archiver,
      ...(alarmEmail !== undefined && { alarmEmail }),
    })
    this.sessions = tables.sessions
    this.sweeps = tables.sweeps
    this.function = archiver.function
    this.alarmTopic = topic
  }
}
