/** The files of a log as static assets: c2sp.org/tlog-tiles. */
import { nodeHash } from './tree'

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE = 256
/** Longest entry, bytes: a bundle has two for its length. */
export const MAX_ENTRY = 65_535

/** `tile/0/x001/x234/067`, `tile/entries/000.p/12`: which one, and how many of 256 it holds. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const groups =
    String(index)
      .padStart(Math.ceil(String(index).length / 3) * 3, '0')
      .match(/.{3}/g) ?? []
  const path = groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width < TILE ? `.p/${width}` : ''}`
}

export interface Tile {
  readonly index: number
  /** 1 to 256. */
  readonly width: number
}

/** The tiles that hold `count` things. */
export function* tilesOf(count: number): Generator<Tile> {
  for (let index = 0; index * TILE < count; index++)
    yield { index, width: Math.min(TILE, count - index * TILE) }
}

export interface HashTile {
  readonly path: string
  readonly bytes: Buffer
}

/** The tiles of hashes of a growing tree, each as soon as it is full. */
export class HashTiles {
  /** By level of tiles: how many are full, and the hashes of the next one. */
  private readonly levels: { full: number; hashes: Buffer[] }[] = []

  append(leaf: Buffer): HashTile[] {
    const tiles: HashTile[] = []
    let hash = leaf
    for (let level = 0; ; level++) {
      const { full, hashes } = this.level(level)
      hashes.push(hash)
      if (hashes.length < TILE) return tiles
      tiles.push({ path: tilePath(level, full, TILE), bytes: Buffer.concat(hashes) })
      hash = rootOf(hashes)
      this.levels[level] = { full: full + 1, hashes: [] }
    }
  }

  /** Those that are not full. */
  end(): HashTile[] {
    return this.levels.flatMap(({ full, hashes }, level) =>
      hashes.length === 0
        ? []
        : [{ path: tilePath(level, full, hashes.length), bytes: Buffer.concat(hashes) }],
    )
  }

  private level(level: number) {
    const known = this.levels[level] ?? { full: 0, hashes: [] }
    this.levels[level] = known
    return known
  }
}

/** The root of a complete subtree of these nodes: 2, 4, 8 … of them. */
function rootOf(nodes: readonly Buffer[]): Buffer {
  const [left, right] = nodes
  if (left === undefined) throw new Error('received no node')
  if (right === undefined) return left
  return rootOf(
    Array.from({ length: nodes.length / 2 }, (_, n) =>
      nodeHash(nodes[2 * n] ?? left, nodes[2 * n + 1] ?? right),
    ),
  )
}

export function formatEntries(entries: readonly string[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const bytes = Buffer.from(entry)
      if (bytes.length > MAX_ENTRY)
        throw new Error(`received an entry of ${bytes.length} bytes, expected at most ${MAX_ENTRY}`)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(bytes.length)
      return [length, bytes]
    }),
  )
}

/** The entries of a bundle, or undefined if it is not one of `width` entries. */
export function parseEntries(bytes: Buffer, width: number): Buffer[] | undefined {
  const entries: Buffer[] = []
  let at = 0
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) return undefined
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  return at === bytes.length && entries.length === width ? entries : undefined
}
