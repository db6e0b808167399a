/** In which time a source's receipts prove that no session was missed. Times are ISO 8601, UTC. */
import type { ReceiptEntry, RosterEntry, RosterRegion } from './entry'

export interface Span {
  readonly from: string
  readonly until: string
}

export interface Uncovered extends Span {
  readonly source: string
}

interface Source {
  readonly covered: Span[]
  /** Until when it was swept, and what it is since: absent, it still is swept. Absent: no roster says that it was. */
  swept?: { until?: string; state?: string }
}

/** What the log says of each source, entry by entry. */
export class Coverage {
  private readonly sources = new Map<string, Source>()
  private readonly unlisted = new Set<string>()

  addReceipt({ source, outcome, coversFrom, coversUntil }: ReceiptEntry): void {
    if (outcome !== 'complete' || coversFrom === undefined || coversUntil === undefined) return
    const { covered } = this.source(source)
    const last = covered.at(-1)
    // a year of sweeps is one span: each covers from before the one before it
    if (last === undefined || coversFrom > last.until || coversUntil < last.from)
      covered.push({ from: coversFrom, until: coversUntil })
    else
      covered[covered.length - 1] = {
        from: coversFrom < last.from ? coversFrom : last.from,
        until: coversUntil > last.until ? coversUntil : last.until,
      }
  }

  addRoster({ account, state, until, listed, regions }: RosterEntry): void {
    if (state === 'swept' && listed === 'no') this.unlisted.add(account)
    else this.unlisted.delete(account)
    for (const [region, entry] of Object.entries(regions)) {
      const source = this.source(`${account}/${region}`)
      const isSwept = state === 'swept' && entry.state === 'swept'
      if (isSwept) source.swept = {}
      else if (source.swept !== undefined) source.swept = leftAt(source, entry, { state, until })
    }
  }

  /** Sources that were not given up before. One that is known only since later may have had sessions, too. */
  sourcesSince(from: string): string[] {
    return [...this.sources].flatMap(([name, { swept }]) =>
      swept !== undefined && (swept.until === undefined || swept.until > from) ? [name] : [],
    )
  }

  /** Sources that were given up before, or in this time: nothing is asked of them since. */
  leftBefore(until: string): string[] {
    return [...this.sources].flatMap(([name, { swept }]) =>
      swept?.until !== undefined && swept.until < until
        ? [`${name} ${swept.state} since ${swept.until}`]
        : [],
    )
  }

  /** Accounts of which other regions may have sessions. */
  get unlistedAccounts(): string[] {
    return [...this.unlisted]
  }

  /** The parts of this time that no receipt covers, of each of those sources. */
  gaps(asked: Span): Uncovered[] {
    return this.sourcesSince(asked.from).flatMap((source) => {
      const { covered, swept } = this.source(source)
      const end = swept?.until ?? asked.until
      const until = end < asked.until ? end : asked.until
      return without({ from: asked.from, until }, covered).map((span) => ({ source, ...span }))
    })
  }

  private source(name: string): Source {
    const source = this.sources.get(name) ?? { covered: [] }
    this.sources.set(name, source)
    return source
  }
}

/** When a source was given up: not before what it covers, whatever the roster says. */
function leftAt({ covered }: Source, region: RosterRegion, account: Pick<RosterEntry, 'state' | 'until'>) {
  const said = region.until ?? account.until ?? region.since
  const [swept = ''] = covered
    .map((span) => span.until)
    .sort()
    .reverse()
  return {
    until: said > swept ? said : swept,
    state: region.state === 'swept' ? account.state : region.state,
  }
}

/** What is left of a time without others. */
export function without({ from, until }: Span, others: readonly Span[]): Span[] {
  const left: Span[] = []
  let at = from
  for (const other of [...others].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (other.from >= until) break
    if (other.from > at) left.push({ from: at, until: other.from })
    if (other.until > at) at = other.until
  }
  return at < until ? [...left, { from: at, until }] : left
}
