import { stringifyJson } from './json'
import { NewerSchemaError, requireKnownSchema, type SessionRecord } from './record'
import { type SessionsTable, UnstorableError } from './sessions-table'
import { sourceKey } from './source'
import type { TargetFacts } from './target'
import { type Observation, type Stored, toRecord } from './to-record'

/** A session that cannot be stored, and why. */
export interface Rejection {
  /** As AWS sent it. */
  readonly rawJson: string
  readonly reason: string
}

/** What became of the sessions of a page. */
export interface Upserted {
  /** New in the archive. */
  readonly archived: SessionRecord[]
  updated: number
  /** Already in the archive with the same content, or with a newer one. */
  unchanged: number
  readonly rejected: Rejection[]
}

/** Some of a page was not stored; `upserted` says what was. It is not enumerable: a log of the error must not hold sessions. */
export class UpsertError extends Error {
  override readonly name = 'UpsertError'
  declare readonly upserted: Upserted
  constructor(upserted: Upserted, cause: unknown) {
    super(`a page of sessions was not stored completely: ${cause}`, { cause })
    Object.defineProperty(this, 'upserted', { value: upserted })
  }
}

export interface UpsertOptions {
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
  /**
   * Whether to write first, and to read only what turns out to be there: a source's first sweep does, until most of
   * a page is there (sweep/store-pages.ts).
   *
   * @default false
   */
  readonly expectNew?: boolean
  /** Asked for the targets of records that do not say what their target was. @default - only the ids say something */
  readonly lookUpTargets?: LookUpTargets
}

/**
 * What is known of these targets, by target. Never rejects.
 *
 * @param asOf ISO 8601, UTC
 */
export type LookUpTargets = (
  targets: readonly string[],
  asOf: string,
) => Promise<ReadonlyMap<string, TargetFacts>>

/**
 * Stores what is new or changed among the sessions of a page; writes nothing for the rest.
 *
 * @throws UpsertError after every session of the page was tried
 */
export async function upsert(
  sessions: SessionsTable,
  observations: readonly Observation[],
  { retentionDays, expectNew = false, lookUpTargets }: UpsertOptions = {},
): Promise<Upserted> {
  const upserted: Upserted = { archived: [], updated: 0, unchanged: 0, rejected: [] }
  const reject = ({ session, rawJson = () => stringifyJson(session) }: Observation, error: unknown) =>
    upserted.rejected.push({ rawJson: rawJson(), reason: String(error) })

  const candidates = new Map<string, Candidate>()
  for (const observation of observations) {
    try {
      const record = toRecord(observation, undefined, retentionDays)
      if (candidates.has(record.SessionId)) upserted.unchanged += 1
      candidates.set(record.SessionId, { record, observation, retentionDays })
    } catch (error) {
      reject(observation, error)
    }
  }

  const stored = expectNew ? undefined : await sessions.read([...candidates.keys()])
  if (lookUpTargets !== undefined) await nameTargets(candidates, stored, lookUpTargets)
  const failures: unknown[] = []
  const store = async (candidate: Candidate) => {
    const { record, observation } = candidate
    try {
      const outcome = await write(sessions, candidate, stored?.get(record.SessionId))
      if (outcome === 'archived') upserted.archived.push(record)
      else upserted[outcome] += 1
    } catch (error) {
      if (isRefusal(error)) reject(observation, error)
      else failures.push(error)
    }
  }
  await Promise.all([...candidates.values()].map(store))
  if (failures.length > 0) throw new UpsertError(upserted, failures[0])
  return upserted
}

interface Candidate {
  /** What is written if the session is new. */
  readonly record: SessionRecord
  readonly observation: Observation
  readonly retentionDays: number | undefined
}

