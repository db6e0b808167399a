import { ownerAttributes } from '../archive/record'
import type { Refusal } from '../archive/refusal'
import type { Observation, TrailFacts } from '../archive/to-record'
import type { TrailEvent } from './trail-event'

/** What CloudTrail knows of the start of a session: ECS Exec is a call of a person, and one of ECS itself. */
export interface Start {
  readonly sessionId: string
  readonly startSession?: TrailEvent
  readonly executeCommand?: TrailEvent
}

/** The sessions that these calls have started, by SessionId. */
export function startsIn(events: readonly TrailEvent[]): Map<string, Start> {
  const starts = new Map<string, Start>()
  for (const event of events) {
    const { sessionId, name } = event
    if (sessionId === undefined || name === 'TerminateSession') continue
    const call = name === 'StartSession' ? { startSession: event } : { executeCommand: event }
    starts.set(sessionId, { ...starts.get(sessionId), sessionId, ...call })
  }
  return starts
}

/** ISO 8601, UTC. */
export function startedAt({ startSession, executeCommand }: Start): string {
  return startSession?.at ?? executeCommand?.at ?? ''
}

/** Whether ECS started it: how DescribeSessions shows such a session is not documented. */
export function isOfEcs({ sessionId, executeCommand }: Start): boolean {
  return executeCommand !== undefined || sessionId.startsWith('ecs-execute-command-')
}

/** What a record of the session has from CloudTrail alone. */
export function factsOf({ startSession, executeCommand }: Start): TrailFacts {
  const { caller, cluster, task, container } = executeCommand ?? {}
  return {
    StartEventId: (executeCommand ?? startSession)?.id,
    ...(caller !== undefined && { ExecutedBy: caller }),
    ...(cluster !== undefined && { EcsCluster: cluster }),
    ...(task !== undefined && { EcsTask: task }),
    ...(container !== undefined && { EcsContainer: container }),
  }
}

/** A session that AWS does not list, as far as its calls tell. @param endedAt of the call that ended it, ISO 8601 */
export function toRecovered(
  start: Start,
  endedAt: string | undefined,
  seen: Pick<Observation, 'source' | 'accountName' | 'sweepId' | 'seenFrom' | 'seenUntil'>,
): Observation {
  const { sessionId, startSession } = start
  const seconds = (time: string) => Date.parse(time) / 1000
  return {
    ...seen,
    state: 'Recovered',
    session: {
      SessionId: sessionId,
      StartDate: seconds(startedAt(start)),
      ...(endedAt !== undefined && { EndDate: seconds(endedAt) }),
      Owner: startSession?.caller,
      Target: startSession?.target,
      DocumentName: startSession?.documentName,
      Reason: startSession?.reason,
    },
    trail: factsOf(start),
  }
}

const MOST_CHARACTERS = 2000

/** An attempt that was refused; undefined: the call was not. */
export function toRefusal(event: TrailEvent): Refusal | undefined {
  const { id, name, at, refusal, caller, target, task } = event
  if (refusal === undefined || name === 'TerminateSession') return undefined
  const texts = {
    Owner: caller,
    ...ownerAttributes(caller),
    Target: target ?? task,
    DocumentName: event.documentName,
    Reason: event.reason,
    ErrorMessage: refusal.message,
    SourceIPAddress: event.address,
    UserAgent: event.userAgent,
  }
  return {
    RefusedAt: at,
    EventId: storable(id),
    EventName: name,
    ErrorCode: storable(refusal.code),
    ...Object.fromEntries(
      Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, storable(text)]])),
    ),
  }
}

/** Whatever is in an event, it can be stored. */
function storable(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toWellFormed()
}
