import { type TargetFacts, targetKey } from './target'

/** The lists of DescribeSessions. */
export type List = 'Active' | 'History'

/** The list in which a session was seen. `Recovered`: it was seen in neither, and CloudTrail knows of it. */
export type State = List | 'Recovered'

/** A session as DescribeSessions sent it: any member may be missing, empty or unknown; dates are epoch seconds. */
export type Session = Readonly<Record<string, unknown>>

/** What the archive adds to a session. Times are ISO 8601, UTC, milliseconds. */
export interface OwnAttributes extends Partial<TargetFacts> {
  /** Seconds from StartDate to EndDate. */
  readonly DurationSeconds?: number
  /** The IAM user or the role session name in Owner: the person as far as AWS knows. */
  readonly OwnerName?: string
  /** OwnerName in lower case: the key of the index by person. Identity providers do not always spell a name alike. */
  readonly OwnerKey?: string
  /** The role, if Owner is an assumed role. */
  readonly RoleName?: string
  /** TargetName in lower case: the key of the index by a target's name. */
  readonly TargetKey?: string
  readonly AccountId: string
  /** The account's name when the session was first archived. Untrusted text. */
  readonly AccountName?: string
  readonly Region: string
  readonly State: State
  /** The source of a session that has not ended: the key of the sparse index OpenSessions. */
  readonly OpenSource?: string
  /** The source of a session that lasted, or may have lasted, {@link LONG_SECONDS}: the key of the sparse index LongSessions. */
  readonly LongSource?: string
  /** Since when an open session has been in neither list. */
  readonly MissingSince?: string
  /** When a missing session was last seen, or known to be, open. */
  readonly LastKnownActiveAt?: string
  /** The session stayed missing: its end will not be known. */
  readonly EndUnknown?: boolean
  /** `YYYY-MM-DD` of StartDate, UTC. */
  readonly StartDay?: string
  readonly FirstArchivedAt: string
  /** Of a recovered session whose end nobody knows: AWS did not list it any more at this time. */
  readonly EndedBefore?: string
  /** CloudTrail's event of the call that started the session: all below, and a recovered record, are from it. */
  readonly StartEventId?: string
  /** ARN of the person who had ECS start the session: OwnerName, OwnerKey and RoleName are this person's. */
  readonly ExecutedBy?: string
  readonly EcsCluster?: string
  readonly EcsTask?: string
  readonly EcsContainer?: string
  /** When this content was first seen: upper bound, AWS's clock. */
  readonly ObservedAt: string
  /** The sweep that wrote this content. */
  readonly SweepId: string
  /** 1, and one more with each change. */
  readonly Revision: number
  /** 16 random bytes, in hexadecimal, made once: the evidence log tells nothing of the session to whoever lacks them. */
  readonly Salt: string
  /** SHA-256, in hexadecimal, over the session's members in canonical JSON (keys sorted) and its state. */
  readonly ContentHash: string
  /** The {@link SCHEMA_VERSION} of the version that wrote this content. */
  readonly SchemaVersion: number
  /** Epoch seconds after which DynamoDB may delete the record. Never set while the session is open. */
  readonly ExpiresAt?: number
}

/**
 * What the archive holds of a session: the members that AWS sent, unchanged but for dates (ISO 8601, UTC,
 * milliseconds) and empty values (absent), and the archive's own attributes.
 */
export interface SessionRecord extends OwnAttributes {
  readonly [member: string]: unknown
  readonly SessionId: string
  readonly StartDate?: string
  readonly EndDate?: string
}

/** `AWS`: sent by AWS. `own`: added by the archive. `transient`: added by the archive, and removed by an update that does not set it. */
type Kind = 'AWS' | 'own' | 'transient'

