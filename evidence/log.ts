/**
 * An append-only log in a bucket: a row of segments, each named by the index of its first entry. Whoever creates the
 * next name has appended; a loser reads on and tries again. Nothing else is the head.
 */
import { pMapIterable } from 'p-map'
import type { Bucket } from './bucket'
import { canonicalJson } from './canonical-json'
import { appendLeaf, type Edge, edgeLength, leafHash } from './tree'

/** A change that becomes an entry. */
export interface Change {
  /** Unique, and the same whenever the change is delivered again. */
  readonly id: string
  /** When it was made: by the database's clock. */
  readonly at: Date
  /** Canonical JSON, one line. */
  readonly entry: string
}

export interface Head {
  /** Number of entries. */
  readonly size: number
  readonly edge: Edge
}

/** Times are ISO 8601, UTC. */
export interface Segment extends Head {
  /** Index of its first entry. */
  readonly first: number
  /** Index of the first entry of the segment before. Absent: there is none. */
  readonly previous?: number
  /** By the writer's clock, but never before that of the segment before. */
  readonly writtenAt: string
  /** Of the changes that the entries are about, in the same order. */
  readonly ids: readonly string[]
  readonly entries: readonly string[]
}

export class LogError extends Error {
  override readonly name = 'LogError'
}

const SEGMENTS = 'segments/'
const LARGEST_INDEX = 10 ** 15 - 1

/** Fifteen digits that go down as the number goes up: so a listing in ascending order begins with the newest. */
export function newestFirst(index: number): string {
  return String(LARGEST_INDEX - index).padStart(15, '0')
}

/** The number of {@link newestFirst}. */
export function numberOf(name: string): number {
  const digits = name.slice(name.lastIndexOf('/') + 1)
  if (!/^\d{15}$/.test(digits)) throw new LogError(`object ${JSON.stringify(name)}: expected 15 digits`)
  return LARGEST_INDEX - Number(digits)
}

/** The clocks of the database and of the writers differ by less. */
const CLOCKS_DIFFER_MS = 15 * 60 * 1000

/** The writer of a log. Any number may write at the same time. */
export class Log {
  /** The newest segments, without a gap, the newest last: what was delivered again is found in them. */
  private readonly recent: Segment[] = []

  constructor(
    private readonly bucket: Bucket,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Appends those of the changes that are not in the log, in this order. */
  async append(changes: readonly Change[]): Promise<Head> {
    const oldest = changes.reduce((least, { at }) => Math.min(least, at.getTime()), this.now().getTime())
    for (;;) {
      await this.readOn(oldest - CLOCKS_DIFFER_MS)
      const logged = new Set(this.recent.flatMap(({ ids }) => ids))
      const missing = changes.filter(({ id }) => !logged.has(id) && logged.add(id))
      const head = this.recent.at(-1)
      if (missing.length === 0) return head ?? { size: 0, edge: [] }
      const segment = nextSegment(head, missing, this.now())
      const created = await this.bucket.create(SEGMENTS + newestFirst(segment.first), formatSegment(segment))
      if (created === 'exists') continue
      this.recent.push(segment)
      return segment
    }
  }

  /** Reads what is new, and what was written since `from`, epoch milliseconds: a change from then can be in it. */
  private async readOn(from: number): Promise<void> {
    const known = this.recent.at(-1)?.first ?? -1
    const newer: Segment[] = []
    for await (const newest of this.bucket.list(SEGMENTS, 1)) {
      for (let first: number | undefined = numberOf(newest); first !== undefined && first > known; ) {
        const segment = await readSegment(this.bucket, first)
        newer.unshift(segment)
        first = isSince(segment, from) ? segment.previous : undefined
      }
      break
    }
    // if not all that is new was read, all that was known is older than `from`, and is dropped
    this.recent.push(...newer)
    while (this.recent.length > 1 && this.recent[0] && !isSince(this.recent[0], from)) this.recent.shift()
    for (
      let [first] = this.recent;
      first?.previous !== undefined && isSince(first, from);
      [first] = this.recent
    )
      this.recent.unshift(await readSegment(this.bucket, first.previous))
  }
}

function isSince({ writtenAt }: Segment, from: number): boolean {
  return Date.parse(writtenAt) >= from
}

function nextSegment(head: Segment | undefined, changes: readonly Change[], now: Date): Segment {
  let { size, edge }: Head = head ?? { size: 0, edge: [] }
  const first = size
  const entries = changes.map(({ entry }) => entry)
  for (const entry of entries) edge = appendLeaf(edge, size++, leafHash(Buffer.from(entry)))
  const [writtenAt = ''] = [now.toISOString(), head?.writtenAt ?? ''].sort().reverse()
  return {
    first,
    ...(head !== undefined && { previous: head.first }),
    writtenAt,
    ids: changes.map(({ id }) => id),
    entries,
    size,
    edge,
  }
}

/** A line about the segment, then a line for each entry. */
function formatSegment({ entries, edge, size: _size, ...header }: Segment): Buffer {
  const line = canonicalJson({ ...header, edge: edge.map((hash) => hash.toString('hex')) })
  return Buffer.from([line, ...entries, ''].join('\n'))
}

/** @throws LogError */
async function readSegment(bucket: Bucket, first: number): Promise<Segment> {
  const name = SEGMENTS + newestFirst(first)
  const text = (await bucket.read(name))?.toString()
  if (text === undefined)
    throw new LogError(`${name}: received nothing, expected the segment of entry ${first}`)
  try {
    const [header = '', ...entries] = text.replace(/\n$/, '').split('\n')
    const { edge, ...rest } = JSON.parse(header) as Omit<Segment, 'edge'> & { edge: string[] } // checked below
    const size = first + entries.length
    const isWhole =
      rest.first === first && edge.length === edgeLength(size) && rest.ids.length === entries.length
    if (!isWhole || !text.endsWith('\n')) throw new Error('received a part of a segment')
    return { ...rest, entries, size, edge: edge.map((hash) => Buffer.from(hash, 'hex')) }
  } catch (cause) {
    throw new LogError(`${name}: expected the segment of entry ${first}, ${cause}`, { cause })
  }
}

/**
 * All segments, the oldest first.
 *
 * @throws LogError if one is missing, or is not what was appended
 */
export async function* readLog(bucket: Bucket): AsyncGenerator<Segment> {
  const firsts: number[] = []
  for await (const name of bucket.list(SEGMENTS)) firsts.push(numberOf(name))
  let head: Head = { size: 0, edge: [] }
  const read = (first: number) => readSegment(bucket, first)
  for await (const segment of pMapIterable(firsts.reverse(), read, { concurrency: 16 })) {
    const { first } = segment
    if (first !== head.size) throw new LogError(`segments: received entry ${first}, expected ${head.size}`)
    let { edge } = head
    for (const [n, entry] of segment.entries.entries())
      edge = appendLeaf(edge, first + n, leafHash(Buffer.from(entry)))
    if (!edge.every((hash, n) => segment.edge[n]?.equals(hash)))
      throw new LogError(
        `the segment of entry ${first}: received other entries than those that its hashes are of`,
      )
    head = segment
    yield segment
  }
}
