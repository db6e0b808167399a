import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

interface Acknowledgement {
  /** What the packs of cdk-nag and CloudFormation Guard call the finding. */
  readonly ids: readonly string[]
  /** Why it stays, for an assessor. */
  readonly reason: string
}

/** The findings of static checks that stay, each with its reason. docs/compliance.md shows them to assessors. */
export const ACKNOWLEDGED = {
  describeSessions: {
    ids: ['AwsSolutions::AwsSolutions-IAM5[Resource::*]'],
    reason:
      'ssm:DescribeSessions has no resource types, so IAM takes no resource but *. It reads only, and the statement is limited to the archived regions by aws:RequestedRegion.',
  },
  concurrency: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaConcurrency',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency',
    ],
    reason:
      'The control guards against exhaustion by callers. Only the schedules may invoke this function, once a period and region, and overlaps are harmless (docs/decisions/0003). Reserved concurrency would fail the deployment in accounts with the initial quota, and throttling an archiver puts records at risk.',
  },
  vpc: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaInsideVPC',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC',
      'PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC',
      'cdk-validator-cfnguard::lambda_inside_vpc_check',
    ],
    reason:
      'The function listens on nothing, and calls only Systems Manager and DynamoDB, by TLS and with signed requests that its policy limits. It holds no credentials but its role. Whoever needs network isolation sets vpc, and the finding is gone.',
  },
  tracing: {
    ids: ['Serverless::Serverless-LambdaTracing'],
    reason:
      'X-Ray needs write permissions on resource *, in the role that is to hold no more than archiving needs. Each invocation is traceable without it: a receipt, structured logs with the request id and the source, and metrics.',
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
