import { expiry } from '../archive/expiry'
import type { Witness } from '../archive/receipt'
import type { Stored } from '../archive/to-record'
import { UpsertError, upsert } from '../archive/upsert'
import type { Written } from '../archive/write-if'
import { factsOf, isOfEcs, type Start, startedAt, startsIn, toRecovered } from './from-trail'
import { lookUpSession } from './look-up-session'
import type { Run } from './run'
import type { TrailEvent } from './trail-event'

/** What is counted, for the receipt. */
export type Heard = { -readonly [name in keyof Witness]: Witness[name] }

/** Times are ISO 8601, UTC. */
export interface Comparison {
  /** When the sweep began to list. */
  readonly begunAt: string
  /** AWS should show every session that started then or later. */
  readonly shownFrom: string
  readonly heard: Heard
  /** Ends the comparison: what is not compared then is compared by the next one. */
  readonly signal: AbortSignal
  /** The calls that ended a session, in the same time. */
  readonly terminations: () => Promise<TrailEvent[]>
}

/** After so many look-ups in a row that found nothing, the list that was just read is believed. */
const MOST_IN_VAIN = 20

/** Holds the calls that started a session against the archive, and keeps what the archive lacks. */
export async function compare(
  run: Run,
  events: readonly TrailEvent[],
  comparison: Comparison,
): Promise<void> {
  const { shownFrom, heard } = comparison
  const starts = [...startsIn(events).values()]
  const stored = await read(
    run,
    starts.map(({ sessionId }) => sessionId),
  )
  let inVain = 0
  const lost: { start: Start; isShown: boolean }[] = []
  for (const start of starts) {
    comparison.signal.throwIfAborted()
    const record = stored.get(start.sessionId)
    if (record !== undefined && (await isKnown(run, record, start, shownFrom))) {
      heard.Matched += 1
      await name(run, record, start, heard)
      continue
    }
    const isShown = startedAt(start) >= shownFrom
    const isFound = isShown && inVain < MOST_IN_VAIN && (await canFind(run, start.sessionId))
    if (!isFound) {
      if (isShown) inVain += 1
      lost.push({ start, isShown })
      continue
    }
    inVain = 0
    heard.Found += 1
    const found = (await run.sessions.read([start.sessionId], true)).get(start.sessionId)
    if (found !== undefined) await name(run, found, start, heard)
  }
  const ends = endsIn(await comparison.terminations())
  await recover(run, lost, ends, comparison)
  await endRecovered(run, ends)
}

/** What was stored just now may not be read yet: who is missing is read again. */
async function read({ sessions }: Run, ids: readonly string[]): Promise<Map<string, Stored>> {
  const stored = await sessions.read(ids)
  const missing = ids.filter((id) => !stored.has(id))
  return missing.length === 0 ? stored : new Map([...stored, ...(await sessions.read(missing, true))])
}

/** A recovered record of a sweep that may not have counted it, since it died or failed, counts as lost. */
async function isKnown(run: Run, record: Stored, start: Start, shownFrom: string): Promise<boolean> {
  if (!isOf(run, record)) return false
  const { source, sweeps, sweepId } = run
  const { State, SweepId } = record
  const isCounted = State === 'Recovered' && !isOfEcs(start) && startedAt(start) >= shownFrom
  if (!isCounted || SweepId === sweepId) return true
  const witness = await sweeps.readWitness(source, SweepId)
  return witness !== undefined && witness.Problem === undefined
}

function isOf({ source }: Run, { AccountId, Region }: Stored): boolean {
  return AccountId === source.accountId && Region === source.region
}

async function name(run: Run, record: Stored, start: Start, heard: Heard): Promise<void> {
  const facts = factsOf(start)
  if (facts.ExecutedBy === undefined || record.ExecutedBy !== undefined) return
  const { SessionId } = record
  const written = await run.sessions.nameExecutor(SessionId, run.source, facts, run.sweepId)
  if (await isOurs(run, SessionId, written)) heard.Named += 1
}

/** Whether AWS shows the session when it is asked for it; then it is archived. */
async function canFind(run: Run, sessionId: string): Promise<boolean> {
  return (
    (await lookUpSession(run, 'History', sessionId)) === true ||
    (await lookUpSession(run, 'Active', sessionId)) === true
  )
}

async function recover(
  run: Run,
  lost: readonly { start: Start; isShown: boolean }[],
  ends: ReadonlyMap<string, string>,
  { begunAt, heard }: Comparison,
): Promise<void> {
  const { source, accountName, sweepId, retentionDays, lookUpTargets, counts, sweeps } = run
  const seen = { source, accountName, sweepId, seenFrom: begunAt, seenUntil: begunAt }
  const observations = lost.map(({ start }) => toRecovered(start, ends.get(start.sessionId), seen))
  let failure: UpsertError | undefined
  const { archived, rejected } = await upsert(run.sessions, observations, {
    retentionDays,
    lookUpTargets,
  }).catch((error: unknown) => {
    if (!(error instanceof UpsertError)) throw error
    failure = error
    return error.upserted
  })
  counts.Archived += archived.length
  counts.Rejected += rejected.length
  const ids = new Set(archived.map(({ SessionId }) => SessionId))
  const isKept = ({ sessionId }: Start) => failure === undefined || ids.has(sessionId)
  for (const { start, isShown } of lost.filter(({ start }) => isKept(start)))
    if (isShown && !isOfEcs(start)) heard.Uncorroborated += 1
    else heard.Recovered += 1
  for (const rejection of rejected) await sweeps.putRejected(source, sweepId, rejection)
  if (failure !== undefined) throw failure
}

/** When a call ended a session, by SessionId: the first such call did. */
function endsIn(events: readonly TrailEvent[]): Map<string, string> {
  const ends = new Map<string, string>()
  for (const { sessionId, at } of events) {
    if (sessionId === undefined) continue
    const known = ends.get(sessionId)
    if (known === undefined || at < known) ends.set(sessionId, at)
  }
  return ends
}

/** Sessions that were recovered before, and whose end is known only now. */
async function endRecovered(run: Run, ends: ReadonlyMap<string, string>): Promise<void> {
  for (const [sessionId, record] of await run.sessions.read([...ends.keys()])) {
    const end = ends.get(sessionId)
    if (end === undefined || !isOf(run, record)) continue
    if (record.State !== 'Recovered' || record.EndDate !== undefined) continue
    const expiresAt = expiry({ ...record, EndDate: end }, run.retentionDays)
    const written = await run.sessions.endRecovered(record, end, run.sweepId, expiresAt)
    await isOurs(run, sessionId, written)
  }
}

/** Whether this sweep has written the change, which then counts. */
async function isOurs(
  { sessions, sweepId, counts }: Run,
  sessionId: string,
  written: Written,
): Promise<boolean> {
  const wrote =
    written === 'written' ||
    (written === 'unsure' && (await sessions.read([sessionId], true)).get(sessionId)?.SweepId === sweepId)
  if (wrote) counts.Updated += 1
  return wrote
}