/** Adds what is known of their targets to those whose record lacks it. */
async function nameTargets(
  candidates: Map<string, Candidate>,
  stored: ReadonlyMap<string, Stored> | undefined,
  lookUpTargets: LookUpTargets,
): Promise<void> {
  const nameless = [...candidates.values()].flatMap((candidate) => {
    const { SessionId, Target, TargetAsOf } = candidate.record
    const isNameless = TargetAsOf === undefined && stored?.get(SessionId)?.TargetAsOf === undefined
    return isNameless && typeof Target === 'string' ? [{ ...candidate, Target }] : []
  })
  const [first] = nameless
  if (first === undefined) return
  const targets = nameless.map(({ Target }) => Target)
  const found = await lookUpTargets(targets, first.observation.seenUntil)
  for (const { Target, observation: seen, retentionDays } of nameless) {
    const observation = { ...seen, target: found.get(Target) }
    if (observation.target === undefined) continue
    const record = toRecord(observation, undefined, retentionDays)
    candidates.set(record.SessionId, { record, observation, retentionDays })
  }
}

async function write(
  sessions: SessionsTable,
  candidate: Candidate,
  stored: Stored | undefined,
): Promise<'archived' | 'updated' | 'unchanged'> {
  const { record, observation, retentionDays } = candidate
  if (stored !== undefined) requireSameSource(record, stored)
  if (stored !== undefined && !differs(record, stored)) return nameTarget(sessions, candidate, stored)
  if (stored !== undefined) requireKnownSchema(stored)
  const written =
    stored === undefined
      ? await sessions.create(record)
      : await sessions.update(toRecord(observation, stored, retentionDays), observation.seenFrom, stored)
  const done = stored === undefined ? 'archived' : 'updated'
  if (written === 'written') return done

  const current = (await sessions.read([record.SessionId], true)).get(record.SessionId)
  const { ContentHash, SweepId, ObservedAt } = current ?? {}
  // The sweep may have stored the same content already, from an earlier page: ObservedAt is that page's.
  const isOurs =
    ContentHash === record.ContentHash && SweepId === record.SweepId && ObservedAt === record.ObservedAt
  if (written === 'unsure' && isOurs) return done
  // Somebody else wrote meanwhile: what the condition, or the record, was made from is not there any more.
  const isStale = current !== undefined && current.Revision !== stored?.Revision
  return isStale ? write(sessions, candidate, current) : 'unchanged'
}

/** The content is there already: only what the target was may be missing. */
async function nameTarget(
  sessions: SessionsTable,
  { record, observation: { source, target } }: Candidate,
  stored: Stored,
): Promise<'updated' | 'unchanged'> {
  const { SessionId, SweepId } = record
  if (target === undefined || stored.TargetAsOf !== undefined) return 'unchanged'
  const written = await sessions.nameTarget(SessionId, source, target, SweepId)
  if (written !== 'unsure') return written === 'written' ? 'updated' : 'unchanged'
  const current = (await sessions.read([SessionId], true)).get(SessionId)
  return current?.SweepId === SweepId && current.TargetAsOf !== undefined ? 'updated' : 'unchanged'
}

/** The archive holds a session of this id for another account or region. */
export class OtherSourceError extends Error {
  override readonly name = 'OtherSourceError'
}

/** @throws OtherSourceError */
function requireSameSource(record: SessionRecord, stored: Stored): void {
  const [received, expected] = [record, stored].map(({ AccountId: accountId, Region: region }) =>
    sourceKey({ accountId, region }),
  )
  if (received !== expected)
    throw new OtherSourceError(
      `session ${JSON.stringify(record.SessionId)}: received one of ${received}, expected ${expected}, whose session of this id is stored`,
    )
}

/**
 * Whether an observation says anything new. A missing session that is seen again is missing no more. What CloudTrail
 * knows replaces nothing.
 */
function differs(record: SessionRecord, stored: Stored): boolean {
  if (record.State === 'Recovered') return false
  if (record.State === 'Active' && stored.State === 'History') return false
  return record.ContentHash !== stored.ContentHash || stored.MissingSince !== undefined
}

/** What the database answers if it cannot take an item as it is. */
const REFUSALS = ['ValidationException', 'SerializationException']

/** A retry would not help: nothing can hold the item, or the stored record must stay as it is. */
function isRefusal(error: unknown): boolean {
  if ([NewerSchemaError, UnstorableError, OtherSourceError].some((kind) => error instanceof kind)) return true
  return error instanceof Error && REFUSALS.includes(error.name)
}
