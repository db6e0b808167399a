import type { Part } from './part'
import { DATABASE_MS, LIST_MS, openPlace } from './place'
import { type Run, run } from './run'
import { median, ratio, whole } from './statistics'

const SESSIONS = 10_000
const ROUNDS = 3

interface Lap extends Run {
  readonly contender: string
  /** Seconds: of the round's fastest possible archiver. */
  readonly limit: number
}

interface Laps {
  /** Into an empty archive. */
  readonly first: Lap[]
  /** The same once more. Batch and naive do the same work again: their first run counts. */
  readonly again: Lap[]
}

let laps: Promise<Laps> | undefined

/** All contenders in turn, several times; naive, which takes long and has no goal, in the last round only. */
async function race(): Promise<Laps> {
  const first: Lap[] = []
  const again: Lap[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    console.error(`round ${round} of ${ROUNDS} …`)
    const [list] = await runs('list', 1)
    const [puts] = await runs('puts', 1)
    const limit = Math.max(list.seconds, puts.seconds)
    const alone = { ...list, contender: 'list calls alone' }
    first.push({ ...alone, limit }, { ...puts, contender: "SDK's puts alone", limit })
    again.push({ ...alone, limit: list.seconds })
    for (const contender of ['ours', 'batch', ...(round === ROUNDS ? ['naive'] : [])]) {
      const [one, two = one] = await runs(contender, contender === 'ours' ? 2 : 1)
      first.push({ ...one, contender, limit })
      again.push({ ...two, contender, limit: list.seconds })
    }
  }
  return { first, again }
}

/** Runs a contender once or twice; the first time, the archive is empty. */
async function runs(contender: string, times: 1 | 2): Promise<[Run, Run?]> {
  const place = await openPlace(SESSIONS)
  const first = await run(contender, place)
  const expected = contender === 'list' ? 0 : SESSIONS
  if (first.records !== expected)
    throw new Error(`${contender}: received ${first.records} records, expected ${expected}`)
  const second = times === 2 ? await run(contender, place) : undefined
  place.close()
  return [first, second]
}

export async function firstArchive(): Promise<Part> {
  laps ??= race()
  const { first } = await laps
  return {
    title: 'First archive',
    what: `${whole(SESSIONS)} sessions into an empty archive; ${LIST_MS} ms per list call, ${DATABASE_MS} ms per call of the database; ${ROUNDS} rounds: median (range). The limit is the list calls alone or the SDK's puts alone, whichever takes longer.`,
    ...table(first),
    goals: [{ name: 'time ÷ limit', value: timeOfOurs(first), atMost: 1.15 }],
  }
}

export async function steadyState(): Promise<Part> {
  laps ??= race()
  const { again } = await laps
  const writes = again.flatMap((lap) => (lap.contender === 'ours' ? [lap.writes] : []))
  return {
    title: 'Steady state',
    what: 'The same once more: nothing is new. The limit is the list calls alone.',
    ...table(again),
    goals: [
      { name: 'time ÷ limit', value: timeOfOurs(again), atMost: 1.05 },
      { name: 'records written', value: Math.max(...writes), atMost: 0 },
    ],
  }
}

function timeOfOurs(laps: readonly Lap[]): number {
  return median(
    laps.flatMap(({ contender, seconds, limit }) => (contender === 'ours' ? [seconds / limit] : [])),
  )
}

function table(laps: readonly Lap[]): Pick<Part, 'columns' | 'rows'> {
  const columns = [
    '',
    'time ÷ limit',
    'processor time ÷ limit',
    "servers' processor time ÷ limit",
    'records written',
    'records read',
    'list calls',
  ]
  const rows = [...new Set(laps.map(({ contender }) => contender))].map((name) => {
    const own = laps.filter(({ contender }) => contender === name)
    const most = (count: (lap: Lap) => number) => whole(Math.max(...own.map(count)))
    return [
      name,
      ratio(own.map(({ seconds, limit }) => seconds / limit)),
      ratio(own.map(({ cpuSeconds, limit }) => cpuSeconds / limit)),
      ratio(own.map(({ serverSeconds, limit }) => serverSeconds / limit)),
      most(({ writes }) => writes),
      most(({ reads }) => reads),
      most(({ listCalls }) => listCalls),
    ]
  })
  return { columns, rows }
}
