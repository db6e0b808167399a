import type { Table } from '../archive/batch-get'
import { ownerName } from '../archive/record'
import { findHeld } from '../audit/find-unarchived'
import { isSourceAsked, type Question } from '../audit/question'
import { SessionIds } from '../evidence/corroborate'
import type { TrailEvent } from '../sweep/trail-event'
import { counted, grouped, time } from './output/format'
import { printable } from './output/printable'
import { newTrailRead, readTrail } from './read-trail'

/** A session that CloudTrail knows to have started, and that the archive lacks. Texts are untrusted. */
export interface Unarchived {
  readonly SessionId: string
  /** ISO 8601, UTC, whole seconds. */
  readonly StartedAt: string
  readonly Source: string
  readonly Owner?: string
  readonly OwnerName?: string
  readonly Target?: string
  readonly DocumentName?: string
  readonly Reason?: string
  readonly EventName: string
  readonly EventId: string
}

/** Sessions that are looked up together. */
const BATCH = 100

/**
 * Holds the log files of a folder against the archive. `describe` is of what was read by then.
 *
 * @throws Error if there is no log file: nothing is missing in another folder
 */
export function reconcile(
  sessions: Table,
  folder: string,
  { from = '', to = '9', ...where }: Pick<Question, 'accountIds' | 'region' | 'from' | 'to'>,
) {
  const read = newTrailRead()
  const counts = { started: 0, held: 0, recovered: 0 }
  async function* missing(): AsyncGenerator<Unarchived> {
    const seen = new SessionIds()
    let batch: Unarchived[] = []
    for await (const event of readTrail(folder, read)) {
      const start = toStart(event)
      if (start === undefined || !isSourceAsked(start.Source, where)) continue
      if (start.StartedAt < from || start.StartedAt >= to || seen.has(start.SessionId)) continue
      seen.add(start.SessionId)
      batch.push(start)
      if (batch.length < BATCH) continue
      yield* lacking(batch)
      batch = []
    }
    if (read.files === 0)
      throw new Error(`${folder}: received no log file of CloudTrail, expected a copy of a trail's bucket`)
    yield* lacking(batch)
  }
  async function* lacking(batch: readonly Unarchived[]): AsyncGenerator<Unarchived> {
    const held = await findHeld(sessions, batch)
    counts.started += batch.length
    counts.held += held.size
    counts.recovered += [...held.values()].filter(({ State }) => State === 'Recovered').length
    yield* batch.filter(({ SessionId }) => !held.has(SessionId))
  }
  const describe = () => {
    const { files, oldest, newest, problems } = read
    const span = oldest === undefined ? '' : `, from ${time(oldest)} to ${time(newest)} UTC`
    const recovered = counts.recovered === 0 ? '' : ` (${grouped(counts.recovered)} as recovered)`
    const lines = [
      `${counted(files, 'log file')} with ${counted(counts.started, 'session')} started${span}.`,
      `Archived: ${grouped(counts.held)}${recovered}. Missing: ${grouped(counts.started - counts.held)}.`,
    ]
    return { lines, problems: { count: problems.count, list: problems.list.map(printable) } }
  }
  return { missing: missing(), describe }
}

/** Undefined: the call has started no session. */
function toStart(event: TrailEvent): Unarchived | undefined {
  const { sessionId, name, at, source, caller, target, task, documentName, reason, id } = event
  if (sessionId === undefined || name === 'TerminateSession') return undefined
  return {
    SessionId: sessionId,
    StartedAt: at,
    Source: source,
    ...(caller !== undefined && { Owner: caller, OwnerName: ownerName(caller) }),
    ...((target ?? task) !== undefined && { Target: target ?? task }),
    ...(documentName !== undefined && { DocumentName: documentName }),
    ...(reason !== undefined && { Reason: reason }),
    EventName: name,
    EventId: id,
  }
}
