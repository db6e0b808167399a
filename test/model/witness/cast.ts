import type { Random } from '../../../emulator/random'
import { EVENTS, refused, type TrailEvent } from '../../../emulator/trail-event'
import { trailEvents } from '../../../emulator/trail-events'
import type { World } from '../../../emulator/world'
import { DAY, HOUR } from '../../support/times'

/** When every history begins. */
export const BEGINNING = Date.parse('2026-06-15T00:00:00Z')

/** A session, or what looks like one. */
export interface Part {
  readonly id: string
  /** `slips`: AWS shows it only to who asks for it. `hidden`: AWS shows it to nobody. The others are no sessions. */
  readonly fate: 'listed' | 'slips' | 'hidden' | 'refused' | 'look-alike'
  readonly isExec: boolean
  /** Whether it is so old that AWS has forgotten it. */
  readonly isOld: boolean
  readonly startedAt: number
  readonly isTerminated: boolean
  /** Names of its events that CloudTrail loses. */
  readonly lost: readonly string[]
  /** Hours until CloudTrail has its events. */
  readonly late: number
  readonly twice: boolean
  readonly eventIds: string[]
}

export const PERSON = 'arn:aws:iam::111122223333:user/mary'
const ECS = 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-execute-command'
const CONTAINER = 'ecs:prod_0123456789abcdef_0123456789abcdef-1'
const FATES: Part['fate'][] = [
  'listed',
  'listed',
  'listed',
  'slips',
  'hidden',
  'hidden',
  'refused',
  'look-alike',
]

export function makeCast(random: Random): Part[] {
  return Array.from({ length: random.integer(1, 14) }, (_, n) => {
    const isExec = random.chance(0.3)
    const isOld = random.chance(0.25)
    // Within a month, what AWS shows depends on the day; CloudTrail forgets after 90.
    const days = isOld ? -random.integer(33, 80) : random.integer(-24, 1)
    return {
      id: isExec ? `ecs-execute-command-${n}` : `s-${n}`,
      fate: random.pick(FATES),
      ...{ isExec, isOld },
      startedAt: BEGINNING + days * DAY + random.integer(0, 24 * 60) * 60_000,
      isTerminated: random.chance(0.4),
      lost: random.pick<string[]>([
        [],
        [],
        [],
        ['StartSession', 'ExecuteCommand'],
        ['StartSession'],
        ['ExecuteCommand'],
      ]),
      late: random.pick([0, 0.1, 0.5, 3, 11.9]),
      twice: random.chance(0.2),
      eventIds: [],
    }
  })
}

export function addTrail(world: World, parts: readonly Part[]): void {
  for (const part of parts) {
    const { id, fate, startedAt, isExec, isTerminated } = part
    const exec = { Owner: ECS, Target: CONTAINER, DocumentName: 'AmazonECS-ExecuteInteractiveCommand' }
    const afterEnd = {
      SessionId: id,
      StartDate: startedAt / 1000,
      EndDate: (startedAt + HOUR) / 1000,
      ...(isExec ? exec : { Owner: PERSON, Target: 'i-1' }),
    }
    if (fate === 'refused' || fate === 'look-alike') {
      const event = toEvent(part)
      part.eventIds.push(event.eventID)
      world.trail.push(event)
      continue
    }
    world.add([
      {
        ...{ startedAt: new Date(startedAt), endedAt: new Date(startedAt + HOUR), afterEnd },
        ...(fate === 'hidden' && { forgottenAt: new Date(startedAt) }),
        ...(isExec && { startedBy: PERSON }),
        ...(isTerminated && { terminatedBy: PERSON }),
      },
    ])
  }
  noteEvents(world, parts)
}

/** Of a world whose sessions have all started. */
function noteEvents(world: World, parts: readonly Part[]): void {
  const byId = new Map(parts.map((part) => [part.id, part]))
  const begun = world.clock.now()
  world.clock.set(new Date(BEGINNING + 365 * DAY))
  for (const { build } of trailEvents(world, undefined, 0, Number.MAX_SAFE_INTEGER)) {
    const { eventID, responseElements } = build()
    const answered = responseElements as { sessionId?: string; session?: { sessionId?: string } } | null
    byId.get(answered?.sessionId ?? answered?.session?.sessionId ?? '')?.eventIds.push(eventID)
  }
  world.clock.set(begun)
}

function toEvent({ id, fate, startedAt, isExec }: Part): TrailEvent {
  const scene = { accountId: '111122223333', region: 'us-east-1', person: PERSON, at: new Date(startedAt) }
  const event = EVENTS[isExec ? 'ExecuteCommand' : 'StartSession']({
    ...scene,
    session: { SessionId: id, Target: 'i-1' },
  })
  if (fate === 'refused') return refused(event, 'AccessDenied', 'no')
  return isExec
    ? { ...event, requestParameters: { dryrun: true } }
    : { ...event, eventSource: 'athena.amazonaws.com' }
}
