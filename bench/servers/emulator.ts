import { Clock } from '../../emulator/clock'
import { generateSessions } from '../../emulator/generate'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'

/**
 * Serves so many ended sessions of the last 30 days, with a StartDate (docs/decisions/0013): node emulator.ts SESSIONS LATENCY_MS
 */
async function serve([sessions, latencyMs]: number[] = []): Promise<void> {
  const now = new Date()
  const world = new World({ clock: Clock.frozenAt(now) })
  world.add(ended(Number(sessions), now))
  const emulator = await startEmulator({ world, faults: { latencyMs: Number(latencyMs) } })
  process.on('disconnect', () => process.exit())
  process.on('message', () => process.send?.({ listCalls: emulator.calls.count({ outcome: 'OK' }) }))
  process.send?.(emulator.url)
}

function* ended(count: number, now: Date) {
  let left = count
  for (const life of generateSessions({ count: 2 * count, seed: 1, now })) {
    const isEnded = life.endedAt !== undefined && life.endedAt <= now
    if (!isEnded || life.afterEnd?.StartDate === undefined) continue
    if (left === 0) return
    left -= 1
    yield life
  }
}

void serve(process.argv.slice(2).map(Number))
