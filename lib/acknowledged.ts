import { Token, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { MEMBER_ROLE_NAME } from '../archive/names'

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
      'ssm:DescribeSessions, ssm:DescribeInstanceInformation, ssm:DescribeInstanceProperties, cloudtrail:LookupEvents and, with an organization, organizations:ListAccounts have no resource types, so IAM accepts only * as their resource. They only read. If regions are listed, aws:RequestedRegion limits all but the last to them.',
  },
  memberRoles: {
    ids: [`AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::*:role/${MEMBER_ROLE_NAME}]`],
    reason:
      'Only with an organization. Accounts join it later, so none can be listed. One role name may be assumed, and aws:ResourceOrgID limits it to the own organization; each role trusts this function alone, and may only read.',
  },
  concurrency: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaConcurrency',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency',
    ],
    reason:
      'The control guards against exhaustion by callers. Only the schedule starts the archiver, once per period, and with an organization its queue, five times at once at most; the evidence log is started once at a time per shard of a stream. Overlaps are harmless (docs/decisions/0003). Reserved concurrency would fail the deployment in accounts with the initial quota, and throttling an archiver puts records at risk.',
  },
  vpc: {
    ids: [
      'HIPAA.Security::HIPAA.Security-LambdaInsideVPC',
      'NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC',
      'PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC',
      'cdk-validator-cfnguard::lambda_inside_vpc_check',
    ],
    reason:
      'Nothing can connect to the function. It calls only the APIs of AWS that docs/security.md lists, by TLS and with signed requests that its policy limits. It holds no credentials but its role. If vpc is set, the function is isolated and the finding is gone.',
  },
  tracing: {
    ids: ['Serverless::Serverless-LambdaTracing'],
    reason:
      'X-Ray needs write permissions on resource *, and the role should hold no more than archiving needs. Each invocation is traceable without it: a receipt, structured logs with the request id and the source, and metrics.',
  },
  failureQueue: {
    ids: ['Serverless::Serverless-SQSRedrivePolicy', 'cdk-validator-cfnguard::sqs_dlq_check'],
    reason:
      'This queue is itself a dead-letter queue: of the function and of the schedule, or of the queue of sweeps. Nothing consumes it automatically, so no message can fail in it; an alarm rings for the first one.',
  },
  bucketLogs: {
    ids: [
      'AwsSolutions::AwsSolutions-S1',
      'HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled',
      'NIST.800.53.R5::NIST.800.53.R5-S3BucketLoggingEnabled',
      'PCI.DSS.321::PCI.DSS.321-S3BucketLoggingEnabled',
      'cdk-validator-cfnguard::s3_bucket_logging_enabled_check',
    ],
    reason:
      'Access logs would need another bucket, with the same question. The objects are written once, by one role, under Object Lock; each write is a chained and signed part of the log itself. Data events of CloudTrail, if the account records them, say who read them.',
  },
  bucketReplication: {
    ids: [
      'HIPAA.Security::HIPAA.Security-S3BucketReplicationEnabled',
      'NIST.800.53.R5::NIST.800.53.R5-S3BucketReplicationEnabled',
      'PCI.DSS.321::PCI.DSS.321-S3BucketReplicationEnabled',
    ],
    reason:
      'Where a copy may be is for whoever deploys to decide. Object Lock keeps the log from deletion, and a bundle that was handed over is a complete copy of it.',
  },
  bucketLifecycle: {
    ids: [
      'cdk-validator-cfnguard::s3_lifecycle_policy_check',
      'cdk-validator-cfnguard::s3_version_lifecycle_policy_check',
    ],
    reason:
      'A lifecycle rule deletes. The log is what proves the archive, and each part of it proves the parts before: none may ever go. It costs cents a month (docs/costs-and-scale.md).',
  },
  bucketEvents: {
    ids: ['cdk-validator-cfnguard::s3_event_notifications_enabled_check'],
    reason:
      'One function writes, and its own metrics and alarms tell of each checkpoint, and of a day without one. Nobody else can write or delete.',
  },
  evidenceObjects: {
    ids: [
      'AwsSolutions::AwsSolutions-IAM5[Resource::<SessionArchiveTablesSessions97EB5AF3.Arn>/stream/*]',
      'AwsSolutions::AwsSolutions-IAM5[Resource::<SessionArchiveTablesSweeps07B46758.Arn>/stream/*]',
      'AwsSolutions::AwsSolutions-IAM5[Resource::<SessionArchiveEvidenceBucketDF2FC699.Arn>/checkpoints/*]',
      'AwsSolutions::AwsSolutions-IAM5[Resource::<SessionArchiveEvidenceBucketDF2FC699.Arn>/segments/*]',
    ],
    reason:
      'The objects of the log are named by numbers, so none can be listed before it is written; a table has one stream, whose name AWS makes, and Lambda asks for the list of it.',
  },
  deliveries: {
    ids: ['Serverless::Serverless-LambdaEventSourceMappingDestination'],
    reason:
      'Only with an organization. The control is about streams: Lambda takes no destination for a queue. A message that failed three times goes to the dead-letter queue of its queue, for which an alarm rings.',
  },
} as const satisfies Record<string, Acknowledgement>

/** The finding about the member roles, if they have another name, or if the partition is known. */
export function memberRoles(partition: string, roleName: string): Acknowledgement {
  const { ids, reason } = ACKNOWLEDGED.memberRoles
  const named = ids.map((id) => id.replace(MEMBER_ROLE_NAME, roleName))
  return Token.isUnresolved(partition)
    ? { ids: named, reason }
    : { ids: named.map((id) => id.replace('<AWS::Partition>', partition)), reason }
}

/** The findings about streams and objects, for tables and a bucket with these logical ids. */
export function evidenceObjects(sessions: string, sweeps: string, bucket: string): Acknowledgement {
  const { ids, reason } = ACKNOWLEDGED.evidenceObjects
  const names = [sessions, sweeps, bucket, bucket]
  return { ids: ids.map((id, n) => id.replace(/<.*\.Arn>/, `<${names[n]}.Arn>`)), reason }
}

export function acknowledge(construct: IConstruct, { ids, reason }: Acknowledgement): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })))
}
