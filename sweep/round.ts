import { isDeepStrictEqual } from 'node:util'
import pMap from 'p-map'
import { newSweepId, type Outcome, type Receipt, ROUNDS, type RoundReceipt } from '../archive/receipt'
import { type Roster, type RosterAccount, sweptSources } from '../archive/roster'
import { type Source, sourceKey } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'
import { version } from '../package.json'
import { type Cadence, isDue, lastAttempt } from './due'
import { afterSweeps, healthOf } from './health'
import { type RefreshedRoster, type RosterJob, refreshRoster } from './refresh-roster'
import { type SweepAllJob, sweepAll } from './sweep-all'
import { withLastComplete } from './update-roster'

export interface RoundJob extends Omit<SweepAllJob, 'accounts' | 'full'>, RosterJob, Cadence {
  /** Takes sources that others sweep; returns those that it could not take. @default - all are swept here */
  readonly send?: (sources: readonly Source[], plannedAt: Date) => Promise<readonly Source[]>
  /** Sources that a round sweeps itself, beside a queue. @default 200 */
  readonly inPlace?: number
}

export interface Round {
  readonly receipt: RoundReceipt
  /** Of the sweeps. */
  readonly receipts: readonly Receipt[]
  /** How many sources could not be sent; those for which there was time were swept here. */
  readonly unsent: number
}

const IN_PLACE = 200
const WRITES_AT_ONCE = 16
const HOUR_MS = 60 * 60 * 1000

/**
 * Brings the roster up to date, sweeps what is due, and leaves a receipt.
 *
 * @throws Error if the roster cannot be read or written
 */
export async function makeRound(job: RoundJob): Promise<Round> {
  const { sweeps, now, send, inPlace = IN_PLACE } = job
  const startedAt = now()
  const { roster, states } = await updateRoster(job)
  const sources = [...roster.accounts.values()].flatMap(sweptSources)
  const due = dueSources(roster, states, startedAt, job)
  const toSend = send === undefined ? [] : byAccount(due.slice(inPlace))
  const unsent = new Set(toSend.length === 0 ? [] : await send?.(toSend, startedAt))
  const here = due.filter((source, n) => n < due.length - toSend.length || unsent.has(source))
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
    Sent: toSend.length - unsent.size,
    Left: here.length - receipts.length,
    Outcomes: outcomesOf(receipts),
    ...healthOf(keys, afterSweeps(states, receipts), roster.accounts.values(), now()),
    ...ageOf(roster, job),
    Version: version,
  }
  await sweeps.putReceipt(receipt)
  return { receipt, receipts, unsent: unsent.size }
}

/** What the roster is now, and what is known of every source that is or was swept. */
async function updateRoster(job: RoundJob) {
  const { sweeps, now } = job
  const stored = await sweeps.readRoster()
  const roster = await refreshRoster(stored, job)
  const named = [...stored.accounts.values(), ...roster.accounts.values()].flatMap(sweptSources)
  const all = new Map(named.map((source) => [sourceKey(source), source]))
  const states = await sweeps.readStates([...all.values()])
  const write = async (accountId: string) => {
    const [before, after] = [stored.accounts.get(accountId), roster.accounts.get(accountId)]
    if (after === undefined) return
    const account = withLastComplete(after, before, states)
    if (isDeepStrictEqual(asStored(account), before)) return
    await sweeps.putRosterAccount({ ...account, UpdatedAt: now().toISOString() }, before)
  }
  await pMap([...roster.accounts.keys()], write, { concurrency: WRITES_AT_ONCE })
  await sweeps.putRosterListing(roster.listing)
  return { roster, states }
}

/** Without members that are undefined. */
function asStored(account: RosterAccount): unknown {
  return JSON.parse(JSON.stringify(account))
}

/** Those that waited longest first. */
function dueSources(
  { accounts }: Pick<Roster, 'accounts'>,
  states: ReadonlyMap<string, SweepState>,
  now: Date,
  cadence: Cadence,
): Source[] {
  const stateOf = (source: Source) => states.get(sourceKey(source)) ?? {}
  const attemptedAt = (source: Source) => lastAttempt(stateOf(source), now)
  return [...accounts.values()]
    .flatMap((account) =>
      sweptSources(account).filter((source) =>
        isDue(sourceKey(source), stateOf(source), now, cadence, account.RegionsListedAt),
      ),
    )
    .sort((a, b) => compare(attemptedAt(a), attemptedAt(b)))
}

/** One invocation sweeps sources of few accounts, so it assumes few roles. */
function byAccount(sources: readonly Source[]): Source[] {
  return sources.toSorted((a, b) => compare(sourceKey(a), sourceKey(b)))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
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
