import { type Run, run } from '../contenders'
import type { Part } from '../part'
import { openPlace } from '../place'
import { whole } from '../statistics'

const SIZES = [10_000, 100_000, Number(process.env.SESSIONS ?? 1_000_000)]
const FUNCTION_MB = 256

/** One invocation without a deadline, as fast as it goes. */
export async function memory(): Promise<Part> {
  const runs: Run[] = []
  for (const sessions of SIZES) {
    const place = await openPlace({ sessions, listMs: 0, databaseMs: 0 })
    runs.push(await run('ours', { ...place, memoryMb: FUNCTION_MB }))
    const { writes } = await place.counts()
    place.close()
    if (writes !== sessions) throw new Error(`${writes} written, expected ${sessions}`)
  }
  const resident = runs.map(({ residentMb = 0 }) => residentMb)
  const [least = 0] = resident
  const most = resident.at(-1) ?? 0
  return {
    title: 'Memory',
    what: `A first archive by one invocation, started as Lambda starts a function of ${FUNCTION_MB} MB.`,
    columns: ['sessions', 'peak resident memory, MB', '÷ the first', 'heap in use after it, MB'],
    rows: SIZES.map((sessions, n) => {
      const megabytes = resident[n] ?? 0
      const live = runs[n]?.liveMb?.toFixed(1) ?? ''
      return [whole(sessions), whole(megabytes), (megabytes / least).toFixed(2), live]
    }),
    goals: [
      { name: `peak at ${whole(SIZES.at(-1) ?? 0)} ÷ at 10,000`, value: most / least, atMost: 1.1 },
      { name: 'peak, MB', value: most, atMost: FUNCTION_MB },
    ],
    measured: runs,
  }
}
