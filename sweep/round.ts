import { isDeepStrictEqual } from 'node:util'
import pMap from 'p-map'
import { newSweepId, type Outcome, type Receipt, ROUNDS, type RoundReceipt } from '../archive/receipt'
import { type RosterAccount, sweptSources } from '../archive/roster'
import { type Source, sourceKey } from '../archive/source'
import { version } from '../package.json'
import type { Cadence } from './due'
import { afterSweeps, healthOf } from './health'
import { type RefreshedRoster, type RosterJob, refreshRoster } from './refresh-roster'
import { shareOut } from './share-out'
import { type SweepAllJob, sweepAll } from './sweep-all'
import { withLastComplete } from './update-roster'

export interface RoundJob extends Omit<SweepAllJob, 'accounts' | 'full'>, RosterJob, Cadence {
  /** Takes sources that others sweep; returns those that it could not take. @default - all are swept here */
  readonly send?: (sources: readonly Source[], plannedAt: Date) => Promise<readonly Source[]>
  /** Sources that a round sweeps itself, beside a queue; ten times as many if they waited long. @default 200 */
  readonly inPlace?: number
}

export interface Round {
  readonly receipt: RoundReceipt
  /** Of the sweeps. */
  readonly receipts: readonly Receipt[]
  /** How many sources could not be sent; those for which there was time were swept here. */
  readonly unsent: number
  /** Why accounts could not be written to the roster: they were swept as it has them. */
  readonly unwritten: readonly Error[]
}

const IN_PLACE = 200
const WRITES_AT_ONCE = 16
const HOUR_MS = 60 * 60 * 1000

/**
 * Brings the roster up to date, sweeps what is due, and leaves a receipt.
 *
 * @throws Error if the roster cannot be read
 */
export async function makeRound(job: RoundJob): Promise<Round> {
  const { sweeps, now, send, inPlace = IN_PLACE } = job
  const startedAt = now()
  const { roster, states, unwritten } = await updateRoster(job)
  const sources = [...roster.accounts.values()].flatMap(sweptSources)
  const { due, toSend } = shareOut(roster, {
    ...{ states, now: startedAt, scheduleMs: job.scheduleMs, quietMs: job.quietMs },
    inPlace: send === undefined ? Number.POSITIVE_INFINITY : inPlace,
  })
  const unsent = new Set(toSend.length === 0 ? [] : await send?.(toSend, startedAt))
  const sent = new Set(toSend.filter((source) => !unsent.has(source)))
  const here = due.filter((source) => !sent.has(source))
  const receipts = await sweepAll(here, { ...job, accounts: roster.accounts })
  const keys = sources.map(sourceKey)
  const receipt: RoundReceipt = {
    Source: ROUNDS,
    ItemId: newSweepId(startedAt),
    StartedAt: startedAt.toISOString(),
    FinishedAt: now().toISOString(),
    Accounts: new Set(sources.map(({ accountId }) => accountId)).size,
    Sources: sources.length,
    Due: due.length,
    Sent: sent.size,
    Left: here.length - receipts.length,
    Outcomes: outcomesOf(receipts),
    ...healthOf(keys, afterSweeps(states, receipts), roster.accounts.values(), now()),
    ...ageOf(roster, job),
    Version: version,
  }
  await sweeps.putReceipt(receipt)
  return { receipt, receipts, unsent: unsent.size, unwritten }
}

/** What the roster is now, and what is known of every source that is or was swept. */
async function updateRoster(job: RoundJob) {
  const { sweeps, now } = job
  const stored = await sweeps.readRoster()
  const roster = await refreshRoster(stored, job)
  const named = [...stored.accounts.values(), ...roster.accounts.values()].flatMap(sweptSources)
  const all = new Map(named.map((source) => [sourceKey(source), source]))
  const states = await sweeps.readStates([...all.values()])
  const accounts = new Map(roster.accounts)
  const unwritten: Error[] = []
  const write = async (accountId: string) => {
    const [before, after] = [stored.accounts.get(accountId), roster.accounts.get(accountId)]
    if (after === undefined) return
    const account = withLastComplete(after, before, states)
    if (isDeepStrictEqual(asStored(account), before)) return
    try {
      await sweeps.putRosterAccount({ ...account, UpdatedAt: now().toISOString() }, before)
    } catch (cause) {
      unwritten.push(new Error(`${accountId} was not written to the roster: ${cause}`, { cause }))
      if (before === undefined) accounts.delete(accountId)
      else accounts.set(accountId, before)
    }
  }
  await pMap([...roster.accounts.keys()], write, { concurrency: WRITES_AT_ONCE })
  await sweeps.putRosterListing(roster.listing)
  return { roster: { ...roster, accounts }, states, unwritten }
}

/** Without members that are undefined. */
function asStored(account: RosterAccount): unknown {
  return JSON.parse(JSON.stringify(account))
}

function outcomesOf(receipts: readonly Receipt[]): Partial<Record<Outcome, number>> {
  const outcomes: Partial<Record<Outcome, number>> = {}
  for (const { Outcome } of receipts) outcomes[Outcome] = (outcomes[Outcome] ?? 0) + 1
  return outcomes
}

/** How old the knowledge is of what is to be swept. */
function ageOf(
  { accounts, listing }: RefreshedRoster,
  { scope, home, now }: RosterJob,
): Pick<RoundReceipt, 'RosterAge' | 'RosterProblem'> {
  const own = accounts.get(home.accountId)
  const isOrganization = scope.organizationId !== undefined
  const listedAt = isOrganization
    ? listing.ListedAt
    : scope.regions === 'all'
      ? own?.RegionsListedAt
      : now().toISOString()
  const problem = isOrganization ? listing.Problem : own?.RegionsProblem
  return {
    ...(listedAt !== undefined && { RosterAge: (now().getTime() - Date.parse(listedAt)) / HOUR_MS }),
    ...(problem !== undefined && { RosterProblem: problem }),
  }
}
