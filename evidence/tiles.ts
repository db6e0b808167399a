/** The files of a log as static assets: c2sp.org/tlog-tiles. */
import type { Tree } from './tree'

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE = 256
const TILE_LEVELS = 8
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

/** Every tile of hashes of a tree of this size. */
export function* hashTiles(tree: Tree, size: number): Generator<{ path: string; bytes: Buffer }> {
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE))
    for (const { index, width } of tilesOf(count))
      yield {
        path: tilePath(level, index, width),
        bytes: tree.slice(level * TILE_LEVELS, index * TILE, width),
      }
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
