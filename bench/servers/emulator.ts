import { Clock } from '../../emulator/clock'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { endedSessions } from '../sessions'
import { answerParent } from './answer-parent'

/** Shows ended sessions of the last 30 days, and denies CloudTrail, whose pace is its own: node emulator.ts SESSIONS LATENCY_MS FILTERS_LATE (1 or 0) */
async function serve([sessions = 0, latencyMs, filtersLate]: number[]): Promise<void> {
  const now = new Date()
  const world = new World({ clock: Clock.frozenAt(now) })
  world.add(endedSessions(sessions, now))
  const script = filtersLate ? () => 'filter-after-page' as const : undefined
  const lookUps = { lookUpEvents: 'deny' } as const
  const { url, calls } = await startEmulator({ world, faults: { latencyMs, script, lookUps } })
  answerParent(url, () => ({ listCalls: calls.count({ outcome: 'OK' }) }))
}

void serve(process.argv.slice(2).map(Number))
