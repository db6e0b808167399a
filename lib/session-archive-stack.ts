import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { SessionArchive, type SessionArchiveProps } from './session-archive'

/** The archive as a stack of its own. Its outputs name what an operator needs next. */
export class SessionArchiveStack extends Stack {
  constructor(scope: Construct, id: string, props: SessionArchiveProps & StackProps = {}) {
    super(scope, id, { description: 'Archives Session Manager sessions beyond 30 days', ...props })
    const archive = new SessionArchive(this, 'SessionArchive', props)

    this.output('SessionsTable', 'Every archived session', archive.sessions.tableName)
    this.output('SweepsTable', 'A receipt for each sweep', archive.sweeps.tableName)
    this.output('FunctionName', 'Sweeps a region', archive.function.functionName)
    this.output('AlarmTopic', 'Subscribe to be alarmed', archive.alarmTopic.topicArn)
    this.output(
      'QueryToday',
      'Lists the sessions that started today',
      `aws dynamodb query --region ${this.region} --table-name ${archive.sessions.tableName} --index-name ByDay` +
        ` --key-condition-expression 'StartDay = :day'` +
        ` --expression-attribute-values "{\\":day\\": {\\"S\\": \\"$(date -u +%F)\\"}}"`,
    )
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value })
  }
}
