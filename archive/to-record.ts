import { createHash, randomBytes } from 'node:crypto'
import { endedBy, expiry } from './expiry'
import { stringifyJson } from './json'
import {
  ATTRIBUTES,
  durationSeconds,
  LONG_SECONDS,
  ownerAttributes,
  SCHEMA_VERSION,
  type Session,
  type SessionRecord,
  type State,
  targetAttributes,
} from './record'
import { type Source, sourceKey } from './source'
import { factsInId, type TargetFacts } from './target'

/** A session in an answer of DescribeSessions. Times are ISO 8601, UTC. */
export interface Observation {
  readonly session: Session
  /** The session's text as AWS sent it. @default - the session in JSON */
  readonly rawJson?: () => string
  readonly state: State
  readonly source: Source
  /** The account's name, if it is known. */
  readonly accountName?: string
  /** The sweep that made the observation. */
  readonly sweepId: string
  /** Earliest and latest time at which AWS can have shown this content (AWS's clock). */
  readonly seenFrom: string
  readonly seenUntil: string
  /** Of a recovered session: what CloudTrail says beside the session's members. */
  readonly trail?: TrailFacts
  /** What is known of the session's target. @default - what its id says */
  readonly target?: TargetFacts
}

/** What only CloudTrail knows of a session. */
export type TrailFacts = Pick<
  SessionRecord,
  'StartEventId' | 'ExecutedBy' | 'EcsCluster' | 'EcsTask' | 'EcsContainer'
>

/** What the archive holds of the session already, as far as it matters to a new content. */
export type Stored = Pick<
  SessionRecord,
  | 'SessionId'
  | 'StartDate'
  | 'EndDate'
  | 'State'
  | 'MissingSince'
  | 'AccountId'
  | 'AccountName'
  | 'Region'
  | 'TargetAsOf'
  | 'ExecutedBy'
  | 'FirstArchivedAt'
  | 'ObservedAt'
  | 'SweepId'
  | 'Revision'
  | 'ContentHash'
  | 'SchemaVersion'
>

/** The longest partition key that DynamoDB accepts, in bytes of UTF-8. */
const MAX_KEY_BYTES = 2048

/**
 * The whole record of an observed session.
 *
 * @param stored what the archive holds already: its FirstArchivedAt, AccountName and facts of the target are kept, its dates complete the session's
 * @param retentionDays days after its end at which the record expires; undefined: never
 * @throws Error if the session has no SessionId that can be a key, a date that is not a number, or text that no item
 * can hold as it is
 */
export function toRecord(
  { session, state, source, accountName, sweepId, seenUntil, trail, target }: Observation,
  stored?: Stored,
  retentionDays?: number,
): SessionRecord {
  const members = withoutClashes(withIsoDates(membersOf(session)))
  const { StartDate, EndDate, Owner, Target } = members
  const start = StartDate ?? stored?.StartDate
  const isReopened = state === 'Active' && stored?.State === 'Recovered'
  const end = EndDate ?? (isReopened ? undefined : stored?.EndDate)
  const duration = durationSeconds(start, end)
  const ended = { State: state, EndDate: typeof end === 'string' ? end : undefined, ObservedAt: seenUntil }
  const ExpiresAt = expiry(ended, retentionDays)
  const AccountName = stored?.AccountName ?? accountName
  const facts = stored?.TargetAsOf === undefined ? (target ?? factsInId(Target, seenUntil)) : undefined
  const isLong = isLongLasting(start, endedBy(ended))
  return {
    ...members,
    SessionId: requireSessionId(members),
    ...(duration !== undefined && { DurationSeconds: duration }),
    ...ownerAttributes(trail?.ExecutedBy ?? stored?.ExecutedBy ?? Owner),
    ...trail,
    ...(facts !== undefined && targetAttributes(facts)),
    AccountId: source.accountId,
    ...(AccountName !== undefined && { AccountName }),
    Region: source.region,
    State: state,
    ...(state === 'Active' && { OpenSource: sourceKey(source) }),
    ...(isLong && { LongSource: sourceKey(source) }),
    ...(state === 'Recovered' && end === undefined && { EndedBefore: seenUntil }),
    ...(typeof StartDate === 'string' && { StartDay: StartDate.slice(0, 10) }),
    FirstArchivedAt: stored?.FirstArchivedAt ?? seenUntil,
    ObservedAt: seenUntil,
    SweepId: sweepId,
    Revision: (stored?.Revision ?? 0) + 1,
    Salt: randomBytes(16).toString('hex'), // that of a stored record stays
    ContentHash: contentHash(members, state),
    SchemaVersion: SCHEMA_VERSION,
    ...(ExpiresAt !== undefined && { ExpiresAt }),
  }
}

/** Whether a session belongs into the index LongSessions. */
export function isLongLasting(start: unknown, endedBy: string | undefined): boolean {
  return (durationSeconds(start, endedBy) ?? 0) >= LONG_SECONDS
}

function requireSessionId({ SessionId }: Record<string, unknown>): string {
  if (typeof SessionId !== 'string')
    throw new Error(`SessionId: received ${stringifyJson(SessionId) ?? 'none'}, expected a string`)
  const bytes = Buffer.byteLength(SessionId)
  if (bytes > MAX_KEY_BYTES)
    throw new Error(`SessionId: received ${bytes} bytes, expected at most ${MAX_KEY_BYTES}`)
  return SessionId
}

function contentHash(members: Record<string, unknown>, state: State): string {
  return createHash('sha256')
    .update(canonicalJson({ session: members, state }))
    .digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (name, inner: unknown) => {
    // The SDK would drop the first silently; what the database makes of half a character is unknown.
    const text = typeof inner === 'string' ? name + inner : name
    if (name === '__proto__' || !text.isWellFormed())
      throw new Error(`member ${JSON.stringify(name)}: received text that no record can hold`)
    if (typeof inner === 'bigint') return `${inner}n`
    return isPlainObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  })
}

const OWN_NAMES: ReadonlySet<string> = new Set(
  Object.entries(ATTRIBUTES).flatMap(([name, kind]) => (kind === 'AWS' ? [] : [name])),
)

/** If AWS adds a member whose name the archive uses, it is kept as `Service.NAME`. */
function withoutClashes(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [OWN_NAMES.has(name) ? `Service.${name}` : name, value]),
  )
}

function withIsoDates(members: Record<string, unknown>): Record<string, unknown> {
  const dates = ['StartDate', 'EndDate'].filter((name) => name in members)
  return { ...members, ...Object.fromEntries(dates.map((name) => [name, isoDate(name, members[name])])) }
}

/** The service's protocol has epoch seconds, to the millisecond. */
function isoDate(name: string, value: unknown): string {
  const date = new Date(typeof value === 'number' ? Math.round(value * 1000) : Number.NaN)
  if (Number.isNaN(date.getTime()))
    throw new Error(`${name}: received ${stringifyJson(value)}, expected epoch seconds`)
  return date.toISOString()
}

/** Leaves out empty members: DescribeSessions means "absent" by them. */
function membersOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(session)
      .map(([name, value]) => [name, isPlainObject(value) ? membersOf(value) : value] as const)
      .filter(([, value]) => !isEmpty(value)),
  )
}

function isEmpty(value: unknown): boolean {
  return (
    value === '' ||
    value === null ||
    value === undefined ||
    (isPlainObject(value) && Object.keys(value).length === 0)
  )
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
