import { randomInt } from 'node:crypto'

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

const HASH_BYTES = 32
const DAY_BYTES = 10
/** Of a session: its tag, the commitment, the day, and flags. */
const COMMITMENT = HASH_BYTES
const DAY = COMMITMENT + HASH_BYTES
const FLAGS = DAY + DAY_BYTES
const ROW = FLAGS + 1
const [GONE, FOUND, SUSPECT] = [1, 2, 4]
/** Sessions of a block. Blocks are never copied. */
const BLOCK = 2 ** 16

interface Block {
  readonly rows: Buffer
  readonly revisions: Float64Array
  readonly expiries: Float64Array
}

/** The last states of millions of sessions, some 100 bytes each: a table of hashes, and rows in blocks. */
export class SessionStates {
  private size = 0
  private readonly blocks: Block[] = []
  /** Numbers of rows from 1, by the hash of the tag; 0: free. */
  private slots = new Uint32Array(2 ** 10)
  /** Whoever makes tags cannot make them collide. */
  private readonly multiplier = randomInt(2 ** 31) * 2 + 1

  get(tag: string): SessionState | undefined {
    const n = this.slots[this.slotOf(Buffer.from(tag, 'hex'))] ?? 0
    return n === 0 ? undefined : this.stateOf(n - 1)
  }

  set(tag: string, state: SessionState): void {
    const bytes = Buffer.from(tag, 'hex')
    const slot = this.slotOf(bytes)
    const known = this.slots[slot] ?? 0
    const n = known === 0 ? this.size : known - 1
    if (known === 0) {
      this.size += 1
      this.slots[slot] = this.size
    }
    const { revision, commitment, startDay, expiresAt, isSuspect, isGone, isFound } = state
    const { rows, revisions, expiries } = this.blockOf(n)
    const at = (n % BLOCK) * ROW
    bytes.copy(rows, at)
    rows.write(commitment, at + COMMITMENT, 'hex')
    rows.write(startDay.padEnd(DAY_BYTES).slice(0, DAY_BYTES), at + DAY, 'latin1')
    rows[at + FLAGS] = (isGone ? GONE : 0) | (isFound ? FOUND : 0) | (isSuspect ? SUSPECT : 0)
    revisions[n % BLOCK] = revision
    expiries[n % BLOCK] = expiresAt ?? 0
    if (this.size * 2 > this.slots.length) this.rehash()
  }

  *[Symbol.iterator](): Generator<[tag: string, SessionState]> {
    for (let n = 0; n < this.size; n++) yield [this.tagOf(n).toString('hex'), this.stateOf(n)]
  }

  private stateOf(n: number): SessionState {
    const { rows, revisions, expiries } = this.blockOf(n)
    const at = (n % BLOCK) * ROW
    const flags = rows[at + FLAGS] ?? 0
    return {
      revision: revisions[n % BLOCK] ?? 0,
      commitment: rows.toString('hex', at + COMMITMENT, at + DAY),
      startDay: rows.toString('latin1', at + DAY, at + FLAGS).trim(),
      expiresAt: expiries[n % BLOCK] || undefined,
      isSuspect: (flags & SUSPECT) > 0,
      isGone: (flags & GONE) > 0,
      isFound: (flags & FOUND) > 0,
    }
  }

  private tagOf(n: number): Buffer {
    const at = (n % BLOCK) * ROW
    return this.blockOf(n).rows.subarray(at, at + HASH_BYTES)
  }

  private blockOf(n: number): Block {
    const index = Math.floor(n / BLOCK)
    const block = this.blocks[index] ?? {
      rows: Buffer.alloc(BLOCK * ROW),
      revisions: new Float64Array(BLOCK),
      expiries: new Float64Array(BLOCK),
    }
    this.blocks[index] = block
    return block
  }

  /** Where the tag is, or would be. */
  private slotOf(tag: Buffer): number {
    const mask = this.slots.length - 1
    for (let slot = this.hash(tag) & mask; ; slot = (slot + 1) & mask) {
      const n = this.slots[slot] ?? 0
      if (n === 0 || this.tagOf(n - 1).equals(tag)) return slot
    }
  }

  private hash(tag: Buffer): number {
    let hash = 0
    for (let at = 0; at < HASH_BYTES; at += 4) hash = Math.imul(hash ^ tag.readUInt32LE(at), this.multiplier)
    return hash ^ (hash >>> 15)
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2)
    for (let n = 0; n < this.size; n++) this.slots[this.slotOf(this.tagOf(n))] = n + 1
  }
}
