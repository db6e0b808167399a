import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib'
import { TableClass } from 'aws-cdk-lib/aws-dynamodb'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { SessionArchiveStackProps } from './session-archive-stack'

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2` … */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/
/** A role or a user; `*` for a part of its path or name, never for the whole name. */
const PRINCIPAL_ARN =
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/([\w+=,.@*-]+\/)*(?=[^/]*[\w+=,.@-])[\w+=,.@*-]+$/
const VPC_ID = /^vpc-[0-9a-f]{8,17}$/
const RATE = /^(\d+) ?(minutes?|hours?)$/

const MIN_SCHEDULE_MINUTES = 5
const MAX_SCHEDULE_MINUTES = 24 * 60
/** Less would delete what the next sweep archives again. */
const MIN_RETENTION_DAYS = 31
/** A backup is taken every month: kept for less, there would be times without one. */
const MIN_BACKUP_RETENTION_DAYS = 35
const MAX_BACKUP_RETENTION_DAYS = 36_500
const LOG_RETENTION_DAYS = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
)
const REMOVAL_POLICIES = [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY]
const TABLE_CLASSES = Object.values(TableClass)

type Key = Exclude<keyof SessionArchiveStackProps, keyof import('aws-cdk-lib').StackProps>

interface Option<T> {
  /** Completes "expected …". */
  readonly expected: string
  /** What context gives, as the prop's type; the value itself where it is not of the form. */
  readonly fromContext?: (value: unknown) => unknown
  readonly accepts: (value: T) => boolean
}

type Options = { readonly [K in Exclude<Key, 'vpc'>]-?: Option<NonNullable<SessionArchiveStackProps[K]>> }

/** The limits of every option, in code and in CDK context alike. `vpc` is an object, so only for code. */
export const OPTIONS: Options = {
  schedule: {
    expected:
      'a rate in whole minutes or hours, from 5 minutes to 24 hours, such as "1 hour" or "30 minutes"',
    fromContext: duration,
    accepts: (value) =>
      value instanceof Duration &&
      isWithin(value.toMinutes({ integral: false }), MIN_SCHEDULE_MINUTES, MAX_SCHEDULE_MINUTES),
  },
  regions: {
    expected: 'different regions such as "eu-west-1,us-east-1"',
    fromContext: list,
    accepts: (value) =>
      isListOf(value, (region) => Token.isUnresolved(region) || REGION.test(region)) && value.length > 0,
  },
  retentionDays: {
    expected: `a whole number of days, ${MIN_RETENTION_DAYS} or more (AWS shows a session for 30 days: one deleted earlier would be archived again)`,
    fromContext: number,
    accepts: (days) => isWithin(days, MIN_RETENTION_DAYS, Number.MAX_SAFE_INTEGER),
  },
  alarmEmail: {
    expected: 'an e-mail address',
    accepts: (address) => isText(address, EMAIL),
  },
  topicArn: {
    expected: 'the ARN of an SNS topic, such as "arn:aws:sns:eu-west-1:111122223333:alarms"',
    accepts: (arn) => isText(arn, TOPIC_ARN),
  },
  keyArn: {
    expected:
      'the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
    accepts: (arn) => isText(arn, KEY_ARN),
  },
  breakGlassPrincipals: {
    expected:
      'different ARNs of IAM roles or users, such as "arn:aws:iam::111122223333:role/break-glass"; "*" may stand for a part of a name only',
    fromContext: list,
    accepts: (arns) => isListOf(arns, (arn) => PRINCIPAL_ARN.test(arn)),
  },
  backupRetentionDays: {
    expected: `a whole number of days from ${MIN_BACKUP_RETENTION_DAYS} to ${MAX_BACKUP_RETENTION_DAYS}, or "off" (in code: false)`,
    fromContext: (value) => (value === 'off' ? false : number(value)),
    accepts: (days) => days === false || isWithin(days, MIN_BACKUP_RETENTION_DAYS, MAX_BACKUP_RETENTION_DAYS),
  },
  logRetentionDays: {
    expected: `one of the numbers of days that CloudWatch Logs takes: ${LOG_RETENTION_DAYS.join(', ')}`,
    fromContext: number,
    accepts: (days) => LOG_RETENTION_DAYS.includes(days),
  },
  removalPolicy: {
    expected: `"${REMOVAL_POLICIES.join('" or "')}"`,
    accepts: (policy) => REMOVAL_POLICIES.includes(policy),
  },
  tableClass: {
    expected: `"${TABLE_CLASSES.join('" or "')}"`,
    accepts: (tableClass) => TABLE_CLASSES.includes(tableClass),
  },
  vpcEndpoints: {
    expected: 'true or false',
    fromContext: (value) => (value === 'true' ? true : value === 'false' ? false : value),
    accepts: (value) => typeof value === 'boolean',
  },
  vpcId: {
    expected: 'the id of a VPC, such as "vpc-0a1b2c3d4e5f67890"',
    accepts: (id) => isText(id, VPC_ID),
  },
}

/** @throws Error naming the key, the value received and what was expected */
export function checkOption(key: keyof Options, value: unknown, received = value, where = ''): void {
  const { expected, accepts } = OPTIONS[key] as Option<unknown>
  if (!accepts(value)) throw new Error(`${where}${key}: received ${shown(received)}, expected ${expected}`)
}

/**
 * Checks every option that is given, and those that do not go together.
 *
 * @throws Error naming the key, the value received and what was expected
 */
export function checkProps(props: SessionArchiveStackProps): void {
  for (const key of Object.keys(OPTIONS) as (keyof Options)[])
    if (props[key] !== undefined) checkOption(key, props[key])
  if (props.removalPolicy === RemovalPolicy.DESTROY && props.backupRetentionDays)
    throw new Error(
      `backupRetentionDays: received ${props.backupRetentionDays}, expected none with removalPolicy "destroy": a vault that holds backups cannot be deleted`,
    )
  if (props.vpc && props.vpcId !== undefined)
    throw new Error(`vpcId: received ${shown(props.vpcId)}, expected none beside vpc`)
  if (props.vpcEndpoints !== undefined && !props.vpc && props.vpcId === undefined)
    throw new Error(`vpcEndpoints: received ${props.vpcEndpoints}, expected none without a VPC`)
}

function duration(value: unknown): unknown {
  const [, count, unit] = (typeof value === 'string' && RATE.exec(value)) || []
  if (count === undefined) return value
  return unit?.startsWith('hour') ? Duration.hours(Number(count)) : Duration.minutes(Number(count))
}

function list(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',') : value
}

function number(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && (Token.isUnresolved(value) || pattern.test(value))
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

/** Whether a value is a list of different texts, each accepted. */
function isListOf(value: unknown, accepts: (item: string) => boolean): boolean {
  return (
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((item) => typeof item === 'string' && accepts(item))
  )
}

function shown(value: unknown): string {
  return JSON.stringify(value instanceof Duration ? value.toHumanString() : value)
}
