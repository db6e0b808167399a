import type { Part } from './part'
import { DATABASE_MS, LIST_MS, openPlace } from './place'
import { type Run, run } from './run'
import { whole } from './statistics'

const SIZES = [10_000, 100_000, 1_000_000]
const PAGE = 200

const HOW = `by as many invocations of 900 s as each takes; ${LIST_MS} ms per list call, ${DATABASE_MS} ms per call of the database. At least one list call per ${PAGE} sessions is needed.`

/** First archives of different sizes. */
export async function scale(): Promise<Part> {
  const archives: Archive[] = []
  for (const sessions of SIZES) archives.push(await archive(sessions, false))
  return {
    title: 'Scale',
    what: `First archives, ${HOW}`,
    ...table(archives),
    goals: archives.slice(-1).map(({ sessions, peakMb }) => ({
      name: `peak memory at ${whole(sessions)} sessions, MB`,
      value: peakMb,
      atMost: 220,
    })),
  }
}

/** A first archive of the greatest size, if no slice of time has fewer pages than the whole history. */
export async function lateFilters(): Promise<Part> {
  const archives = [await archive(Math.max(...SIZES), true)]
  const what = `A first archive where filters apply to pages that are cut already, ${HOW}`
  return { title: 'Late filters', what, ...table(archives), goals: [] }
}

function table(archives: readonly Archive[]): Pick<Part, 'columns' | 'rows'> {
  return {
    columns: [
      'sessions',
      'invocations',
      'sessions per second',
      'list calls ÷ the least',
      'writes ÷ sessions',
      'peak memory, MB',
    ],
    rows: archives.map(({ sessions, runs, seconds, listCalls, writes, peakMb }) => [
      whole(sessions),
      whole(runs.length),
      whole(sessions / seconds),
      (listCalls / (sessions / PAGE)).toFixed(2),
      (writes / sessions).toFixed(2),
      whole(peakMb),
    ]),
  }
}

interface Archive extends Pick<Run, 'seconds' | 'listCalls' | 'writes' | 'peakMb'> {
  readonly sessions: number
  readonly runs: readonly Run[]
}

async function archive(sessions: number, filtersLate: boolean): Promise<Archive> {
  const place = await openPlace(sessions, filtersLate)
  const runs: Run[] = []
  do {
    console.error(`${whole(sessions)} sessions, invocation ${runs.length + 1} …`)
    runs.push(await run('ours', place))
  } while (runs.at(-1)?.outcome === 'incomplete')
  place.close()
  const total = (of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0)
  const records = runs.at(-1)?.records
  if (records !== sessions) throw new Error(`received ${records} records, expected ${sessions}`)
  return {
    sessions,
    runs,
    seconds: total((run) => run.seconds),
    listCalls: total((run) => run.listCalls),
    writes: total((run) => run.writes),
    peakMb: Math.max(...runs.map((run) => run.peakMb)),
  }
}
