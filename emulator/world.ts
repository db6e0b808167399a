import { Clock } from './clock'
import type { Node } from './node'
import type { SessionLife, SessionMembers, SessionState } from './session'
import type { TrailEvent } from './trail-event'

/** How long after its end a session is listed. */
const RETENTION_MS = 30 * 24 * 60 * 60 * 1000

export interface WorldOptions {
  /** @default '111122223333' */
  readonly accountId?: string
  /** @default 'us-east-1' */
  readonly region?: string
  /** @default - flowing with real time */
  readonly clock?: Clock
}

/** A place in the world's order. It stays valid while sessions come and go. */
export interface Position {
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** The number of sessions that were added before this one. */
  readonly sequence: number
}

/** Before the newest session. */
export const START: Position = { startedAt: Number.POSITIVE_INFINITY, sequence: 0 }

export type Phase = 'notYetStarted' | 'active' | 'history' | 'forgotten'

/** A {@link SessionLife} in epoch milliseconds, which take less memory: a world can hold a million. */
interface Entry extends Position {
  endedAt: number
  forgottenAt: number | undefined
  whileOpen: SessionMembers | undefined
  afterEnd: SessionMembers | undefined
  readonly startedBy: string | undefined
  terminatedBy: string | undefined
}

/** What CloudTrail knows of a session. Times in epoch milliseconds. */
export interface Life {
  readonly session: SessionMembers
  readonly startedAt: number
  readonly endedAt: number
  readonly startedBy: string | undefined
  readonly terminatedBy: string | undefined
}

/** One account's sessions in one region, on a clock that can be moved. */
export class World {
  readonly accountId: string
  readonly region: string
  readonly clock: Clock
  /** Events in CloudTrail that are not of these sessions. */
  readonly trail: TrailEvent[] = []
  /** What Systems Manager knows of targets, by id. Others are gone, or were never there. */
  readonly nodes = new Map<string, Node>()

  /** Oldest first, once sorted. */
  private readonly entries: Entry[] = []
  private sorted = true

  constructor({ accountId = '111122223333', region = 'us-east-1', clock }: WorldOptions = {}) {
    this.accountId = accountId
    this.region = region
    this.clock = clock ?? Clock.flowingFrom()
  }

  add(lives: Iterable<SessionLife>): void {
    for (const life of lives) {
      const { startedAt, endedAt, forgottenAt, whileOpen, afterEnd, startedBy, terminatedBy } = life
      this.entries.push({
        startedAt: startedAt.getTime(),
        sequence: this.entries.length,
        endedAt: endedAt?.getTime() ?? Number.POSITIVE_INFINITY,
        forgottenAt: forgottenAt?.getTime(),
        whileOpen,
        afterEnd,
        startedBy,
        terminatedBy,
      })
    }
    this.sorted = false
  }

  addNodes(nodes: Iterable<Node>): void {
    for (const node of nodes) this.nodes.set(node.InstanceId, node)
  }

  /**
   * Changes the given members and keeps the others.
   *
   * @throws Error if no session has this id
   */
  update(sessionId: string, change: Partial<Omit<SessionLife, 'startedAt'>>): void {
    const entry = this.entries.find(
      ({ whileOpen, afterEnd }) => whileOpen?.SessionId === sessionId || afterEnd?.SessionId === sessionId,
    )
    if (entry === undefined) throw new Error(`got session id "${sessionId}", expected one in this world`)
    entry.endedAt = change.endedAt?.getTime() ?? entry.endedAt
    entry.forgottenAt = change.forgottenAt?.getTime() ?? entry.forgottenAt
    entry.whileOpen = change.whileOpen ?? entry.whileOpen
    entry.afterEnd = change.afterEnd ?? entry.afterEnd
    entry.terminatedBy = change.terminatedBy ?? entry.terminatedBy
  }

  /** Every session that started from then to before, in whatever list it is. Epoch milliseconds. */
  *lives(from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): Generator<Life> {
    const first = this.countBefore({ startedAt: from, sequence: -1 })
    const end = this.countBefore({ startedAt: to, sequence: -1 })
    for (const entry of this.entries.slice(first, end)) yield { ...entry, session: endedForm(entry) }
  }

  /** The sessions of a list as they are now, newest first. */
  list(state: SessionState): SessionMembers[] {
    return Array.from(this.newestFirst(state), ({ session }) => session)
  }

  counts(): Record<Phase, number> {
    const now = this.clock.now().getTime()
    const counts = { notYetStarted: 0, active: 0, history: 0, forgotten: 0 }
    for (const entry of this.entries) counts[phaseOf(entry, now)] += 1
    return counts
  }

  /**
   * The sessions of a list as they are now, newest start first. AWS does not document its order.
   *
   * @param after the last position that is left out
   */
  *newestFirst(
    state: SessionState,
    after: Position = START,
  ): Generator<{ position: Position; session: SessionMembers }> {
    const now = this.clock.now().getTime()
    const phase = state === 'Active' ? 'active' : 'history'
    const show = state === 'Active' ? openForm : endedForm
    for (let index = this.countBefore(after) - 1; index >= 0; index -= 1) {
      const entry = this.entries[index]
      if (entry !== undefined && phaseOf(entry, now) === phase) {
        yield { position: entry, session: show(entry) }
      }
    }
  }

  private countBefore(position: Position): number {
    this.sort()
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const entry = this.entries[middle]
      if (entry !== undefined && compare(entry, position) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  private sort(): void {
    if (!this.sorted) this.entries.sort(compare)
    this.sorted = true
  }
}

function compare(a: Position, b: Position): number {
  return a.startedAt - b.startedAt || a.sequence - b.sequence
}

function phaseOf({ startedAt, endedAt, forgottenAt }: Entry, now: number): Phase {
  if (now < startedAt) return 'notYetStarted'
  if (now >= (forgottenAt ?? endedAt + RETENTION_MS)) return 'forgotten'
  return now < endedAt ? 'active' : 'history'
}

function openForm({ whileOpen, afterEnd }: Entry): SessionMembers {
  return whileOpen ?? { ...afterEnd, Status: 'Connected', EndDate: undefined, OutputUrl: undefined }
}

function endedForm({ whileOpen, afterEnd, endedAt }: Entry): SessionMembers {
  return afterEnd ?? { ...whileOpen, Status: 'Terminated', EndDate: endedAt / 1000 }
}
