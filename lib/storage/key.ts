import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { denyEveryone, exceptPrincipals, forThisAccount } from '../iam'

export interface ArchiveKeyProps {
  /** ARN of a key to use; its owner writes its policy. @default - a new key */
  readonly keyArn?: string
  /** DESTROY also lets everyone delete the key. */
  readonly removalPolicy: RemovalPolicy
  /** Who else may make the key unusable, and the archive with it. */
  readonly breakGlassPrincipals: readonly string[]
}

/** The archive's one key: it encrypts tables, log, queue, topic and backups. */
export function archiveKey(scope: Construct, id: string, props: ArchiveKeyProps): IKey {
  if (props.keyArn !== undefined) return Key.fromKeyArn(scope, id, props.keyArn)
  const key = new Key(scope, id, {
    description: 'Encrypts the archive of Session Manager sessions',
    enableKeyRotation: true,
    removalPolicy: props.removalPolicy,
  })
  denyGrants(key)
  allowLogs(key)
  if (props.removalPolicy !== RemovalPolicy.DESTROY)
    key.addToResourcePolicy(
      denyEveryone(
        'NobodyMakesTheArchiveUnreadable',
        ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
        exceptPrincipals(props.breakGlassPrincipals),
      ),
    )
  return key
}

/** Only AWS's services may be granted the use of the key. */
export function denyGrants(key: IKey): void {
  key.addToResourcePolicy(
    denyEveryone('OnlyServicesMayBeGrantedUse', ['kms:CreateGrant'], {
      BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' },
    }),
  )
}

/** Lets a role use the key, but only through a service: `dynamodb`, `sqs` … */
export function allowUseThrough(key: IKey, service: string, role: IPrincipal): void {
  allow(
    key,
    role,
    ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    { StringLike: { 'kms:ViaService': `${service}.${Stack.of(key).region}.*` } }, // China has another suffix
  )
}

/** Lets a role have the key used so that CloudTrail writes down what it says of the evidence log, and for nothing else. */
export function allowNotary(key: IKey, role: IPrincipal): void {
  allow(key, role, ['kms:GenerateDataKeyWithoutPlaintext'], {
    'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': NOTARISED },
    Null: { 'kms:EncryptionContextKeys': 'false' },
  })
}

const NOTARISED = ['origin', 'root', 'size'].map((name) => `ssm-session-archive-${name}`)

/** Lets the alarms of this account publish to a topic that the key encrypts. */
export function allowAlarms(key: IKey): void {
  allow(
    key,
    new ServicePrincipal('cloudwatch.amazonaws.com'),
    ['kms:Decrypt', 'kms:GenerateDataKey*'],
    forThisAccount(key),
  )
}

/** Lets a role have AWS services granted the use of the key, as AWS Backup needs it for encrypted backups. */
export function allowGrants(key: IKey, role: IPrincipal): void {
  allow(key, role, ['kms:CreateGrant'], { Bool: { 'kms:GrantIsForAWSResource': 'true' } })
}

/** Lets a role see what the key is, as AWS Backup does by itself, through no other service. */
export function allowDescription(key: IKey, role: IPrincipal): void {
  allow(key, role, ['kms:DescribeKey'])
}

/** Lets CloudWatch Logs encrypt the logs of this account and region. */
function allowLogs(key: IKey): void {
  const { partition, region, account, urlSuffix } = Stack.of(key)
  allow(
    key,
    new ServicePrincipal(`logs.${region}.${urlSuffix}`),
    ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
      },
    },
  )
}

function allow(key: IKey, to: IPrincipal, actions: string[], conditions?: Record<string, unknown>): void {
  key.addToResourcePolicy(new PolicyStatement({ principals: [to], actions, resources: ['*'], conditions }))
}
