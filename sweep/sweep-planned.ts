import type { Receipt } from '../archive/receipt'
import type { RosterAccount } from '../archive/roster'
import { type Source, sourceKey } from '../archive/source'
import { lastAttempt } from './due'
import { type SweepAllJob, sweepAll } from './sweep-all'

/** Sources that a round sent. */
export interface Planned {
  /** When the round began, by its own clock. ISO 8601, UTC. */
  readonly plannedAt: string
  readonly sources: readonly Source[]
}

/**
 * Sweeps what a round planned. A message may come late or twice: what was swept meanwhile, or is not swept any more,
 * is left out.
 *
 * @throws UnknownSourceError before any sweep
 */
export async function sweepPlanned(
  { plannedAt, sources }: Planned,
  job: Omit<SweepAllJob, 'accounts'>,
): Promise<Receipt[]> {
  const accounts = await readAccounts(sources, job)
  for (const source of sources) requireKnown(source, accounts)
  const swept = sources.filter((source) => isSwept(source, accounts))
  const states = await job.sweeps.readStates(swept)
  const now = job.now()
  const due = swept.filter((source) => lastAttempt(states.get(sourceKey(source)) ?? {}, now) < plannedAt)
  return sweepAll(due, { ...job, accounts })
}

/** Somebody asks for a sweep of a source that the roster does not have. */
export class UnknownSourceError extends Error {
  override readonly name = 'UnknownSourceError'
}

type Accounts = ReadonlyMap<string, RosterAccount>

/** Once more if one is missing: a round may have written it just before it sent the message. */
async function readAccounts(
  sources: readonly Source[],
  { sweeps }: Pick<SweepAllJob, 'sweeps'>,
): Promise<Accounts> {
  const accountIds = sources.map(({ accountId }) => accountId)
  const accounts = await sweeps.readRosterAccounts(accountIds)
  const areKnown = sources.every((source) => isKnown(source, accounts))
  return areKnown ? accounts : sweeps.readRosterAccounts(accountIds, true)
}

function isKnown({ accountId, region }: Source, accounts: Accounts): boolean {
  return accounts.get(accountId)?.Regions[region] !== undefined
}

/** @throws UnknownSourceError */
function requireKnown(source: Source, accounts: Accounts): void {
  if (isKnown(source, accounts)) return
  const { accountId, region } = source
  const { Regions } = accounts.get(accountId) ?? {}
  const known =
    Regions === undefined ? 'an account of the roster' : `one of ${Object.keys(Regions).join(', ')}`
  throw new UnknownSourceError(`received the source ${accountId}/${region}, expected ${known}`)
}

function isSwept({ accountId, region }: Source, accounts: Accounts): boolean {
  const account = accounts.get(accountId)
  return account?.State === 'swept' && account.Regions[region]?.State === 'swept'
}

/**
 * The roster's account of a source that is swept.
 *
 * @throws UnknownSourceError if it is not
 */
export async function requireSwept(
  source: Source,
  { sweeps }: Pick<SweepAllJob, 'sweeps'>,
): Promise<RosterAccount | undefined> {
  const accounts = await readAccounts([source], { sweeps })
  requireKnown(source, accounts)
  const account = accounts.get(source.accountId)
  if (isSwept(source, accounts)) return account
  const { State, Reason } =
    account?.State === 'swept' ? (account.Regions[source.region] ?? {}) : (account ?? {})
  throw new UnknownSourceError(
    `received the source ${sourceKey(source)}, expected one that is swept: it is ${State} (${Reason})`,
  )
}
