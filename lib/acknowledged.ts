import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

interface Acknowledgement {
  /** Names of the finding in the packs of cdk-nag and in CloudFormation Guard. */
  readonly ids: readonly string[]
  /** Why it stays, for an assessor. */
  readonly reason: string
}

/** The findings of static checks that stay, each with its reason. docs/compliance.md lists them for assessors. */
export const ACKNOWLEDGED = {
  describeSessions: {
    ids: ['AwsSolutions::AwsSolutions-IAM5[Resource::*]'],
    reason:
      'ssm:DescribeSessions has no resource types, so IAM accepts only * as its resource. It only reads, and aws:RequestedRegion limits the statement to the archived regions.',
  },
  concurrency: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaConcurrency',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency',
    ],
    reason:
      'The control guards against exhaustion by callers. Only the schedules may invoke this function, once per period and region, and overlaps are harmless (docs/decisions/0003). Reserved concurrency would fail the deployment in accounts with the initial quota, and throttling an archiver puts records at risk.',
  },
  vpc: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaInsideVPC',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC',
      'PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC',
      'cdk-validator-cfnguard::lambda_inside_vpc_check',
    ],
    reason:
      'Nothing can connect to the function. It calls only Systems Manager and DynamoDB, by TLS and with signed requests that its policy limits. It holds no credentials but its role. If vpc is set, the function is isolated and the finding is gone.',
  },
  tracing: {
    ids: ['Serverless::Serverless-LambdaTracing'],
    reason:
      'X-Ray needs write permissions on resource *, and the role should hold no more than archiving needs. Each invocation is traceable without it: a receipt, structured logs with the request id and the source, and metrics.',
  },
  failureQueue: {
    ids: ['Serverless::Serverless-SQSRedrivePolicy', 'cdk-validator-cfnguard::sqs_dlq_check'],
    reason:
      'This queue is itself the dead-letter queue of the function and of the schedules. Nothing consumes it automatically, so no message can fail in it; an alarm rings for the first one.',
  },
} as const satisfies Record<string, Acknowledgement>

export function acknowledge(construct: IConstruct, { ids, reason }: Acknowledgement): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })))
}
