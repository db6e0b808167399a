import type { Node } from 'constructs'
import type { SessionArchiveProps } from './session-archive'

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2` … */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
/** Less would delete what the next sweep archives again. */
const MIN_RETENTION_DAYS = 31

/**
 * The archive's configuration from CDK context: `-c regions=eu-west-1,us-east-1`, `-c alarmEmail=…`,
 * `-c retentionDays=400`, or the same keys in cdk.json.
 *
 * @throws Error naming the key, the value received and what was expected
 */
export function propsFromContext(node: Node): SessionArchiveProps {
  const read = <T>(key: string, parse: (value: unknown) => T | undefined, expected: string) => {
    const value: unknown = node.tryGetContext(key)
    if (value === undefined) return {}
    const parsed = parse(value)
    if (parsed === undefined)
      throw new Error(`context ${key}: received ${JSON.stringify(value)}, expected ${expected}`)
    return { [key]: parsed }
  }
  return {
    ...read('regions', parseRegions, 'different regions such as "eu-west-1,us-east-1"'),
    ...read('alarmEmail', parseEmail, 'an e-mail address'),
    ...read(
      'retentionDays',
      parseRetention,
      `a whole number of days, ${MIN_RETENTION_DAYS} or more (AWS shows a session for 30 days: one deleted earlier would be archived again)`,
    ),
  }
}

function parseRegions(value: unknown): string[] | undefined {
  const regions = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(regions) || regions.length === 0 || new Set(regions).size < regions.length)
    return undefined
  return regions.every((region) => typeof region === 'string' && REGION.test(region)) ? regions : undefined
}

function parseEmail(value: unknown): string | undefined {
  return typeof value === 'string' && EMAIL.test(value) ? value : undefined
}

function parseRetention(value: unknown): number | undefined {
  const days = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof days === 'number' && Number.isInteger(days) && days >= MIN_RETENTION_DAYS ? days : undefined
}
