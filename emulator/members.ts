import { parseIsoDate } from './iso-date'
import type { SessionMembers } from './session'

/** A value is not what it must be. */
export class MemberError extends Error {
  /** @param path within the document: `Sessions[3].StartDate` */
  constructor(path: string, received: unknown, expected: string) {
    super(`${path}: got ${shorten(received)}, expected ${expected}`)
    this.name = 'MemberError'
  }
}

const STRING_MEMBERS = [
  'SessionId',
  'Target',
  'Status',
  'DocumentName',
  'Owner',
  'Reason',
  'Details',
  'MaxSessionDuration',
  'AccessType',
]
const URL_MEMBERS = ['S3OutputUrl', 'CloudWatchOutputUrl']

/** The first second of the year 10000: a larger number is one of milliseconds. */
const MAX_EPOCH_SECONDS = 253_402_300_800

/**
 * Checks the types of the members that are known, and nothing more: live answers break the model's limits.
 *
 * @param value a session as the AWS CLI prints it; dates are ISO 8601 (version 2) or epoch seconds (version 1)
 * @throws MemberError
 */
export function readMembers(value: unknown, path: string): SessionMembers {
  const members = { ...asObject(value, path) }
  for (const name of ['StartDate', 'EndDate']) {
    if (name in members) members[name] = epochSeconds(members[name], `${path}.${name}`)
  }
  assertMembers(members, path)
  return members
}

/** @throws MemberError */
export function asObject(value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw new MemberError(path, value, 'an object')
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function assertMembers(
  members: Record<string, unknown>,
  path: string,
): asserts members is Record<string, unknown> & SessionMembers {
  assertStrings(members, STRING_MEMBERS, path)
  if ('OutputUrl' in members) {
    const outputUrl = `${path}.OutputUrl`
    assertStrings(asObject(members.OutputUrl, outputUrl), URL_MEMBERS, outputUrl)
  }
}

function assertStrings(members: Record<string, unknown>, names: readonly string[], path: string): void {
  const wrong = names.find((name) => name in members && typeof members[name] !== 'string')
  if (wrong !== undefined) throw new MemberError(`${path}.${wrong}`, members[wrong], 'a string')
}

function epochSeconds(value: unknown, path: string): number {
  if (typeof value === 'number' && value >= 0 && value < MAX_EPOCH_SECONDS) return value
  const time = typeof value === 'string' ? parseIsoDate(value) : undefined
  if (time === undefined) {
    throw new MemberError(path, value, 'an ISO 8601 time with a time zone, or epoch seconds')
  }
  return time.getTime() / 1000
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
