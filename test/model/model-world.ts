import { Clock } from '../../emulator/clock'
import type { Random } from '../../emulator/random'
import type { SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import { HOUR } from '../support/times'
import type { ModelSession } from './history'

/** When every history begins. */
export const BEGINNING = Date.parse('2026-01-15T00:00:00Z')

/** What a perfect observer knows of a session. Times are epoch milliseconds. */
export interface Truth {
  readonly id: string
  readonly start: number
  /** When it leaves the Active list. */
  readonly end: number
  /** When it appears in the history; undefined if it never does. */
  readonly appears: number | undefined
  /** What AWS shows at present until its end, and after it. */
  whileOpen: SessionMembers
  afterEnd: SessionMembers
  /** How many changes of each are still to come. */
  readonly changesLeft: { whileOpen: number; afterEnd: number }
  readonly dated: boolean
}

export function truthOf(session: ModelSession, n: number): Truth {
  const start = BEGINNING + Math.round(session.start * HOUR)
  const end = BEGINNING + Math.round((session.start + session.duration) * HOUR)
  const id = `s-${n}`
  const dates = session.dated ? { StartDate: start / 1000 } : {}
  const whileOpen = { SessionId: id, Status: 'Connected', Details: 'v1', Owner: `o-${n % 3}`, ...dates }
  return {
    id,
    start,
    end,
    appears: session.fate === 'ends' ? end + session.late * HOUR : undefined,
    whileOpen,
    afterEnd: { ...whileOpen, Status: 'Terminated', Details: 'v100', EndDate: end / 1000 },
    changesLeft: { whileOpen: session.changes, afterEnd: session.changes },
    dated: session.dated,
  }
}

/** What AWS shows of it, if anything. */
export function shownAt(truth: Truth, time: number): SessionMembers | undefined {
  if (time < truth.start) return undefined
  if (time < truth.end) return truth.whileOpen
  return truth.appears === undefined || time < truth.appears ? undefined : truth.afterEnd
}

export function buildWorld(sessions: readonly ModelSession[], truths: readonly Truth[]): World {
  const world = new World({ clock: Clock.frozenAt(new Date(BEGINNING)) })
  for (const [n, truth] of truths.entries()) {
    const { start, end, appears, whileOpen, afterEnd } = truth
    const open = { startedAt: new Date(start), whileOpen }
    const lives =
      appears === end
        ? [{ ...open, endedAt: new Date(end), afterEnd }]
        : [
            { ...open, forgottenAt: new Date(end) },
            ...(appears === undefined
              ? []
              : [{ startedAt: new Date(appears), endedAt: new Date(appears), afterEnd }]),
          ]
    world.add(sessions[n]?.twice ? [...lives, ...lives] : lives)
  }
  return world
}

/** Lets the time of a call pass. Contents may change meanwhile. */
export function passCall(world: World, truths: readonly Truth[], random: Random, ms: number): void {
  world.clock.advance(ms)
  const now = world.clock.now().getTime()
  for (const truth of truths) {
    if (now < truth.start) continue
    const phase = now < truth.end ? 'whileOpen' : 'afterEnd'
    if (truth.changesLeft[phase] === 0 || !random.chance(0.1)) continue
    truth.changesLeft[phase] -= 1
    const { Details = '' } = truth[phase]
    truth[phase] = { ...truth[phase], Details: `v${Number(Details.slice(1)) + 1}` }
    world.update(truth.id, { [phase]: truth[phase] })
  }
}
