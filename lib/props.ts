import { RemovalPolicy, type StackProps, Token } from 'aws-cdk-lib'
import type { IVpc } from 'aws-cdk-lib/aws-ec2'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { isBoolean, isListOf, isText, isWithin, shown, type Unchecked } from './checks'
import { checkListSizes } from './list-sizes'
import { checkOrganizationProps, type OrganizationProps } from './organization-props'
import { checkSweepProps, type SweepProps } from './sweep-props'

export interface SessionArchiveProps extends SweepProps, OrganizationProps {
  /**
   * Days, 31 to 36,500, from a session's end until its record expires. False: they expire no more; for an archive that
   * was deployed with days before, as CloudFormation cannot leave an expiry out.
   *
   * @default - records are kept forever
   */
  readonly retentionDays?: number | false
  /** E-mail address that alarms are sent to, once its owner has confirmed. @default - none: subscribe to the topic later */
  readonly alarmEmail?: string
  /** Whether alarms that ring on silence stay quiet for a day at first; false if the region does not know warm-up. @default true */
  readonly alarmWarmUp?: boolean
  /** ARN of the SNS topic that alarms are sent to, in the stack's region; it must let CloudWatch publish. @default - a new, encrypted topic */
  readonly topicArn?: string
  /** ARN of the KMS key that encrypts everything, in the stack's region; its policy must allow what docs/security.md lists. @default - a new key */
  readonly keyArn?: string
  /** ARNs of the IAM roles and users, `*` for a part of a name, that may change and delete the archive and its key. @default - nobody */
  readonly breakGlassPrincipals?: readonly string[]
  /** Days, 35 to 36,500, that a monthly backup is kept; false for no backups. @default 365, and false with RemovalPolicy.DESTROY */
  readonly backupRetentionDays?: number | false
  /** Whether every change is logged, signed and so can be verified. @default true, and false with RemovalPolicy.DESTROY */
  readonly evidence?: boolean
  /** Days, 1 to 36,500, for which nobody can delete what is in the evidence log, the root user included. @default 365 */
  readonly evidenceRetentionDays?: number
  /** Days that the function's log is kept: one of the numbers that CloudWatch Logs takes. @default 365 */
  readonly logRetentionDays?: number
  /** What happens to tables, key, log and backups when the stack is deleted; DESTROY deletes all and is for trials. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY
  /** VPC that the function runs in. Other regions than the stack's, and an organization, need a NAT gateway, endpoints the VPC's range. @default - none */
  readonly vpc?: IVpc
  /** Id of that VPC, to be looked up in a stack with a fixed account and region. @default - none */
  readonly vpcId?: string
  /** Whether the VPC gets endpoints of DynamoDB and Systems Manager; false if it has them. @default true */
  readonly vpcEndpoints?: boolean
}

export interface SessionArchiveStackProps extends SessionArchiveProps, StackProps {}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/
/** A role or a user; `*` may stand for a part of its path or name, but not for the whole name. */
const PRINCIPAL_ARN =
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\w+=,.@*-]+\/)*(?=[^/]*[\w+=,.@-])[\w+=,.@*-]+$/
const VPC_ID = /^vpc-[0-9a-f]{8,17}$/
const LOG_RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days) => typeof days === 'number' && days !== RetentionDays.INFINITE,
)

/**
 * @param where put before the name of a prop in errors
 * @param received what errors show as received, if it is not the props themselves
 * @throws Error naming the prop, the value received and what was expected
 */
