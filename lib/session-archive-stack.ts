import { CfnOutput, Stack, type StackProps, Token } from 'aws-cdk-lib'
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import { checkProps } from './configuration'
import { SessionArchive, type SessionArchiveProps } from './session-archive'

export interface SessionArchiveStackProps extends SessionArchiveProps, StackProps {
  /** Id of the VPC that the function runs in; needs a stack with a fixed account and region. @default - none */
  readonly vpcId?: string
}

/** The archive as a stack of its own. Its outputs name what an operator needs next. */
export class SessionArchiveStack extends Stack {
  constructor(scope: Construct, id: string, props: SessionArchiveStackProps = {}) {
    super(scope, id, { description: 'Archives Session Manager sessions beyond 30 days', ...props })
    checkProps(props)
    const { vpcId, ...rest } = props
    const archive = new SessionArchive(this, 'SessionArchive', {
      ...rest,
      ...(vpcId !== undefined && { vpc: this.lookUp(vpcId) }),
    })

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

  private lookUp(vpcId: string): IVpc {
    if (Token.isUnresolved(this.account) || Token.isUnresolved(this.region))
      throw new Error(
        `vpcId: received ${JSON.stringify(vpcId)}, expected a stack with a fixed account and region to look it up in: configure the AWS CLI, or set CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION`,
      )
    return Vpc.fromLookup(this, 'Vpc', { vpcId })
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value })
  }
}
