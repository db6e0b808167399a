import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { SessionArchiveStackProps } from './props'
import { SessionArchive } from './session-archive'

export type { SessionArchiveStackProps }

/** A stack with nothing but the archive. Its outputs name what an operator needs next. */
export class SessionArchiveStack extends Stack {
  constructor(scope: Construct, id: string, props: SessionArchiveStackProps = {}) {
    super(scope, id, { description: 'Archives Session Manager sessions beyond 30 days', ...props })
    const archive = new SessionArchive(this, 'SessionArchive', props)
    this.output('SessionsTable', 'Every archived session', archive.sessions.tableName)
    this.output('SweepsTable', 'A receipt for each sweep', archive.sweeps.tableName)
    this.output('FunctionName', 'Sweeps a region', archive.function.functionName)
    this.output('AlarmTopic', 'Subscribe to be alarmed', archive.alarmTopic.topicArn)
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value })
  }
}
