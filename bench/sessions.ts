import { generateSessions } from '../emulator/generate'
import type { SessionLife } from '../emulator/session'

/** Made-up sessions that have ended, each with a StartDate: a listing in slices does not show the others. */
export function* endedSessions(count: number, now: Date): Generator<SessionLife> {
  let left = count
  for (const life of generateSessions({ count: Number.POSITIVE_INFINITY, seed: 1, now })) {
    const isEnded = life.endedAt !== undefined && life.endedAt <= now
    if (!isEnded || life.afterEnd?.StartDate === undefined) continue
    if (left === 0) return
    left -= 1
    yield life
  }
}
