import { parseIsoDate } from './iso-date'
import { asObject, asString, JsonError } from './json'
import type { SessionMembers } from './session'

const STRINGS = [
  ...['SessionId', 'Target', 'Status', 'DocumentName', 'Owner', 'Reason', 'Details', 'MaxSessionDuration'],
  'AccessType',
]
const URLS = ['S3OutputUrl', 'CloudWatchOutputUrl']

/** The first second of the year 10000: a larger number is in milliseconds. */
const MAX_EPOCH_SECONDS = 253_402_300_800

/**
 * Checks the types of the known members, but no limits: live answers break the model's limits.
 *
 * @param value a session as the AWS CLI prints it; dates are ISO 8601 (version 2) or epoch seconds (version 1)
 * @throws JsonError
 */
export function readMembers(value: unknown, path: string): SessionMembers {
  const members = withoutNulls(asObject(value, path))
  if ('OutputUrl' in members)
    members.OutputUrl = withoutNulls(asObject(members.OutputUrl, `${path}.OutputUrl`))
  for (const name of ['StartDate', 'EndDate']) {
    if (name in members) members[name] = epochSeconds(members[name], `${path}.${name}`)
  }
  assertMembers(members, path)
  return members
}

function assertMembers(
  members: Record<string, unknown>,
  path: string,
): asserts members is Record<string, unknown> & SessionMembers {
  assertStrings(members, STRINGS, path)
  if ('OutputUrl' in members) {
    const outputUrl = `${path}.OutputUrl`
    assertStrings(asObject(members.OutputUrl, outputUrl), URLS, outputUrl)
  }
}

/** With `--query`, the AWS CLI prints null for a member that is missing. */
function withoutNulls(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))
}

function assertStrings(members: Record<string, unknown>, names: readonly string[], path: string): void {
  for (const name of names) if (name in members) asString(members[name], `${path}.${name}`)
}

function epochSeconds(value: unknown, path: string): number {
  if (typeof value === 'number' && value >= 0 && value < MAX_EPOCH_SECONDS) return value
  const time = typeof value === 'string' ? parseIsoDate(value) : undefined
  if (time === undefined)
    throw new JsonError(
      path,
      value,
      'an ISO 8601 time with a time zone such as 2026-11-24T09:30:00Z, or epoch seconds',
    )
  return time.getTime() / 1000
}
