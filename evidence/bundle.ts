/**
 * A bundle: the log as static files (c2sp.org/tlog-tiles), the records of a period, and the key. It is handed over,
 * so whoever reads it trusts nothing in it.
 */
import { createReadStream } from 'node:fs'
import { lstat, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canonicalJson, parseCanonicalJson } from './canonical-json'
import { parseCheckpoint } from './checkpoint'
import { isCode } from './folder'
import { canonicalItem, type Item } from './item'
import type { Period } from './ledger'
import { formatEntries, type HashTile, HashTiles, parseEntries, TILE, tilePath, tilesOf } from './tiles'
import { leafHash } from './tree'

const FORMAT = 'ssm-session-archive/bundle/v1'
const FILES = { about: 'bundle.json', checkpoint: 'checkpoint', key: 'key', records: 'records.jsonl' }
/** A record has 400 KB at most, some more in JSON. */
const MAX_LINE = 4_000_000
const MAX_SMALL_FILE = 100_000

export class BundleError extends Error {
  override readonly name = 'BundleError'
}

export interface BundleContent {
  readonly period: Period
  /** Text of the signed checkpoint. */
  readonly checkpoint: string
  /** The key's line. */
  readonly key: string
  /** At least as many as the checkpoint says. */
  readonly entries: AsyncIterable<string>
  readonly records: AsyncIterable<Item> | Iterable<Item>
}

/**
 * Writes a bundle into a new folder.
 *
 * @throws BundleError if the entries are fewer than the checkpoint says
 */
export async function writeBundle(folder: string, content: BundleContent): Promise<void> {
  const { period, checkpoint, key, entries, records } = content
  const { size } = parseCheckpoint(checkpoint)
  const write = async (path: string, bytes: string | Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const tiles = new HashTiles()
  let count = 0
  let full: string[] = []
  const writeFull = async () => {
    await write(tilePath('entries', Math.ceil(count / TILE) - 1, full.length), formatEntries(full))
    full = []
  }
  for await (const entry of entries) {
    if (count === size) break
    count += 1
    for (const { path, bytes } of tiles.append(leafHash(Buffer.from(entry)))) await write(path, bytes)
    full.push(entry)
    if (full.length === TILE) await writeFull()
  }
  if (full.length > 0) await writeFull()
  if (count < size) throw new BundleError(`received ${count} entries, expected ${size}`)
  for (const { path, bytes } of tiles.end()) await write(path, bytes)
  await mkdir(folder, { recursive: true })
  const file = await open(join(folder, FILES.records), 'w')
  for await (const record of records) await file.write(`${canonicalItem(record)}\n`)
  await file.close()
  await write(FILES.key, `${key}\n`)
  await write(FILES.checkpoint, checkpoint)
  await write(FILES.about, `${canonicalJson({ format: FORMAT, ...period })}\n`)
}

/** A bundle as it was received. */
export class Bundle {
  private constructor(
    private readonly folder: string,
    readonly period: Period,
    readonly checkpoint: string,
    readonly key: string,
  ) {}

  /** @throws BundleError if the folder is none */
  static async open(folder: string): Promise<Bundle> {
    const small = async (name: string) => {
      const bytes = await readAtMost(join(folder, name), MAX_SMALL_FILE)
      if (bytes === undefined) throw new BundleError(`${name}: received no file, expected one of a bundle`)
      return decode(bytes, name)
    }
    const about: unknown = parseCanonicalJson((await small(FILES.about)).trimEnd())
    if (!isAbout(about))
      throw new BundleError(
        `${FILES.about}: received ${canonicalJson(about).slice(0, 200)}, expected ${FORMAT} with from and to`,
      )
    const { from, to } = about
    return new Bundle(folder, { from, to }, await small(FILES.checkpoint), (await small(FILES.key)).trimEnd())
  }

  /** The first `size` entries. @throws BundleError if they are not there */
  async *entries(size: number): AsyncGenerator<Buffer> {
    for (const { index, width } of tilesOf(size)) {
      const path = tilePath('entries', index, width)
      const bytes = await readAtMost(join(this.folder, path), TILE * 65_537)
      const entries = bytes && parseEntries(bytes, width)
      if (entries === undefined) throw new BundleError(`${path}: expected ${width} entries`)
      yield* entries
    }
  }

  /** @throws BundleError if the tile does not hold these hashes */
  async checkTile({ path, bytes }: HashTile): Promise<void> {
    const received = await readAtMost(join(this.folder, path), bytes.length)
    if (!received?.equals(bytes)) throw new BundleError(`${path}: expected the hashes of the entries`)
  }

  /** Each line of the records. @throws BundleError if one is no canonical JSON */
  async *records(): AsyncGenerator<Item> {
    const path = join(this.folder, FILES.records)
    if ((await sizeOf(path)) === undefined) throw new BundleError(`${FILES.records}: expected a file`)
    let number = 0
    for await (const line of linesOf(path)) {
      number += 1
      const record = parseCanonicalJson(line)
      if (!isItem(record)) throw new BundleError(`${FILES.records}, line ${number}: expected a record`)
      yield record
    }
  }
}

/** @throws BundleError if a line is longer than any record can be */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE) throw new BundleError(`${FILES.records}: received a line without end`)
    yield* lines
  }
  if (rest !== '') yield rest
}

/** Of a plain file; undefined: there is none. A link could lead anywhere. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) throw new BundleError(`${path}: expected a plain file`)
    return found.size
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}

/** Undefined: there is no such file. */
async function readAtMost(path: string, most: number): Promise<Buffer | undefined> {
  const size = await sizeOf(path)
  if (size === undefined) return undefined
  if (size > most) throw new BundleError(`${path}: received ${size} bytes, expected at most ${most}`)
  return readFile(path)
}

/** @throws BundleError if it is no UTF-8 */
function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new BundleError(`${name}: expected UTF-8`, { cause })
  }
}

function isAbout(value: unknown): value is Period {
  const isDay = (day: unknown) =>
    typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))
  if (typeof value !== 'object' || value === null || !('format' in value)) return false
  return value.format === FORMAT && 'from' in value && isDay(value.from) && 'to' in value && isDay(value.to)
}

function isItem(value: unknown): value is Item {
  const isObject = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one)
  return isObject(value) && Object.values(value as object).every(isObject)
}
