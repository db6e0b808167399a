import { CONTAINER_DOCUMENT } from './cast'
import { EVENTS, type TrailEvent } from './trail-event'
import type { Life, World } from './world'

/** An event that is not built before somebody wants it: a world has millions. */
export interface DraftEvent {
  /** Epoch milliseconds, whole seconds. */
  readonly at: number
  readonly build: () => TrailEvent
}

type EventName = keyof typeof EVENTS

const SECOND_MS = 1000

/**
 * What CloudTrail writes down of a world, newest first: the calls that started and ended its sessions, and the other
 * events that were added to it. A session without a SessionId has none.
 *
 * @param name of the events; every name if it is undefined
 * @param from epoch milliseconds, inclusive, like until
 */
export function trailEvents(world: World, name: string | undefined, from: number, until: number) {
  const names = (Object.keys(EVENTS) as EventName[]).filter((one) => name === undefined || one === name)
  const added = world.trail.filter(({ eventName }) => name === undefined || eventName === name)
  return [
    ...names.flatMap((one) => [...draftsOf(world, one, from, until)]),
    ...added.map((event) => ({ at: Date.parse(event.eventTime), build: () => event })),
  ]
    .filter(({ at }) => at >= from && at <= until)
    .sort((a, b) => b.at - a.at)
}

function* draftsOf(world: World, name: EventName, from: number, until: number): Generator<DraftEvent> {
  const isEnd = name === 'TerminateSession'
  const lives = isEnd ? world.lives() : world.lives(from, until + SECOND_MS)
  for (const life of lives) {
    const { session, startedAt, endedAt, startedBy, terminatedBy } = life
    const isExec = session.DocumentName === CONTAINER_DOCUMENT
    if (session.SessionId === undefined || (isEnd && terminatedBy === undefined)) continue
    if (name === 'ExecuteCommand' && !isExec) continue
    const time = isEnd ? endedAt : startedAt
    if (time > world.clock.now().getTime()) continue
    const person = { StartSession: session.Owner, ExecuteCommand: startedBy, TerminateSession: terminatedBy }
    yield {
      at: Math.floor(time / SECOND_MS) * SECOND_MS,
      build: () => EVENTS[name](sceneOf(world, life, person[name] ?? session.Owner, time)),
    }
  }
}

function sceneOf({ accountId, region }: World, { session }: Life, person: string | undefined, at: number) {
  return { accountId, region, session, person, at: new Date(at) }
}
