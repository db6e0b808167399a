import { ENVIRONMENT } from '../archive/names'
import type { Source } from '../archive/source'

export interface Config {
  readonly sessionsTable: string
  readonly sweepsTable: string
  /** Days after its end at which a record expires; undefined for never. */
  readonly retentionDays: number | undefined
  /** The region the function runs in, swept when the event names none. */
  readonly region: string
  /** All regions that are swept, this one or others. */
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

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2` … */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/

export interface Request {
  readonly source: Source
  /** Whether a full sweep is asked for, due or not. */
  readonly full: boolean
}

/**
 * What an event asks for. Members other than `region` and `sweep` are ignored, so that an
 * event of EventBridge will do.
 *
 * @param functionArn `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
 * @throws Error naming the member, its value and what was expected
 */
export function readEvent(event: unknown, functionArn: string, ownRegion: string): Request {
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw new Error(
      `event: received ${JSON.stringify(event)}, expected an object such as {"region": "eu-west-1"}`,
    )
  const { region = ownRegion, sweep } = event as { region?: unknown; sweep?: unknown }
  if (typeof region !== 'string' || !REGION.test(region))
    throw new Error(`event.region: received ${JSON.stringify(region)}, expected a region such as "eu-west-1"`)
  if (sweep !== undefined && sweep !== 'full')
    throw new Error(`event.sweep: received ${JSON.stringify(sweep)}, expected "full"`)
  return { source: { accountId: accountOf(functionArn), region }, full: sweep === 'full' }
}

function accountOf(functionArn: string): string {
  const account = functionArn.split(':')[4]
  if (!account)
    throw new Error(`invokedFunctionArn: received ${JSON.stringify(functionArn)}, expected an ARN`)
  return account
}
