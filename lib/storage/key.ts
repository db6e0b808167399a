import { type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { exceptPrincipals } from './except-principals'

export interface ArchiveKeyProps {
  /** ARN of a key to use instead of a new one; its policy is its owner's. @default - a new key */
  readonly keyArn?: string
  readonly removalPolicy: RemovalPolicy
  /** Who may make the key unusable, and with it the archive. */
  readonly mayDelete: readonly string[]
  /** Whether it is kept from everyone else. */
  readonly isProtected: boolean
}

/** The one key of the archive: of its tables, log, queue, topic and backups. */
export function archiveKey(scope: Construct, id: string, props: ArchiveKeyProps): IKey {
  if (props.keyArn !== undefined) return Key.fromKeyArn(scope, id, props.keyArn)
  const key = new Key(scope, id, {
    description: 'Encrypts the archive of Session Manager sessions',
    enableKeyRotation: true,
    removalPolicy: props.removalPolicy,
  })
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OnlyServicesMayBeGrantedUse',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
      },
    }),
  )
  if (props.isProtected)
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NobodyMakesTheArchiveUnreadable',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
        resources: ['*'],
        conditions: exceptPrincipals(props.mayDelete),
      }),
    )
  return key
}

/** Lets a role use the key, through a service alone: `dynamodb`, `sqs` … */
export function allowUseThrough(key: IKey, service: string, role: IPrincipal): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [role],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${Stack.of(key).region}.amazonaws.com` },
      },
    }),
  )
}

/** Lets CloudWatch Logs encrypt the logs of this account and region. */
export function allowLogs(key: IKey): void {
  const { partition, region, account } = Stack.of(key)
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      },
    }),
  )
}

/** Lets the alarms of this account publish to a topic that the key encrypts. */
export function allowAlarms(key: IKey): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(key).account } },
    }),
  )
}

/** Lets AWS Backup have a role's backups encrypted, through grants to AWS's services alone. */
export function allowGrants(key: IKey, role: IPrincipal): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [role],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  )
}
