import type { Table } from '../archive/batch-get'
import { type Roster, type RosterAccount, readRoster } from '../archive/roster'
import type { SweepState } from '../archive/sweep-state'
import { findStates, type SourceState } from './find-states'
import { isAccountAsked, isSourceAsked } from './question'
import {
  departureOf,
  type NamedAccount,
  type RosterSource,
  sourcesOf,
  type UnknownRegions,
  unknownOf,
  type Where,
} from './roster-sources'

/** `unknown`: an account whose regions AWS does not list. */
export type LineState = RosterSource['state'] | 'unknown'

/** A source of the roster, or an account without one. Times are ISO 8601, UTC. */
export interface SourceLine
  extends Pick<SweepState, 'LastCompleteAt' | 'Outcome' | 'AttemptedAt' | 'Failures'> {
  readonly AccountId: string
  /** Untrusted text. */
  readonly AccountName?: string
  readonly Region?: string
  readonly State: LineState
  readonly DaysUntilLoss?: number
  /** No complete sweep has seen it for 25 hours, or ever. */
  readonly Late?: true
  /** Since when it is known; of unknown regions, when they were listed last. */
  readonly Since?: string
  /** Since when it is excluded or retired, and why. */
  readonly Until?: string
  /** Why it is not swept, or why its regions are not listed. */
  readonly Reason?: string
}

/** Every source that the roster names: those that are swept, the worst first; then unknown ones; then the others. */
export async function findSourceLines(
  sweeps: Table,
  where: Where,
  now: Date,
): Promise<{ readonly lines: readonly SourceLine[]; readonly roster: Roster }> {
  const roster = await readRoster(sweeps)
  const accounts = [...roster.accounts.values()]
    .filter(({ ItemId }) => isAccountAsked(ItemId, where))
    .sort((a, b) => (a.ItemId < b.ItemId ? -1 : 1))
  const asked = (account: RosterAccount) =>
    sourcesOf(account).filter(({ source }) => isSourceAsked(source, where))
  const swept = accounts.flatMap(asked).filter(({ state }) => state === 'swept')
  const states = await findStates(sweeps, swept, now)
  const gone = (account: RosterAccount) => asked(account).filter(({ state }) => state !== 'swept')
  return {
    lines: [
      ...states.map(sweptLine),
      ...accounts.flatMap((account) => unknownOf(account, roster)).map(unknownLine),
      ...accounts.flatMap((account) => [...gone(account).map(goneLine), ...withoutRegions(account)]),
    ],
    roster,
  }
}

/** An account that was excluded or retired before any region of it was swept. */
function withoutRegions(account: RosterAccount): SourceLine[] {
  const left = departureOf(account, account)
  if (left === undefined || Object.keys(account.Regions).length > 0) return []
  const { state: State, at: Until, reason: Reason } = left
  return [{ ...nameOf(left), State, Since: account.Since, Until, Reason }]
}

function nameOf({ accountId: AccountId, accountName: AccountName }: NamedAccount) {
  return { AccountId, ...(AccountName !== undefined && { AccountName }) }
}

function sweptLine(source: SourceState): SourceLine {
  const { region: Region, lastCompleteAt, AttemptedAt, Outcome, Failures, daysUntilLoss, isLate } = source
  return {
    ...nameOf(source),
    ...{ Region, State: 'swept' },
    LastCompleteAt: lastCompleteAt,
    ...{ Outcome, AttemptedAt, Failures },
    DaysUntilLoss: Math.round(daysUntilLoss * 100) / 100,
    ...(isLate && { Late: true }),
    Since: source.since,
  }
}

function unknownLine(account: UnknownRegions): SourceLine {
  const { listedAt, problem = 'AWS has not listed them yet' } = account
  return { ...nameOf(account), State: 'unknown', Since: listedAt, Reason: problem }
}

function goneLine(source: RosterSource): SourceLine {
  const { region: Region, lastCompleteAt: LastCompleteAt, since: Since, state: State, left } = source
  return { ...nameOf(source), Region, State, LastCompleteAt, Since, Until: left?.at, Reason: left?.reason }
}
