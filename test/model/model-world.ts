import { Clock } from '../../emulator/clock'
import type { SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import type { ModelSession } from './history'

const HOUR_MS = 60 * 60 * 1000
/** When every history begins. */
export const BEGINNING = Date.parse('2026-01-15T00:00:00Z')

/** What a perfect observer knows of a session. Times are epoch milliseconds. */
export interface Truth {
  readonly id: string
  readonly start: number
  /** Of its time in the Active list. */
  readonly end: number
  /** From when it is in the history; undefined for one that is never. */
  readonly appears: number | undefined
  /** Contents by number, 1 while it is open. */
  readonly contents: readonly SessionMembers[]
  /** When the last content replaces the one before it. */
  readonly changes: number | undefined
  readonly dated: boolean
}

export function truthOf(session: ModelSession, n: number): Truth {
  const start = BEGINNING + Math.round(session.start * HOUR_MS)
  const end = BEGINNING + Math.round((session.start + session.duration) * HOUR_MS)
  const id = `s-${n}`
  const dates = session.dated ? { StartDate: start / 1000 } : {}
  const open = { SessionId: id, Status: 'Connected', Details: 'v1', Owner: `o-${n % 3}`, ...dates }
  const ended = { ...open, Status: 'Terminated', Details: 'v2', EndDate: end / 1000 }
  const ends = session.fate === 'ends'
  return {
    id,
    start,
    end,
    appears: ends ? end + session.late * HOUR_MS : undefined,
    contents: [
      open,
      ...(ends ? [ended] : []),
      ...(ends && session.change !== undefined ? [{ ...ended, Details: 'v3' }] : []),
    ],
    changes: ends && session.change !== undefined ? end + session.change * HOUR_MS : undefined,
    dated: session.dated,
  }
}

/** The content that the service shows at a time, if any. */
export function shownAt(truth: Truth, time: number): SessionMembers | undefined {
  if (time < truth.start) return undefined
  if (time < truth.end) return truth.contents[0]
  if (truth.appears === undefined || time < truth.appears) return undefined
  return truth.changes !== undefined && time >= truth.changes ? truth.contents[2] : truth.contents[1]
}

export function buildWorld(sessions: readonly ModelSession[], truths: readonly Truth[]): World {
  const world = new World({ clock: Clock.frozenAt(new Date(BEGINNING)) })
  for (const [n, truth] of truths.entries()) {
    const { start, end, appears, contents, changes = Number.POSITIVE_INFINITY } = truth
    const [whileOpen] = contents
    const afterEnd = contents[changes <= BEGINNING ? 2 : 1]
    const open = {
      startedAt: new Date(start),
      ...(whileOpen !== undefined && { whileOpen }),
    }
    const lives =
      appears === end
        ? [{ ...open, endedAt: new Date(end), ...(afterEnd !== undefined && { afterEnd }) }]
        : [
            { ...open, forgottenAt: new Date(end) },
            ...(appears === undefined || afterEnd === undefined
              ? []
              : [{ startedAt: new Date(appears), endedAt: new Date(appears), afterEnd }]),
          ]
    world.add(sessions[n]?.twice ? [...lives, ...lives] : lives)
  }
  return world
}

/** Moves the world on, changing what changes on the way. */
export function moveTo(world: World, truths: readonly Truth[], time: number): void {
  const before = world.clock.now().getTime()
  world.clock.set(new Date(time))
  for (const { id, changes, contents } of truths)
    if (changes !== undefined && before < changes && changes <= time && contents[2] !== undefined)
      world.update(id, { afterEnd: contents[2] })
}