/** Every known attribute, in the order in which it is shown. */
export const ATTRIBUTES = {
  SessionId: 'AWS',
  StartDate: 'AWS',
  EndDate: 'AWS',
  DurationSeconds: 'own',
  Owner: 'AWS',
  OwnerName: 'own',
  OwnerKey: 'own',
  RoleName: 'own',
  Target: 'AWS',
  TargetName: 'own',
  TargetKey: 'own',
  ComputerName: 'own',
  PlatformType: 'own',
  PlatformName: 'own',
  PlatformVersion: 'own',
  IPAddress: 'own',
  TargetSource: 'own',
  TargetAsOf: 'own',
  DocumentName: 'AWS',
  Reason: 'AWS',
  Status: 'AWS',
  AccessType: 'AWS',
  Details: 'AWS',
  OutputUrl: 'AWS',
  MaxSessionDuration: 'AWS',
  AccountId: 'own',
  AccountName: 'own',
  Region: 'own',
  State: 'own',
  OpenSource: 'transient',
  LongSource: 'transient',
  MissingSince: 'transient',
  LastKnownActiveAt: 'transient',
  EndUnknown: 'transient',
  EndedBefore: 'transient',
  StartEventId: 'own',
  ExecutedBy: 'own',
  EcsCluster: 'own',
  EcsTask: 'own',
  EcsContainer: 'own',
  StartDay: 'own',
  FirstArchivedAt: 'own',
  ObservedAt: 'own',
  SweepId: 'own',
  Revision: 'own',
  Salt: 'own',
  ContentHash: 'own',
  SchemaVersion: 'own',
  ExpiresAt: 'transient',
} as const satisfies Readonly<Record<keyof OwnAttributes | 'SessionId' | 'StartDate' | 'EndDate', Kind>> &
  Readonly<Record<string, Kind>>

/** Rises when an attribute gets another meaning, not when one is added (docs/decisions). */
export const SCHEMA_VERSION = 1

export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError'
}

/** @throws NewerSchemaError if a later version of this software wrote the record: it may mean something else */
export function requireKnownSchema({
  SessionId,
  SchemaVersion,
}: Pick<SessionRecord, 'SessionId' | 'SchemaVersion'>): void {
  if (SchemaVersion > SCHEMA_VERSION)
    throw new NewerSchemaError(
      `session ${JSON.stringify(SessionId)}: received SchemaVersion ${SchemaVersion}, expected at most ${SCHEMA_VERSION}: a later version of ssm-session-archive wrote it, so use that version here`,
    )
}

/** Sessions that last longer are also in the LongSessions index. */
export const LONG_SECONDS = 24 * 60 * 60

/** Seconds between two ISO 8601 times, or undefined if one is missing. */
export function durationSeconds(startDate: unknown, endDate: unknown): number | undefined {
  if (typeof startDate !== 'string' || typeof endDate !== 'string') return undefined
  return (Date.parse(endDate) - Date.parse(startDate)) / 1000
}

/** The last part of an owner's ARN, `Mary-Major` of `arn:aws:iam::111122223333:user/Mary-Major`. */
export function ownerName(owner: string): string {
  return owner.split(/[/:]/).findLast((part) => part !== '') ?? owner
}

/** `Ops` of `arn:aws:sts::111122223333:assumed-role/Ops/mary`. */
const ASSUMED_ROLE = /(?:^|:)assumed-role\/([^/]+)/

/** The role of an owner that is an assumed role. */
export function roleName(owner: string): string | undefined {
  return ASSUMED_ROLE.exec(owner)?.[1]
}

/** What a record says of its owner, beside Owner. */
export function ownerAttributes(owner: unknown): Pick<OwnAttributes, 'OwnerName' | 'OwnerKey' | 'RoleName'> {
  if (typeof owner !== 'string') return {}
  const [OwnerName, RoleName] = [ownerName(owner), roleName(owner)]
  return { OwnerName, OwnerKey: OwnerName.toLowerCase(), ...(RoleName !== undefined && { RoleName }) }
}

/** What a record says of its target, beside Target. */
export function targetAttributes(facts: TargetFacts): Pick<OwnAttributes, keyof TargetFacts | 'TargetKey'> {
  const { TargetName } = facts
  return { ...facts, ...(TargetName !== undefined && { TargetKey: targetKey(TargetName) }) }
}
