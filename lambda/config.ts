import { ENVIRONMENT, REGION } from '../archive/names'

export interface Config {
  readonly sessionsTable: string
  readonly sweepsTable: string
  /** Days from a session's end until its record expires; undefined for never. */
  readonly retentionDays: number | undefined
  /** The region that the function runs in; it is swept if the event names none. */
  readonly region: string
  /** All regions that are swept. */
  readonly regions: readonly string[]
  /** The dimension of every metric. */
  readonly functionName: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** @throws Error naming the variable, what it holds and what was expected */
export function readConfig(environment: Environment): Config {
  const region = required(environment, 'AWS_REGION', 'a region, set by Lambda')
  return {
    sessionsTable: required(environment, ENVIRONMENT.sessionsTable, 'the name of the Sessions table'),
    sweepsTable: required(environment, ENVIRONMENT.sweepsTable, 'the name of the Sweeps table'),
    retentionDays: retentionDays(environment),
    region,
    regions: regions(environment) ?? [region],
    functionName: required(environment, 'AWS_LAMBDA_FUNCTION_NAME', "the function's name, set by Lambda"),
  }
}

function required(environment: Environment, name: string, expected: string): string {
  const value = environment[name]
  if (!value) throw new Error(`${name}: received ${JSON.stringify(value) ?? 'none'}, expected ${expected}`)
  return value
}

function retentionDays(environment: Environment): number | undefined {
  const value = environment[ENVIRONMENT.retentionDays]
  if (value === undefined) return undefined
  const days = Number(value)
  if (!Number.isInteger(days) || days < 31)
    throw new Error(
      `${ENVIRONMENT.retentionDays}: received ${JSON.stringify(value)}, expected a whole number of days, 31 or more`,
    )
  return days
}

function regions(environment: Environment): string[] | undefined {
  const value = environment[ENVIRONMENT.regions]
  const names = value?.split(',')
  if (names?.some((name) => !REGION.test(name)))
    throw new Error(
      `${ENVIRONMENT.regions}: received ${JSON.stringify(value)}, expected regions such as "eu-west-1,us-east-1"`,
    )
  return names
}