export function checkProps(
  props: Unchecked<SessionArchiveProps>,
  where = '',
  received = props,
): asserts props is SessionArchiveProps {
  const invalid = (key: keyof SessionArchiveProps, expected: string, value = shown(received[key])) =>
    new Error(`${where}${key}: received ${value}, expected ${expected}`)
  checkSweepProps(props, invalid)
  checkOrganizationProps(props, invalid)
  checkListSizes(props, invalid)
  const { retentionDays, alarmEmail, alarmWarmUp, topicArn, keyArn } = props
  const {
    breakGlassPrincipals,
    backupRetentionDays,
    evidence,
    evidenceRetentionDays,
    logRetentionDays,
    removalPolicy,
    vpc,
    vpcId,
    vpcEndpoints,
  } = props

  if (retentionDays !== false && !isWithin(retentionDays, 31, 36_500))
    throw invalid(
      'retentionDays',
      'a whole number of days from 31 to 36500 (AWS shows a session for 30 days: one deleted earlier would be archived again), or "off" (in code: false)',
    )
  if (!isText(alarmEmail, EMAIL)) throw invalid('alarmEmail', 'an e-mail address')
  if (!isBoolean(alarmWarmUp)) throw invalid('alarmWarmUp', 'true or false')
  if (!isText(topicArn, TOPIC_ARN))
    throw invalid('topicArn', 'the ARN of an SNS topic, such as "arn:aws:sns:eu-west-1:111122223333:alarms"')
  if (!isText(keyArn, KEY_ARN))
    throw invalid(
      'keyArn',
      'the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
    )
  if (!isListOf(breakGlassPrincipals, (arn) => PRINCIPAL_ARN.test(arn), 0))
    throw invalid(
      'breakGlassPrincipals',
      'different ARNs of IAM roles or users, such as "arn:aws:iam::111122223333:role/break-glass"; "*" may stand for a part of a name only',
    )
  // Backups are monthly: if each were kept for less than 35 days, there would be times without one.
  if (backupRetentionDays !== false && !isWithin(backupRetentionDays, 35, 36_500))
    throw invalid('backupRetentionDays', 'a whole number of days from 35 to 36500, or "off" (in code: false)')
  if (backupRetentionDays && removalPolicy === RemovalPolicy.DESTROY)
    throw invalid(
      'backupRetentionDays',
      'none with removalPolicy "destroy": a vault that holds backups cannot be deleted',
    )
  if (!isBoolean(evidence)) throw invalid('evidence', 'true or false')
  if (!isWithin(evidenceRetentionDays, 1, 36_500))
    throw invalid('evidenceRetentionDays', 'a whole number of days from 1 to 36500')
  const hasLock = evidence ?? removalPolicy !== RemovalPolicy.DESTROY
  if (evidenceRetentionDays !== undefined && (!hasLock || removalPolicy === RemovalPolicy.DESTROY))
    throw invalid(
      'evidenceRetentionDays',
      'none without evidence, and with removalPolicy "destroy": nothing is locked',
    )
  if (logRetentionDays !== undefined && !LOG_RETENTION_DAYS.includes(logRetentionDays as number))
    throw invalid(
      'logRetentionDays',
      `one of the numbers of days that CloudWatch Logs takes: ${LOG_RETENTION_DAYS.join(', ')}`,
    )
  if (removalPolicy !== undefined && removalPolicy !== 'retain' && removalPolicy !== 'destroy')
    throw invalid('removalPolicy', '"retain" or "destroy"')
  if (!isText(vpcId, VPC_ID)) throw invalid('vpcId', 'the id of a VPC, such as "vpc-0a1b2c3d4e5f67890"')
  if (vpcId !== undefined && vpc) throw invalid('vpcId', 'none beside vpc')
  if (!isBoolean(vpcEndpoints)) throw invalid('vpcEndpoints', 'true or false')
  if (vpcEndpoints !== undefined && !vpc && vpcId === undefined)
    throw invalid('vpcEndpoints', 'none without a VPC')
}

/**
 * A topic and a key serve their own region only.
 *
 * @param region of the stack; a stack for every region is not checked
 * @param where put before the name of a prop in errors
 * @throws Error naming the prop, the value received and what was expected
 */
export function checkRegions(props: SessionArchiveProps, region: string | undefined, where = ''): void {
  if (region === undefined || Token.isUnresolved(region)) return
  for (const key of ['topicArn', 'keyArn'] as const) {
    const arn = props[key]
    if (arn !== undefined && !Token.isUnresolved(arn) && arn.split(':')[3] !== region)
      throw new Error(`${where}${key}: received ${shown(arn)}, expected one in the stack's region, ${region}`)
  }
}
