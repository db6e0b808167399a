import { sourceKey } from '../archive/source'
import { type DeployedOrganization, deployOrganization, type Invocation } from './deployed-organization'
import { accountIds, REGIONS } from './made-up-organization'
import type { Part } from './part'
import { DATABASE_MS, LIST_MS } from './place'
import { whole } from './statistics'

const ACCOUNTS = 1_000
const MANY_ACCOUNTS = 5_000
const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const ROUNDS = 24
/** A slow machine makes fewer rounds, and the results say how many. */
const LONGEST_MS = 8 * 60 * 1000
/** Sources of one message here, and how many of them are swept at the same time. */
const SOURCES = 200
const LANES = 16

/** Rounds over many accounts and regions. */
export async function organization(): Promise<Part> {
  const message = await sweepEmptySources()
  const plans = [await planAlone(ACCOUNTS), await planAlone(MANY_ACCOUNTS)]
  const day = await sweepDay()
  const rows = [
    ...day.rows,
    ...plans.flatMap(({ rows }) => rows),
    [`one invocation with ${SOURCES} empty sources: time, s`, message.seconds.toFixed(2)],
    ['— list calls alone in 16 lanes, s', message.limit.toFixed(2)],
    ['— processor time, s', message.cpuSeconds.toFixed(2)],
  ]
  return {
    title: 'Organization',
    what: `${whole(ACCOUNTS)} accounts of ${REGIONS.length} regions, 5 % of the sources with a session a day. ${day.rounds} hourly rounds of a simulated day, by the deployed bundle in warm processes and by its queue; ${LIST_MS} ms per call of AWS and ${DATABASE_MS} ms per call of the database. Plans alone: rounds in which nothing is due.`,
    columns: ['', 'measured'],
    rows,
    goals: [
      {
        name: `${SOURCES} empty sources: time ÷ list calls`,
        value: message.seconds / message.limit,
        atMost: 1.5,
      },
      { name: 'memory of 5,000 accounts’ plan, MB', value: plans[1]?.peakMb ?? Number.NaN, atMost: 512 },
    ],
  }
}

/** In a new process; the roles of twelve accounts are assumed as well. */
async function sweepEmptySources() {
  console.error(`${SOURCES} empty sources …`)
  const now = Date.now() - DAY_MS
  const place = await deployOrganization(Math.ceil(SOURCES / REGIONS.length), now, DAY_MS)
  const sources = accountIds(Math.ceil(SOURCES / REGIONS.length))
    .flatMap((accountId) => REGIONS.map((region) => sourceKey({ accountId, region })))
    .slice(0, SOURCES)
  const body = JSON.stringify({ plannedAt: new Date(now).toISOString(), sources })
  const { seconds, cpuSeconds, error } = await place.invoke({ Records: [{ body }] })
  const { listCalls } = await place.counts()
  await place.close()
  if (error !== undefined || listCalls !== 2 * SOURCES)
    throw new Error(`received ${listCalls} list calls and ${error}, expected ${2 * SOURCES}`)
  return { seconds, cpuSeconds, limit: (listCalls * LIST_MS) / LANES / 1000 }
}

/** A round in which nothing is due, and no regions are to be listed. */
async function planAlone(accounts: number) {
  console.error(`the plan of ${whole(accounts)} accounts …`)
  const now = Date.now() - 2 * DAY_MS
  const place = await deployOrganization(accounts, now, 1)
  const plan = succeeded(await place.invoke({}))
  const { sweeps } = await place.counts()
  await place.close()
  const size = `plan alone, ${whole(accounts)} accounts, ${whole(accounts * REGIONS.length)} sources`
  return {
    peakMb: plan.peakMb,
    rows: [
      [`${size}: time, s`, plan.seconds.toFixed(1)],
      ['— processor time, s', plan.cpuSeconds.toFixed(1)],
      ['— memory, MB', whole(plan.peakMb)],
      ['— read units', whole(sweeps.readUnits)],
      ['— sources that were due', whole(plan.result?.Due ?? Number.NaN)],
    ],
  }
}

/** Each round, and then what it has sent. */
async function sweepDay(): Promise<{ readonly rounds: number; readonly rows: [string, string][] }> {
  const until = Date.now() + LONGEST_MS
  const begins = Date.now() - DAY_MS - HOUR_MS
  const place = await deployOrganization(ACCOUNTS, begins)
  const rounds: Invocation[] = []
  const messages: Invocation[] = []
  for (let round = 1; round <= ROUNDS && Date.now() < until; round++) {
    await place.setTime(begins + round * HOUR_MS)
    rounds.push(succeeded(await place.invoke({})))
    messages.push(...(await place.drain()).map(succeeded))
    const [last] = rounds.slice(-1)
    console.error(`round ${round} of ${ROUNDS}: ${last?.result?.Due} due, ${last?.seconds.toFixed(1)} s`)
  }
  const rows = await rowsOfDay(place, rounds, messages)
  await place.close()
  return { rounds: rounds.length, rows }
}

async function rowsOfDay(
  place: DeployedOrganization,
  rounds: readonly Invocation[],
  messages: readonly Invocation[],
): Promise<[string, string][]> {
  const { listCalls, failed, roles, accountPages, regionLists, sessions, sweeps } = await place.counts()
  const all = [...rounds, ...messages]
  const sum = (of: (one: Invocation) => number) => all.reduce((total, one) => total + of(one), 0)
  const due = rounds.reduce((total, { result }) => total + (result?.Due ?? 0), 0)
  if (failed > 0) throw new Error(`received ${failed} failed list calls, expected none`)
  return [
    ['sweeps', whole(due)],
    ['list calls', whole(listCalls)],
    ['roles assumed', whole(roles)],
    ['pages of accounts, lists of regions', `${whole(accountPages)}, ${whole(regionLists)}`],
    ['invocations', `${whole(all.length)}: ${rounds.length} rounds, ${whole(messages.length)} messages`],
    ['function time, s', whole(sum(({ seconds }) => seconds))],
    ['processor time, s', whole(sum(({ cpuSeconds }) => cpuSeconds))],
    ['— per sweep, ms', sum(({ cpuSeconds }) => (cpuSeconds * 1000) / due).toFixed(1)],
    ['longest round, s', Math.max(...rounds.map(({ seconds }) => seconds)).toFixed(1)],
    ['longest message, s', Math.max(...messages.map(({ seconds }) => seconds)).toFixed(1)],
    ['peak memory, MB', whole(Math.max(...all.map(({ peakMb }) => peakMb)))],
    ['read units, Sweeps and Sessions', `${whole(sweeps.readUnits)}, ${whole(sessions.readUnits)}`],
    ['writes, Sweeps and Sessions', `${whole(sweeps.writes)}, ${whole(sessions.writes)}`],
  ]
}

/** @throws Error if it has failed */
function succeeded(invocation: Invocation): Invocation {
  if (invocation.error !== undefined) throw new Error(`received ${invocation.error}, expected a receipt`)
  return invocation
}
