/** The lines of the log. Times are ISO 8601, UTC; hashes are 64 hexadecimal digits. Nothing here is about a person. */
import { parseCanonicalJson } from './canonical-json'

/** A session's record, as it was written. */
export interface RevisionEntry {
  readonly type: 'revision'
  /** `111122223333/eu-west-1` */
  readonly source: string
  /** Stands for the session. */
  readonly session: string
  /** `YYYY-MM-DD` of its start. */
  readonly startDay?: string
  /** 1, and one more with each change. */
  readonly revision: number
  /** `Active`: the session had not ended. */
  readonly state: string
  /**
   * `marked`: it is in no list any more, or its end will not be known; the content is as before. `expiry`: nothing but
   * its expiry is another.
   */
  readonly change: 'archived' | 'updated' | 'marked' | 'expiry'
  /** The sweep that saw the content. */
  readonly sweep: string
  /** Binds the entry to the record. */
  readonly commitment: string
  /** Epoch seconds after which the record may be deleted. */
  readonly expiresAt?: number
  /** Of another expiry: days after the session's end. Absent: never. */
  readonly retentionDays?: number
  /** Why no code of this software can have made the change. */
  readonly unexpected?: string
}

/** A record is gone. `expired`: by DynamoDB itself, after its time. */
export interface RemovedEntry {
  readonly type: 'removed' | 'expired'
  readonly source: string
  readonly session: string
  readonly startDay?: string
  /** Of what is gone. */
  readonly revision: number
  readonly commitment: string
}

/** What a sweep did and covers. */
export interface ReceiptEntry {
  readonly type: 'receipt'
  readonly source: string
  readonly sweep: string
  readonly finishedAt: string
  readonly outcome: string
  /** Of a complete sweep: every session that ended between these times is archived. */
  readonly coversFrom?: string
  readonly coversUntil?: string
  /** How many records it wrote: as new, and as changed. */
  readonly archived: number
  readonly updated: number
  /** Sessions that could not be stored as records. */
  readonly rejected: number
  readonly retentionDays?: number
  /** CloudTrail was asked who started a session between these times, and all of them are archived. */
  readonly corroboratedFrom?: string
  readonly corroboratedUntil?: string
  /** How many of them AWS did not list, although it should have. */
  readonly uncorroborated?: number
  /** Of the whole receipt. */
  readonly hash: string
}

/** A session that could not be stored as a record is kept as text. */
export interface RejectedEntry {
  readonly type: 'rejected'
  readonly source: string
  /** SHA-256 of the text, and the part of it. */
  readonly text: string
  readonly part: number
  readonly sweep: string
}

/** A refused attempt to start a session is kept. */
export interface RefusedEntry {
  readonly type: 'refused'
  readonly source: string
  /** Of the whole item. */
  readonly hash: string
  /** The sweep that learnt of it. */
  readonly sweep: string
}

/** Which sources of an account are swept. */
export interface RosterEntry {
  readonly type: 'roster'
  readonly account: string
  /** `swept`, `excluded`, `retired` */
  readonly state: string
  readonly since: string
  readonly until?: string
  /** `no`: AWS did not list its regions, so there may be others. */
  readonly listed: 'yes' | 'no'
  readonly regions: Readonly<Record<string, RosterRegion>>
}

export interface RosterRegion {
  readonly state: string
  readonly since: string
  readonly until?: string
}

/** A round of sweeps. */
export interface RoundEntry {
  readonly type: 'round'
  readonly round: string
  readonly hash: string
}

/** Stored records are given another expiry. It is logged when it begins and when it ends. */
export interface RetentionEntry {
  readonly type: 'retention'
  readonly run: string
  /** `begun`, `complete`; `superseded`: another one began before it had ended. */
  readonly change: string
  readonly at: string
  /** After a session's end. Absent: never. */
  readonly days?: number
  /** How many records it changed, and how many more it may have. Absent when it begins. */
  readonly changed?: number
  readonly uncertain?: number
  /** Of the whole item, which says who did it. */
  readonly hash: string
}

/** A change that no code of this software makes. */
export interface UnexpectedEntry {
  readonly type: 'unexpected'
  readonly table: string
  /** Hash of the item's key. */
  readonly key: string
  readonly reason: string
}

export type Entry =
  | RevisionEntry
  | RemovedEntry
  | ReceiptEntry
  | RejectedEntry
  | RefusedEntry
  | RosterEntry
  | RoundEntry
  | RetentionEntry
  | UnexpectedEntry

type Kind = 'text' | 'time' | 'hash' | 'count' | 'regions'
type Shape = Readonly<Record<string, Kind | `${Kind}?`>>

const REMOVED: Shape = {
  source: 'text',
  session: 'hash',
  startDay: 'text?',
  revision: 'count',
  commitment: 'hash',
}
const REGION: Shape = { state: 'text', since: 'time', until: 'time?' }
const SHAPES: Readonly<Record<Entry['type'], Shape>> = {
  revision: {
    ...REMOVED,
    state: 'text',
    change: 'text',
    sweep: 'text',
    expiresAt: 'count?',
    retentionDays: 'count?',
    unexpected: 'text?',
  },
  removed: REMOVED,
  expired: REMOVED,
  receipt: {
    source: 'text',
    sweep: 'text',
    finishedAt: 'time',
    outcome: 'text',
    coversFrom: 'time?',
    coversUntil: 'time?',
    archived: 'count',
    updated: 'count',
    rejected: 'count',
    retentionDays: 'count?',
    corroboratedFrom: 'time?',
    corroboratedUntil: 'time?',
    uncorroborated: 'count?',
    hash: 'hash',
  },
  refused: { source: 'text', hash: 'hash', sweep: 'text' },
  rejected: { source: 'text', text: 'hash', part: 'count', sweep: 'text' },
  roster: { account: 'text', ...REGION, listed: 'text', regions: 'regions' },
  round: { round: 'text', hash: 'hash' },
  retention: {
    run: 'text',
    change: 'text',
    at: 'time',
    days: 'count?',
    changed: 'count?',
    uncertain: 'count?',
    hash: 'hash',
  },
  unexpected: { table: 'text', key: 'hash', reason: 'text' },
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const KINDS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  time: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
  hash: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  regions: (value) =>
    isObject(value) && Object.values(value).every((one) => isObject(one) && fits(one, REGION)),
}

export class EntryError extends Error {
  override readonly name = 'EntryError'
}

/**
 * Reads a line of the log.
 *
 * @throws CanonicalJsonError, EntryError if it is no entry: members that are not known are refused, too
 */
export function parseEntry(line: string): Entry {
  const value = parseCanonicalJson(line)
  if (!isEntry(value)) throw new EntryError(`received ${line.slice(0, 200)}, expected an entry of the log`)
  return value
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value) || typeof value.type !== 'string' || !Object.hasOwn(SHAPES, value.type)) return false
  const { type, ...members } = value
  return Object.entries(SHAPES).some(([name, shape]) => name === type && fits(members, shape))
}

function fits(members: Record<string, unknown>, shape: Shape): boolean {
  return (
    Object.keys(members).every((name) => Object.hasOwn(shape, name)) &&
    Object.entries(shape).every(([name, kind]) => {
      const [, plain, optional] = /^(\w+)(\??)$/.exec(kind) ?? []
      if (!Object.hasOwn(members, name)) return optional === '?'
      return Object.entries(KINDS).some(([one, isOne]) => one === plain && isOne(members[name]))
    })
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
