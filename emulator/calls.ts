import type { DescribeSessionsRequest } from './request'
import { SESSION_STATES, type SessionState } from './session'

/** A DescribeSessions request of the right types, and its outcome. */
export interface Call {
  readonly request: DescribeSessionsRequest
  /** `OK`, `reset`, or the error's code. */
  readonly outcome: string
}

interface CallCount {
  /** `other`: missing or unknown. */
  readonly state: SessionState | 'other'
  readonly outcome: string
}

/** Counts every call, but keeps them only if asked to, so that a long run takes no memory. */
export class CallLog {
  /** In order of their answers; empty if not kept. */
  readonly list: Call[] = []
  private readonly counts = new Map<string, CallCount & { count: number }>()

  constructor(private readonly keep: boolean) {}

  record(call: Call): void {
    const state = SESSION_STATES.find((known) => known === call.request.State) ?? 'other'
    const key = `${state} ${call.outcome}`
    const count = this.counts.get(key)?.count ?? 0
    this.counts.set(key, { state, outcome: call.outcome, count: count + 1 })
    if (this.keep) this.list.push(call)
  }

  /** How many calls had this state and outcome; what is left out may be anything. */
  count(which: Partial<CallCount> = {}): number {
    return [...this.counts.values()]
      .filter(({ state }) => which.state === undefined || which.state === state)
      .filter(({ outcome }) => which.outcome === undefined || which.outcome === outcome)
      .reduce((sum, { count }) => sum + count, 0)
  }
}
