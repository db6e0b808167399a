import { createHash } from 'node:crypto'
import { type Source, sourceKey } from './source'

/** The list of DescribeSessions in which a session was seen. */
export type State = 'Active' | 'History'

/** A session as DescribeSessions sent it: any member may be missing, empty or unknown; dates are epoch seconds. */
export type Session = Readonly<Record<string, unknown>>

export interface Observation {
  readonly session: Session
  readonly state: State
  readonly source: Source
  /** The sweep that made the observation. */
  readonly sweepId: string
  /** The service showed the session not before this time, by its own clock. */
  readonly seenFrom: Date
  /** And not after this one. */
  readonly seenUntil: Date
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
  /** The source while the session has not ended: the key of the sparse index of open sessions. */
  readonly OpenIn?: string
  /** Of a session that was open and is in no list any more: since when, and when it was last known active. */
  readonly MissingSince?: string
  readonly LastKnownActiveAt?: string
  /**
   * The source of a session that lasted {@link LONG_SECONDS}, or that may have because its end is not known:
   * the key of the sparse index of long sessions.
   */
  readonly LongIn?: string
  /** When last observed to differ, at the latest, by the service's clock. ISO 8601, UTC. */
  readonly ObservedAt: string
  /** The sweep that wrote this content. */
  readonly SweepId: string
  /** Of the session as last observed: see {@link contentHash}. */
  readonly ContentHash: string
  /** The {@link SCHEMA_VERSION} of the version that wrote this content. */
  readonly SchemaVersion: number
}

/** Rises when an attribute gets another meaning, not when one is added (docs/decisions/0020). */
export const SCHEMA_VERSION = 1

/**
 * @throws Error where a later version than this one wrote the record: it may mean something else
 */
export function requireKnownSchema({ SessionId, SchemaVersion }: SchemaOf): void {
  if (SchemaVersion > SCHEMA_VERSION)
    throw new NewerSchemaError(
      `session ${JSON.stringify(SessionId)}: received SchemaVersion ${SchemaVersion}, expected at most ${SCHEMA_VERSION}: a later version of ssm-session-archive wrote it, which has to be used here, too`,
    )
}

type SchemaOf = Pick<SessionRecord, 'SessionId' | 'SchemaVersion'>

export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError'
}

/** The longest partition key that DynamoDB accepts, in bytes of UTF-8. */
const MAX_KEY_BYTES = 2048

/**
 * Turns an observed session into its record.
 *
 * @throws Error where the session has no SessionId that could be a key, or a date that is none.
 */
export function toRecord({ session, state, source, sweepId, seenUntil }: Observation): SessionRecord {
  const members = withoutClashes(withIsoDates(membersOf(session)))
  const { StartDate, Owner } = members
  return {
    ...members,
    SessionId: requireSessionId(members),
    ...(typeof Owner === 'string' && { OwnerName: ownerName(Owner) }),
    ...(typeof StartDate === 'string' && { StartDay: StartDate.slice(0, 10) }),
    AccountId: source.accountId,
    Region: source.region,
    State: state,
    ...(state === 'Active' && { OpenIn: sourceKey(source) }),
    ObservedAt: seenUntil.toISOString(),
    SweepId: sweepId,
    ContentHash: contentHash(members, state),
    SchemaVersion: SCHEMA_VERSION,
  }
}

/** Who was connected at a moment has either started within so long before it, or is in a sparse index. */
export const LONG_SECONDS = 24 * 60 * 60

/** Seconds between two ISO 8601 times, or undefined where one is missing. */
export function durationSeconds(startDate: unknown, endDate: unknown): number | undefined {
  if (typeof startDate !== 'string' || typeof endDate !== 'string') return undefined
  return (Date.parse(endDate) - Date.parse(startDate)) / 1000
}

/** The last part of an owner's ARN, `Mary-Major` of `arn:aws:iam::111122223333:user/Mary-Major`. */
export function ownerName(owner: string): string {
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

/** Attributes of a record that are the archive's own. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'OwnerName',
  'StartDay',
  'DurationSeconds',
  'AccountId',
  'Region',
  'State',
  'OpenIn',
  'LongIn',
  'MissingSince',
  'LastKnownActiveAt',
  'EndUnknown',
  'FirstArchivedAt',
  'ObservedAt',
  'SweepId',
  'Revision',
  'ContentHash',
  'SchemaVersion',
  'ExpiresAt',
])

/** A member that AWS may add under a name of the archive's own is kept as `Service.NAME`. */
function withoutClashes(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      OWN_ATTRIBUTES.has(name) ? `Service.${name}` : name,
      value,
    ]),
  )
}

function withIsoDates(members: Record<string, unknown>): Record<string, unknown> {
  const dates = ['StartDate', 'EndDate'].filter((name) => name in members)
  return { ...members, ...Object.fromEntries(dates.map((name) => [name, isoDate(name, members[name])])) }
}

/** Of epoch seconds, as the service's protocol has them, to the millisecond. */
function isoDate(name: string, value: unknown): string {
  const date = new Date(typeof value === 'number' ? Math.round(value * 1000) : String(value))
  if (Number.isNaN(date.getTime()))
    throw new Error(`${name}: received ${JSON.stringify(value)}, expected epoch seconds`)
  return date.toISOString()
}

/** A session's members without the empty ones, by which DescribeSessions means "absent". */
function membersOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(session)
      .map(([name, value]) => [name, isPlainObject(value) ? membersOf(value) : value] as const)
      .filter(([, value]) => !isEmpty(value)),
  )
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (isPlainObject(value) && Object.keys(value).length === 0)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
