import { type Run, run } from '../contenders'
import type { Part } from '../part'
import { openPlace, type Place } from '../place'
import { whole } from '../statistics'

const SESSIONS = Number(process.env.SESSIONS ?? 1_000_000)
const LIST_MS = 150
const DATABASE_MS = 4
const PAGE = 200
/** So that one invocation does about a quarter, on this machine. */
const SECONDS = Number(process.env.SECONDS ?? 260)
/** Of a function; 30 of them are kept in reserve. */
const REAL_SECONDS = 870

/** A first archive by as many invocations as it takes, then a full sweep: in one chain while its time lasts, then in slices. */
export async function scale(): Promise<Part> {
  const place = await openPlace({ sessions: SESSIONS, listMs: LIST_MS, databaseMs: DATABASE_MS })
  const invocations: Measured[] = []
  do {
    invocations.push(await measure(place, () => run('ours', { ...place, event: {}, secondsLeft: SECONDS })))
    console.error(JSON.stringify(invocations.at(-1)))
  } while (invocations.at(-1)?.outcome !== 'complete')
  const chain = await measure(place, () => run('ours', { ...place, secondsLeft: SECONDS }))
  const slices = await measure(place, () => run('ours', { ...place, event: {} }))
  const { writes } = await place.counts()
  place.close()
  if (writes !== SESSIONS) throw new Error(`${writes} written, expected ${SESSIONS}`)

  const minimum = Math.ceil(SESSIONS / PAGE)
  const calls = invocations.reduce((sum, { listCalls }) => sum + listCalls, 0)
  const pace = ({ seen, seconds }: Measured) => seen / seconds
  const writing = invocations.reduce((sum, { seconds }) => sum + seconds, 0)
  const invocationsFor = (sessions: number, aSecond: number) =>
    whole(Math.ceil(sessions / (aSecond * REAL_SECONDS)))
  const row = (name: string, one: Measured) => [
    name,
    one.outcome,
    whole(one.seen),
    whole(one.archived),
    whole(one.listCalls),
    (pace(one) / (PAGE / (LIST_MS / 1000))).toFixed(2),
    whole(one.residentMb ?? 0),
  ]
  return {
    title: 'Scale',
    what: `${whole(SESSIONS)} sessions, ${LIST_MS} ms a list call, ${DATABASE_MS} ms a call of the database, ${SECONDS} s an invocation, 30 of them in reserve; then a full sweep with nothing new: in one chain of tokens until its time was over, then in slices, by an invocation without a deadline. The least possible is ${whole(minimum)} list calls. With invocations of 900 s, at the pace measured here: a first archive of 1, 10 and 100 million takes ${[1e6, 1e7, 1e8].map((sessions) => invocationsFor(sessions, SESSIONS / writing)).join(', ')} invocations, a full sweep with nothing new ${[1e6, 1e7, 1e8].map((sessions) => invocationsFor(sessions, pace(slices))).join(', ')}.`,
    columns: [
      '',
      'outcome',
      'seen',
      'archived',
      'list calls',
      'pace ÷ one list call after the other',
      'peak, MB',
    ],
    rows: [
      ...invocations.map((one, n) => row(`invocation ${n + 1}`, one)),
      row('full sweep, one chain', chain),
      row('full sweep, slices', slices),
    ],
    goals: [
      { name: 'list calls of the first archive ÷ the least possible', value: calls / minimum, atMost: 1.05 },
      { name: 'pace in slices ÷ in one chain', value: pace(slices) / pace(chain), atLeast: 3 },
    ],
    measured: { invocations, slices, chain },
  }
}

interface Measured extends Omit<Run, 'result'> {
  readonly outcome: string
  readonly seen: number
  readonly archived: number
  readonly listCalls: number
}

async function measure(place: Place, job: () => Promise<Run>): Promise<Measured> {
  const before = await place.counts()
  const { result = {}, ...measured } = await job()
  const after = await place.counts()
  return {
    ...measured,
    outcome: String(result.Outcome),
    seen: Number(result.Seen),
    archived: Number(result.Archived),
    listCalls: after.listCalls - before.listCalls,
  }
}
