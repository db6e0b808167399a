import { ServiceError } from './errors'
import type { DescribeSessionsRequest } from './request'
import { SESSION_STATES, type SessionState } from './session'

/** A DescribeSessions request of the right types, and its outcome. */
export interface Call {
  readonly request: DescribeSessionsRequest
  /** `OK`, `reset`, or the error's code. */
  readonly outcome: string
  /** `111122223333/eu-west-1`: the account and region that it asks for. */
  readonly source: string
}

interface ListCall {
  /** `other`: missing or unknown. */
  readonly state: SessionState | 'other'
  readonly outcome: string
}

/** A call of another operation. */
export interface OtherCall {
  readonly operation:
    | 'GetCallerIdentity'
    | 'AssumeRole'
    | 'ListAccounts'
    | 'ListRegions'
    | 'LookupEvents'
    | 'DescribeInstanceInformation'
    | 'DescribeInstanceProperties'
  /** The account that it is about; of AssumeRole, the one whose role is assumed. */
  readonly accountId: string
  /** The region that it was signed for. */
  readonly region: string
  readonly outcome: string
}

/** Counts every call, but keeps them only if asked to, so that a long run takes no memory. */
export class CallLog {
  /** DescribeSessions in order of the answers; empty if not kept. */
  readonly list: Call[] = []
  private readonly all = new Counts<ListCall>()
  private readonly bySource = new Map<string, Counts<ListCall>>()
  private readonly others = new Counts<OtherCall>()

  constructor(private readonly keep: boolean) {}

  record(call: Call): void {
    const { request, outcome, source } = call
    const state = SESSION_STATES.find((known) => known === request.State) ?? 'other'
    const ofSource = this.bySource.get(source) ?? new Counts()
    this.bySource.set(source, ofSource)
    for (const counts of [this.all, ofSource]) counts.add({ state, outcome })
    if (this.keep) this.list.push(call)
  }

  recordOther(call: OtherCall): void {
    this.others.add(call)
  }

  /** How many DescribeSessions calls had this state, outcome and source; what is left out may be anything. */
  count({ source, ...which }: Partial<ListCall & Pick<Call, 'source'>> = {}): number {
    const counts = source === undefined ? this.all : this.bySource.get(source)
    return counts?.sum(which) ?? 0
  }

  /** How many calls of other operations were such; what is left out may be anything. */
  countOther(which: Partial<OtherCall> = {}): number {
    return this.others.sum(which)
  }

  /** The sources that DescribeSessions was asked for, sorted. */
  sources(): string[] {
    return [...this.bySource.keys()].sort()
  }
}

/** Records the outcome of a call that is answered so. An answer of undefined is a connection that is reset. */
export async function recorded<Answer>(
  record: (outcome: string) => void,
  answer: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  try {
    const page = await answer()
    record(page === undefined ? 'reset' : 'OK')
    return page
  } catch (error) {
    if (error instanceof ServiceError) record(error.code)
    throw error
  }
}

/** How often things came. Things of equal members are the same. */
class Counts<Thing extends object> {
  private readonly counts = new Map<string, { readonly thing: Thing; count: number }>()

  add(thing: Thing): void {
    const key = JSON.stringify(Object.values(thing))
    const entry = this.counts.get(key) ?? { thing, count: 0 }
    entry.count += 1
    this.counts.set(key, entry)
  }

  sum(which: Partial<Thing>): number {
    const wanted = Object.entries(which).filter(([, value]) => value !== undefined)
    return [...this.counts.values()]
      .filter(({ thing }) => wanted.every(([name, value]) => Reflect.get(thing, name) === value))
      .reduce((sum, { count }) => sum + count, 0)
  }
}
