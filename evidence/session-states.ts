/** What the log said of a session last. */
export interface SessionState {
  readonly revision: number
  /** 64 hexadecimal digits. */
  readonly commitment: string
  /** `YYYY-MM-DD`; empty: not known. */
  readonly startDay: string
  /** Epoch seconds. */
  readonly expiresAt?: number
  /** Whether some change of it was unexpected. */
  readonly isSuspect: boolean
  readonly isGone: boolean
  /** Whether its record was found to be as the log says. */
  readonly isFound: boolean
}

const BYTES = 32
const GONE = 1
const FOUND = 2
const SUSPECT = 4
/** `YYYY-MM-DD` fits into it. */
const DAY_BYTES = 10

/** The last states of millions of sessions, some 130 bytes each. */
export class SessionStates {
  private readonly indexes = new Map<string, number>()
  private commitments = Buffer.alloc(BYTES * 64)
  private days = Buffer.alloc(DAY_BYTES * 64)
  private revisions = new Float64Array(64)
  private expiries = new Float64Array(64)
  private flags = new Uint8Array(64)

  get(tag: string): SessionState | undefined {
    const n = this.indexes.get(keyOf(tag))
    if (n === undefined) return undefined
    const flags = this.flags[n] ?? 0
    return {
      revision: this.revisions[n] ?? 0,
      commitment: this.commitments.toString('hex', n * BYTES, (n + 1) * BYTES),
      startDay: this.days.toString('latin1', n * DAY_BYTES, (n + 1) * DAY_BYTES).trim(),
      expiresAt: this.expiries[n] || undefined,
      isSuspect: (flags & SUSPECT) > 0,
      isGone: (flags & GONE) > 0,
      isFound: (flags & FOUND) > 0,
    }
  }

  set(
    tag: string,
    { revision, commitment, startDay, expiresAt, isSuspect, isGone, isFound }: SessionState,
  ): void {
    const n = this.indexes.get(keyOf(tag)) ?? this.add(tag)
    this.revisions[n] = revision
    this.expiries[n] = expiresAt ?? 0
    this.commitments.write(commitment, n * BYTES, 'hex')
    this.days.write(startDay.padEnd(DAY_BYTES).slice(0, DAY_BYTES), n * DAY_BYTES, 'latin1')
    this.flags[n] = (isGone ? GONE : 0) | (isFound ? FOUND : 0) | (isSuspect ? SUSPECT : 0)
  }

  *[Symbol.iterator](): Generator<[tag: string, SessionState]> {
    for (const key of this.indexes.keys()) {
      const tag = Buffer.from(key, 'latin1').toString('hex')
      const state = this.get(tag)
      if (state !== undefined) yield [tag, state]
    }
  }

  private add(tag: string): number {
    const n = this.indexes.size
    this.indexes.set(keyOf(tag), n)
    if (n < this.flags.length) return n
    const grown = Math.ceil(n * 1.5)
    this.commitments = Buffer.concat([this.commitments], grown * BYTES)
    this.days = Buffer.concat([this.days], grown * DAY_BYTES)
    this.revisions = moved(this.revisions, new Float64Array(grown))
    this.expiries = moved(this.expiries, new Float64Array(grown))
    this.flags = moved(this.flags, new Uint8Array(grown))
    return n
  }
}

function moved<A extends Float64Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}

/** A byte a character takes half of the memory. */
function keyOf(tag: string): string {
  return Buffer.from(tag, 'hex').toString('latin1')
}
