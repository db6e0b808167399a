import { Clock } from '../../emulator/clock'
import type { SessionLife } from '../../emulator/session'
import { World } from '../../emulator/world'
import { endedSessions } from '../support/sessions'

/** Ended sessions and others, on a clock that stands still at the real time. */
export function worldOf(count: number, others: Iterable<SessionLife> = []): World {
  const now = new Date() // the SDK retries a refused call if the clock of AWS is minutes away
  const world = new World({ clock: Clock.frozenAt(now) })
  world.add(endedSessions(count, {}, now))
  world.add(others)
  return world
}
