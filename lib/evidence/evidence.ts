import { CfnElement, Duration, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, FilterCriteria, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENVIRONMENT, EVIDENCE_ENVIRONMENT, RETENTION } from '../../archive/names'
import { acknowledge, evidenceObjects } from '../acknowledged'
import { addFunction, type FunctionSettings } from '../function'
import type { HandWrittenRole } from '../iam'
import { allowNotary, allowUseThrough } from '../storage/key'
import type { ArchiveTables } from '../storage/tables'
import { bucketStatements, evidenceBucket, protectBucket } from './evidence-bucket'
import { allowSigning, signingKey } from './signing-key'

export interface EvidenceProps extends FunctionSettings {
  readonly tables: ArchiveTables
  /** Keeps what could not be logged for a day. */
  readonly failureQueue: IQueue
  readonly lockDays: number
  readonly breakGlassPrincipals: readonly string[]
}

/** What is rewritten all the time, and is no evidence. */
const NO_EVIDENCE = ['LISTING', 'STATE']

/** The evidence log: a function that is told of every change of both tables, whoever makes it. */
export class Evidence extends Construct {
  readonly function: IFunction
  readonly bucket: Bucket
  readonly signingKeyArn: string

  constructor(scope: Construct, id: string, props: EvidenceProps) {
    super(scope, id)
    const { key, tables, failureQueue, lockDays, breakGlassPrincipals, removalPolicy } = props
    this.bucket = evidenceBucket(this, { key, lockDays, removalPolicy })
    const signing = signingKey(this, removalPolicy)
    const { lambda, role } = addFunction(this, {
      ...props,
      name: 'evidence-log',
      description: 'Logs and signs every change of the session archive',
      timeout: Duration.minutes(5),
      environment: {
        [ENVIRONMENT.sessionsTable]: tables.sessions.tableName,
        [ENVIRONMENT.sweepsTable]: tables.sweeps.tableName,
        [EVIDENCE_ENVIRONMENT.bucket]: this.bucket.bucketName,
        [EVIDENCE_ENVIRONMENT.signingKey]: signing.keyArn,
        [EVIDENCE_ENVIRONMENT.archiveKey]: key.keyArn,
      },
      statements: [...streamStatements(tables), retentionStatement(tables), ...bucketStatements(this.bucket)],
    })
    const { roleArn } = role.role
    protectBucket(this.bucket, { removalPolicy, breakGlassPrincipals, writerArn: roleArn })
    allowSigning(signing, { removalPolicy, breakGlassPrincipals, signer: role.role, signerArn: roleArn })
    for (const service of ['dynamodb', 's3']) allowUseThrough(key, service, role.role)
    allowNotary(key, role.role)
    const { sessions, sweeps } = tables
    acknowledge(
      role.policy,
      evidenceObjects(logicalIdOf(sessions), logicalIdOf(sweeps), logicalIdOf(this.bucket)),
    )
    this.function = lambda
    this.signingKeyArn = signing.keyArn
    this.deliver('Sessions', tables.sessions.tableStreamArn, role, failureQueue)
    this.deliver('Sweeps', tables.sweeps.tableStreamArn, role, failureQueue, [
      FilterCriteria.filter({ dynamodb: { Keys: { ItemId: { S: [{ 'anything-but': NO_EVIDENCE }] } } } }),
    ])
  }

  /** Changes wait until they are logged, for the day that DynamoDB keeps them. */
  private deliver(
    id: string,
    eventSourceArn: string | undefined,
    { policy }: HandWrittenRole,
    failureQueue: IQueue,
    filters?: Record<string, unknown>[],
  ): void {
    const mapping = new EventSourceMapping(this, id, {
      target: this.function,
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 1000,
      maxBatchingWindow: Duration.minutes(5),
      onFailure: new SqsDlq(failureQueue),
      filters,
    })
    mapping.node.addDependency(policy) // Lambda checks that it may read
  }
}

function logicalIdOf(construct: Construct): string {
  const { defaultChild } = construct.node
  if (!CfnElement.isCfnElement(defaultChild)) throw new Error(`${construct.node.path} has no resource`)
  return Stack.of(construct).resolve(defaultChild.logicalId)
}

/** Whether somebody changes the retention, and so the expiry of records. */
function retentionStatement({ sweeps }: ArchiveTables): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:Query'],
    resources: [sweeps.tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [RETENTION] } },
  })
}

/** What Lambda does for the function: nothing of the tables themselves. */
function streamStatements({ sessions, sweeps }: ArchiveTables): PolicyStatement[] {
  const streams = [sessions.tableStreamArn, sweeps.tableStreamArn].filter((arn) => arn !== undefined)
  return [
    new PolicyStatement({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: streams,
    }),
    new PolicyStatement({
      actions: ['dynamodb:ListStreams'],
      resources: [sessions, sweeps].map(({ tableArn }) => `${tableArn}/stream/*`),
    }),
  ]
}
