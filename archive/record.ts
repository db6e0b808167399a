import { createHash } from 'node:crypto'
import type { Source } from './source'

/** The list of DescribeSessions in which a session was seen. */
export type State = 'Active' | 'History'

/** A session as DescribeSessions gave it: any member may be missing or empty, dates are `Date`s. */
export type Session = object

export interface Observation {
  readonly session: Session
  readonly state: State
  readonly source: Source
  /** When the page that showed the session was requested. */
  readonly observedAt: Date
}

/**
 * What the archive says of a session: the service's own members, unchanged but for dates (ISO 8601, UTC,
 * milliseconds) and empty values (absent), and the attributes below.
 */
export interface SessionRecord {
  readonly [member: string]: unknown
  readonly SessionId: string
  readonly StartDate?: string
  readonly EndDate?: string
  /** The IAM user or the role session name in Owner: the person as far as AWS knows. */
  readonly OwnerName?: string
  /** `YYYY-MM-DD` of StartDate, UTC. */
  readonly StartDay?: string
  readonly AccountId: string
  readonly Region: string
  readonly State: State
  /** When last observed to differ. ISO 8601, UTC. */
  readonly ObservedAt: string
  /** Of the session as last observed: see {@link contentHash}. */
  readonly ContentHash: string
}

/** The longest partition key that DynamoDB accepts, in bytes of UTF-8. */
const MAX_KEY_BYTES = 2048

/**
 * Turns an observed session into its record.
 *
 * @throws Error where the session has no SessionId that could be a key, or a date that is none.
 */
export function toRecord({ session, state, source, observedAt }: Observation): SessionRecord {
  const members = membersOf(session)
  const { StartDate, Owner } = members
  return {
    ...members,
    SessionId: requireSessionId(members),
    ...(typeof Owner === 'string' && { OwnerName: ownerName(Owner) }),
    ...(typeof StartDate === 'string' && { StartDay: StartDate.slice(0, 10) }),
    AccountId: source.accountId,
    Region: source.region,
    State: state,
    ObservedAt: observedAt.toISOString(),
    ContentHash: contentHash(members, state),
  }
}

/** Seconds between two ISO 8601 times, or undefined where one is missing. */
export function durationSeconds(startDate: unknown, endDate: unknown): number | undefined {
  if (typeof startDate !== 'string' || typeof endDate !== 'string') return undefined
  return (Date.parse(endDate) - Date.parse(startDate)) / 1000
}

/** The last part of an owner's ARN, `Mary-Major` of `arn:aws:iam::111122223333:user/Mary-Major`. */
function ownerName(owner: string): string {
  return owner.split(/[/:]/).findLast((part) => part !== '') ?? owner
}

function requireSessionId({ SessionId }: Record<string, unknown>): string {
  if (typeof SessionId !== 'string')
    throw new Error(`SessionId: received ${JSON.stringify(SessionId) ?? 'none'}, expected a string`)
  const bytes = Buffer.byteLength(SessionId)
  if (bytes > MAX_KEY_BYTES)
    throw new Error(`SessionId: received ${bytes} bytes, expected at most ${MAX_KEY_BYTES}`)
  return SessionId
}

/** A SHA-256, in hexadecimal, over the session's members in canonical JSON (keys sorted) and its state. */
function contentHash(members: Record<string, unknown>, state: State): string {
  return createHash('sha256')
    .update(canonicalJson({ session: members, state }))
    .digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort(byKey)) : inner,
  )
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}

function membersOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(session)
      .map(([name, value]) => [name, plain(name, value)] as const)
      .filter(([, value]) => value !== undefined),
  )
}

/** A value as the record holds it; undefined for an empty one, which DescribeSessions uses for "absent". */
function plain(name: string, value: unknown): unknown {
  if (value === '' || value === null) return undefined
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new Error(`${name}: received ${value}, expected a date`)
    return value.toISOString()
  }
  if (isPlainObject(value)) {
    const inner = membersOf(value)
    return Object.keys(inner).length > 0 ? inner : undefined
  }
  return value
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
