import { ACCOUNT_ID, ENVIRONMENT, ORGANIZATION_ID, ORGANIZATIONAL_UNIT_ID, REGION } from '../archive/names'
import type { Cadence } from '../sweep/due'
import type { Scope } from '../sweep/update-roster'

export interface Config {
  readonly sessionsTable: string
  readonly sweepsTable: string
  /** Days from a session's end until its record expires; undefined for never. */
  readonly retentionDays: number | undefined
  /** The region that the function runs in. */
  readonly region: string
  readonly scope: Scope
  readonly cadence: Cadence
  /** Only with an organization. */
  readonly memberRoleName: string | undefined
  /** Only with an organization. */
  readonly queueUrl: string | undefined
  /** The dimension of every metric. */
  readonly functionName: string
}

type Environment = Readonly<Record<string, string | undefined>>

const MINUTE_MS = 60 * 1000

/** @throws Error naming the variable, what it holds and what was expected */
export function readConfig(environment: Environment): Config {
  const read = reader(environment)
  const regions = read(ENVIRONMENT.regions)
  const organizationId = read(ENVIRONMENT.organizationId)
  if (organizationId !== undefined && !ORGANIZATION_ID.test(organizationId))
    throw invalid(environment, ENVIRONMENT.organizationId, 'an organization such as "o-abcdefghij"')
  return {
    sessionsTable: required(environment, ENVIRONMENT.sessionsTable, 'the name of the Sessions table'),
    sweepsTable: required(environment, ENVIRONMENT.sweepsTable, 'the name of the Sweeps table'),
    retentionDays: wholeNumber(environment, ENVIRONMENT.retentionDays, 31, 'days'),
    region: required(environment, 'AWS_REGION', 'a region, set by Lambda'),
    scope: {
      regions:
        regions === undefined || regions === 'all'
          ? 'all'
          : (list(environment, ENVIRONMENT.regions, REGION, 'regions such as "eu-west-1,us-east-1"') ??
            'all'),
      excludeRegions: list(environment, ENVIRONMENT.excludeRegions, REGION, 'regions') ?? [],
      organizationId,
      includeAccounts: list(environment, ENVIRONMENT.includeAccounts, ACCOUNT_ID, 'accounts'),
      excludeAccounts: list(environment, ENVIRONMENT.excludeAccounts, ACCOUNT_ID, 'accounts') ?? [],
      excludeOrganizationalUnits:
        list(environment, ENVIRONMENT.excludeOrganizationalUnits, ORGANIZATIONAL_UNIT_ID, 'units') ?? [],
    },
    cadence: {
      scheduleMs: (wholeNumber(environment, ENVIRONMENT.schedule, 1, 'minutes') ?? 60) * MINUTE_MS,
      quietMs: (wholeNumber(environment, ENVIRONMENT.quietSchedule, 1, 'minutes') ?? 24 * 60) * MINUTE_MS,
    },
    memberRoleName: read(ENVIRONMENT.memberRoleName),
    queueUrl: read(ENVIRONMENT.queueUrl),
    functionName: required(environment, 'AWS_LAMBDA_FUNCTION_NAME', "the function's name, set by Lambda"),
  }
}

/** An empty variable is none. */
function reader(environment: Environment) {
  return (name: string) => environment[name] || undefined
}

export function required(environment: Environment, name: string, expected: string): string {
  const value = environment[name]
  if (!value) throw invalid(environment, name, expected)
  return value
}

function wholeNumber(
  environment: Environment,
  name: string,
  least: number,
  unit: string,
): number | undefined {
  const value = environment[name]
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value) || Number(value) < least)
    throw invalid(environment, name, `a whole number of ${unit}, ${least} or more`)
  return Number(value)
}

function list(environment: Environment, name: string, form: RegExp, expected: string): string[] | undefined {
  const names = environment[name]?.split(',')
  if (names?.some((one) => !form.test(one))) throw invalid(environment, name, expected)
  return names
}

function invalid(environment: Environment, name: string, expected: string): Error {
  return new Error(`${name}: received ${JSON.stringify(environment[name]) ?? 'none'}, expected ${expected}`)
}
