import { type Contender, hasBoto3, type Run, run } from '../contenders'
import type { Part } from '../part'
import { type Counts, openPlace, type Place } from '../place'
import { median, ratio, whole } from '../statistics'

const SESSIONS = 20_000
const LIST_MS = 100
/** DynamoDB answers "in single-digit milliseconds". */
const DATABASE_MS = 4
const ROUNDS = Number(process.env.ROUNDS ?? 3)

/** What is no archiver, but a limit of one. */
const NAMES: Partial<Record<Contender, string>> = {
  list: 'the list calls alone: the floor',
  puts: 'the SDK’s puts alone, no list',
}

interface Measured extends Run, Counts {}
type Round = Partial<Record<Contender, { readonly first: Measured; readonly again?: Measured }>>

let rounds: Promise<Round[]> | undefined

/** All contenders in turn, several times: into an empty archive, and the same once more. */
function race(): Promise<Round[]> {
  rounds ??= (async () => {
    const contenders: Contender[] = [
      'list',
      'ours',
      'puts',
      'batch',
      'naive',
      ...(hasBoto3() ? ['boto3' as const] : []),
    ]
    if (!contenders.includes('boto3')) console.error('boto3 is skipped: no python3 with boto3 here')
    const done: Round[] = []
    for (let n = 1; n <= ROUNDS; n++) {
      const round: Round = {}
      for (const contender of contenders) round[contender] = await archiveTwice(contender)
      done.push(round)
      console.error(`round ${n} of ${ROUNDS} is done`)
    }
    return done
  })()
  return rounds
}

/** Into an empty archive, and the same once more; of what is no archiver, the first only. */
async function archiveTwice(contender: Contender) {
  const place = await openPlace({ sessions: SESSIONS, listMs: LIST_MS, databaseMs: DATABASE_MS })
  const first = await measure(place, contender)
  const expected = contender === 'list' ? 0 : SESSIONS
  if (first.writes !== expected) throw new Error(`${contender} wrote ${first.writes}, expected ${expected}`)
  const again = contender in NAMES ? {} : { again: await measure(place, contender) }
  place.close()
  return { first, ...again }
}

async function measure(place: Place, contender: Contender): Promise<Measured> {
  const before = await place.counts()
  const event = contender === 'puts' ? { puts: SESSIONS } : { sweep: 'full' }
  const done = await run(contender, { ...place, event })
  const after = await place.counts()
  return {
    ...done,
    listCalls: after.listCalls - before.listCalls,
    writes: after.writes - before.writes,
    reads: after.reads - before.reads,
  }
}

export async function firstArchive(): Promise<Part> {
  return part('first', await race(), {
    title: 'First archive',
    what: `${whole(SESSIONS)} sessions into an empty archive; ${LIST_MS} ms a list call, ${DATABASE_MS} ms a call of the database.`,
    fasterThan: { naive: 1, batch: 1, boto3: 1 },
  })
}

export async function steadyState(): Promise<Part> {
  return part('again', await race(), {
    title: 'Steady state',
    what: 'The same once more: nothing is new.',
    fasterThan: { naive: 5, batch: 1.3 },
  })
}

interface Described {
  readonly title: string
  readonly what: string
  /** How many times as fast as these ours is to be. */
  readonly fasterThan: Partial<Record<Contender, number>>
}

function part(which: 'first' | 'again', all: Round[], { title, what, fasterThan }: Described): Part {
  const runs = (contender: Contender) =>
    all.flatMap((round) => round[contender]?.[contender === 'list' ? 'first' : which] ?? [])
  const ours = runs('ours')
  const ratios = (contender: Contender, to: Contender) =>
    runs(contender).map(({ seconds }, n) => seconds / (runs(to)[n]?.seconds ?? Number.NaN))
  const toFloor = (contender: Contender) => ratios(contender, 'list')
  const toOurs = (contender: Contender) => ratios(contender, 'ours')
  const contenders = (['list', 'ours', 'batch', 'boto3', 'naive', 'puts'] as const).filter(
    (one) => runs(one).length > 0,
  )
  const nominal = runs('list').map(({ seconds, listCalls }) => (seconds * 1000) / (listCalls * LIST_MS))
  return {
    title,
    what: `${what} ${all.length} rounds: median (range). The list calls alone take ${ratio(nominal)} × their latency, as the emulator’s own time comes to it.`,
    columns: ['', 'time ÷ floor', 'time ÷ ours', 'sessions written', 'sessions read', 'list calls'],
    rows: contenders.map((contender) => {
      const { writes = 0, reads = 0, listCalls = 0 } = runs(contender)[0] ?? {}
      return [
        NAMES[contender] ?? contender,
        contender === 'list' ? '1' : ratio(toFloor(contender)),
        contender === 'ours' ? '1' : ratio(toOurs(contender)),
        whole(writes),
        whole(reads),
        whole(listCalls),
      ]
    }),
    goals: [
      { name: 'time ÷ floor', value: median(toFloor('ours')), atMost: 1.1 },
      ...(which === 'again'
        ? [{ name: 'sessions written', value: Math.max(...ours.map(({ writes }) => writes)), atMost: 0 }]
        : []),
      ...contenders
        .filter((contender) => contender in fasterThan)
        .map((contender) => ({
          name: `time of ${contender} ÷ ours`,
          value: median(toOurs(contender)),
          atLeast: fasterThan[contender] ?? 1,
        })),
    ],
    measured: all.map((round) =>
      Object.fromEntries(Object.entries(round).map(([contender, both]) => [contender, both[which]])),
    ),
  }
}
