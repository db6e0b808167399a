import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { ACKNOWLEDGED, acknowledge } from '../acknowledged'
import { denyEveryone, deployers, EXCEPT_SERVICES, exceptPrincipals } from '../iam'

export interface EvidenceBucketProps {
  readonly key: IKey
  /** Days for which nobody, AWS's root user included, can delete an object. */
  readonly lockDays: number
  readonly removalPolicy: RemovalPolicy
}

const DELETE = ['s3:DeleteObject', 's3:DeleteObjectVersion']
const CHANGE_SETTINGS = [
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketPolicy',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
]

/** Where the evidence log is kept: each object is written once, by one role, and not deleted. */
export function evidenceBucket(scope: Construct, props: EvidenceBucketProps): Bucket {
  const { key, lockDays, removalPolicy } = props
  const isKept = removalPolicy !== RemovalPolicy.DESTROY
  const bucket = new Bucket(scope, 'Bucket', {
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    versioned: true,
    ...(isKept && {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(lockDays)),
    }),
    removalPolicy: isKept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  })
  acknowledge(bucket, ACKNOWLEDGED.bucketLogs)
  acknowledge(bucket, ACKNOWLEDGED.bucketReplication)
  acknowledge(bucket, ACKNOWLEDGED.bucketLifecycle)
  acknowledge(bucket, ACKNOWLEDGED.bucketEvents)
  return bucket
}

export interface Protection {
  readonly removalPolicy: RemovalPolicy
  readonly breakGlassPrincipals: readonly string[]
  /** The one role that writes. */
  readonly writerArn: string
}

/** Denies everyone, whatever their own policies allow, what would change the log. */
export function protectBucket(bucket: Bucket, protection: Protection): void {
  const { removalPolicy, breakGlassPrincipals, writerArn } = protection
  const objects = bucket.arnForObjects('*')
  bucket.addToResourcePolicy(
    denyEveryone('OnlyTheLogWrites', ['s3:PutObject'], exceptPrincipals([writerArn]), objects),
  )
  bucket.addToResourcePolicy(
    denyEveryone('NobodyReplaces', ['s3:PutObject'], { Null: { 's3:if-none-match': 'true' } }, objects),
  )
  if (removalPolicy === RemovalPolicy.DESTROY) return
  const except = { ...exceptPrincipals(breakGlassPrincipals), ...EXCEPT_SERVICES }
  bucket.addToResourcePolicy(denyEveryone('NobodyDeletes', DELETE, except, objects))
  const deployment = {
    ...exceptPrincipals([...breakGlassPrincipals, ...deployers(bucket)]),
    'ForAllValues:StringNotEquals': { 'aws:CalledVia': ['cloudformation.amazonaws.com'] },
    ...EXCEPT_SERVICES,
  }
  bucket.addToResourcePolicy(
    denyEveryone('OnlyDeploymentsChangeSettings', CHANGE_SETTINGS, deployment, bucket.bucketArn),
  )
}

/** What the log's writer does with the bucket. */
export function bucketStatements(bucket: Bucket): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [bucket.bucketArn] }),
    new PolicyStatement({
      actions: ['s3:GetObjectVersion', 's3:PutObject'],
      resources: ['checkpoints/*', 'key', 'segments/*'].map((name) => bucket.arnForObjects(name)),
    }),
  ]
}
