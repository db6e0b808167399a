/** Holds the records of a period against the calls that started sessions, from a copy of CloudTrail's bucket. */
import { createHash } from 'node:crypto'
import type { Findings } from './findings'
import type { Ledger } from './ledger'
import { membersOf } from './notary'
import { verifyTrail } from './trail/verify-trail'
import type { TrailTrust } from './trust'

/** CloudTrail has the time of the call, AWS's list that of the session. At the ends of the period they may differ. */
const MARGIN_MS = 5 * 60 * 1000
const LISTED = 10

/** Ids of sessions. Each takes a few bytes, however long it is. */
export class SessionIds {
  private readonly hashes = new Set<string>()

  add(sessionId: string): void {
    this.hashes.add(hashOf(sessionId))
  }

  has(sessionId: string): boolean {
    return this.hashes.has(hashOf(sessionId))
  }
}

function hashOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64').slice(0, 22)
}

/**
 * @param known ids of the records of the period
 * @param against what disproves that the archive is complete
 * @param missing what a proof would need
 * @returns lines: what the verdict rests on
 */
export async function corroborate(
  { folder, name }: TrailTrust,
  { period, coverage, count }: Ledger,
  known: SessionIds,
  against: Findings,
  missing: Findings,
): Promise<string[]> {
  const [from, until] = [new Date(period.from), new Date(period.to)]
  const sources = coverage.sourcesSince(from.toISOString())
  const trail = await verifyTrail(folder, { from, until, sources, trail: name })
  for (const finding of trail.against) against.add(`CloudTrail: ${finding}`)
  for (const finding of trail.missing) missing.add(`CloudTrail: ${finding}`)
  // Of these, the bundle has no record, and does not tell their ids.
  const isExcused = count.rejected > 0 || count.expired > 0
  const started = new SessionIds()
  let sessions = 0
  for await (const { source, event } of trail.events()) {
    const start = startOf(event, from.getTime() + MARGIN_MS, until.getTime() - MARGIN_MS)
    if (start === undefined || started.has(start.sessionId)) continue
    started.add(start.sessionId)
    sessions += 1
    if (known.has(start.sessionId)) continue
    const line = `the record of session ${JSON.stringify(start.sessionId)} of ${source}, which CloudTrail says was started at ${start.at}`
    if (isExcused || start.isOfEcs) missing.add(line)
    else against.add(`${line}, is missing`)
  }
  const spans = trail.sources.flatMap(({ source, uncorroborated }) =>
    uncorroborated.map((span) => `${source} ${span.from} to ${span.until}`),
  )
  const others = spans.length > LISTED ? `, and ${spans.length - LISTED} more` : ''
  return [
    `corroborated by CloudTrail's files: sessions started: ${sessions}`,
    ...(spans.length === 0
      ? []
      : [`not corroborated by CloudTrail's files: ${spans.slice(0, LISTED).join(', ')}${others}`]),
  ]
}

/** A call of the time between that started a session. Other services have calls of this name, too. */
function startOf(event: Readonly<Record<string, unknown>>, from: number, until: number) {
  const { eventSource, eventName, eventTime, errorCode, errorMessage } = event
  if (eventSource !== 'ssm.amazonaws.com' || eventName !== 'StartSession') return undefined
  const { sessionId } = membersOf(event.responseElements)
  const time = typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN
  const isRefused = errorCode !== undefined || errorMessage !== undefined
  if (isRefused || typeof sessionId !== 'string' || !(time >= from && time < until)) return undefined
  return { sessionId, at: String(eventTime), isOfEcs: sessionId.startsWith('ecs-execute-command-') }
}
