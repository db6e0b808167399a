import { Duration } from 'aws-cdk-lib'
import type { Node } from 'constructs'
import { checkProps, checkRegions, type SessionArchiveProps, type SessionArchiveStackProps } from './props'

type Parser = (value: unknown) => unknown

/** Each turns text into the prop's type. It returns any other value unchanged, and then {@link checkProps} refuses it. */
const PARSERS: { readonly [Key in Exclude<keyof SessionArchiveProps, 'vpc'>]-?: Parser } = {
  schedule: duration,
  quietSchedule: duration,
  regions: (value) => (value === 'all' ? value : list(value)),
  excludeRegions: list,
  organizationId: text,
  includeAccounts: list,
  excludeAccounts: list,
  excludeOrganizationalUnits: list,
  memberRoleName: text,
  deployMemberRoles: list,
  deployMemberRolesAs: text,
  retentionDays: daysOrOff,
  alarmEmail: text,
  alarmWarmUp: boolean,
  topicArn: text,
  keyArn: text,
  breakGlassPrincipals: list,
  backupRetentionDays: daysOrOff,
  evidence: boolean,
  evidenceRetentionDays: number,
  logRetentionDays: number,
  removalPolicy: text,
  vpcId: text,
  vpcEndpoints: boolean,
}

/**
 * The stack's props from CDK context: `-c regions=eu-west-1,us-east-1`, or the same keys in cdk.json. The stack
 * fits every account and region, unless it has to look up a VPC: then it is for those of the AWS configuration,
 * which the CDK command line puts into the environment.
 *
 * @throws Error naming the key, the value received and what was expected
 */
export function propsFromContext(
  node: Node,
  { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region }: NodeJS.ProcessEnv,
): SessionArchiveStackProps {
  const received: Record<string, unknown> = {}
  const props: Record<string, unknown> = {}
  for (const [key, parse] of Object.entries(PARSERS)) {
    received[key] = node.tryGetContext(key)
    props[key] = parse(received[key])
  }
  checkProps(props, 'context ', received)
  checkRegions(props, region, 'context ')
  return { ...props, env: props.vpcId !== undefined && account && region ? { account, region } : undefined }
}

function text(value: unknown): unknown {
  return value
}

function list(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',') : value
}

function boolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}

function number(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value
}

function daysOrOff(value: unknown): unknown {
  return value === 'off' ? false : number(value)
}

function duration(value: unknown): unknown {
  const [, count, unit] = (typeof value === 'string' && /^(\d+) ?(minute|hour)s?$/.exec(value)) || []
  if (count === undefined) return value
  return unit === 'hour' ? Duration.hours(Number(count)) : Duration.minutes(Number(count))
}
