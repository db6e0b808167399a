import { Clock } from '../../emulator/clock'
import type { SessionLife } from '../../emulator/session'
import { World } from '../../emulator/world'

const MINUTE = 60 * 1000
const HOUR = 60 * MINUTE

/**
 * So many ended sessions, each a minute older than the one before, and whatever else is given; on a clock
 * that stands still at the real time, as the SDK retries what a server with another time refuses.
 */
export function worldOf(count: number, others: Iterable<SessionLife> = []): World {
  const clock = Clock.frozenAt(new Date())
  const now = clock.now().getTime()
  const world = new World({ clock })
  world.add(
    Array.from({ length: count }, (_, index) => {
      const startedAt = new Date(now - HOUR - index * MINUTE)
      const endedAt = new Date(now - MINUTE)
      const times = { StartDate: startedAt.getTime() / 1000, EndDate: endedAt.getTime() / 1000 }
      return { startedAt, endedAt, afterEnd: { SessionId: `s-${index}`, Status: 'Terminated', ...times } }
    }),
  )
  world.add(others)
  return world
}
