import type { Table } from '../archive/batch-get'
import type { SessionRecord } from '../archive/record'
import { STALE_MS } from './coverage'
import { findLastComplete } from './find-receipts'

/** A record as it is shown. */
export interface ShownSession extends SessionRecord {
  /** Of an open session: when it was last seen, or known to be, open. ISO 8601, UTC. */
  readonly LastSeenAt?: string
  /** Of an open session: it was not confirmed for {@link STALE_MS}, so it may have ended since. */
  readonly Stale?: true
}

/**
 * Adds to open sessions when they were last seen.
 *
 * @param lastCompleteAt when the last complete sweep of a source began, if there was one
 */
export async function* withLastSeen(
  records: AsyncIterable<SessionRecord>,
  lastCompleteAt: (source: string) => Promise<string | undefined>,
  now: Date,
): AsyncGenerator<ShownSession> {
  for await (const record of records) {
    const { OpenSource } = record
    if (OpenSource === undefined) {
      yield record
      continue
    }
    const LastSeenAt = lastSeen(record, await lastCompleteAt(OpenSource))
    const isStale = now.getTime() - Date.parse(LastSeenAt) > STALE_MS
    yield { ...record, LastSeenAt, ...(isStale && { Stale: true }) }
  }
}

/** A complete sweep sees every open session, or notes that it is missing. */
function lastSeen(
  { ObservedAt, MissingSince, LastKnownActiveAt = ObservedAt }: SessionRecord,
  lastCompleteAt = '',
): string {
  if (MissingSince !== undefined) return LastKnownActiveAt
  return lastCompleteAt > ObservedAt ? lastCompleteAt : ObservedAt
}

/** When the last complete sweep of a source began. Each source is looked up once. */
export function lastCompleteIn(sweeps: Table): (source: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>()
  return (source) => {
    const found = known.get(source) ?? findLastComplete(sweeps, source).then((one) => one?.CoversUntil)
    known.set(source, found)
    return found
  }
}
