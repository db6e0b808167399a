/** The proof of one session: its record, its entry, and a c2sp.org/tlog-proof. It tells nothing of other sessions. */
import { canonicalJson, parseCanonicalJson } from './canonical-json'
import { parseCheckpoint } from './checkpoint'
import { parseEntry } from './entry'
import { Findings } from './findings'
import { commitment, type Item, saltOf, sessionTag, textOf } from './item'
import { decodeBase64 } from './note'
import { leafHash, rootOfProof, type Tree } from './tree'
import { anchorOf, checkSignature, type Trust } from './trust'
import { judge, type Verification } from './verdict'

const FORMAT = 'ssm-session-archive/proof/v1'
const HEADER = 'c2sp.org/tlog-proof@v1'

export class ProofError extends Error {
  override readonly name = 'ProofError'
}

interface Proof {
  readonly format: typeof FORMAT
  readonly record: Item
  /** The line of the log. */
  readonly entry: string
  readonly proof: string
  readonly key: string
}

export function formatTlogProof(index: number, hashes: readonly Buffer[], checkpoint: string): string {
  const lines = hashes.map((hash) => hash.toString('base64'))
  return [HEADER, `index ${index}`, ...lines, '', checkpoint].join('\n')
}

/** @throws ProofError */
function parseTlogProof(text: string) {
  const end = text.indexOf('\n\n')
  const [header, ...rest] = text.slice(0, end).split('\n')
  const lines = rest[0]?.startsWith('extra ') ? rest.slice(1) : rest
  const [, index] = /^index (0|[1-9]\d{0,14})$/.exec(lines[0] ?? '') ?? []
  const hashes = lines.slice(1).map(decodeBase64)
  const known = hashes.filter((hash) => hash?.length === 32).filter((hash) => hash !== undefined)
  if (
    end === -1 ||
    header !== HEADER ||
    index === undefined ||
    known.length < hashes.length ||
    known.length > 64
  )
    throw new ProofError(`received ${JSON.stringify(text.slice(0, 200))}, expected ${HEADER}`)
  return { index: Number(index), hashes: known, checkpoint: text.slice(end + 2) }
}

/** The text of a proof file. */
export function formatProof(
  record: Item,
  entry: string,
  index: number,
  tree: Tree,
  checkpoint: string,
  key: string,
): string {
  const { size } = parseCheckpoint(checkpoint)
  const proof = formatTlogProof(index, tree.inclusionProof(index, size), checkpoint)
  return `${canonicalJson({ format: FORMAT, record, entry, proof, key } satisfies Proof)}\n`
}

/** @throws CanonicalJsonError, EntryError, NoteError, ProofError if it is no proof at all */
export function verifyProof(text: string, trust: Trust): Verification {
  const value = parseCanonicalJson(text.trimEnd())
  if (!isProof(value)) throw new ProofError(`received ${text.slice(0, 100)}, expected ${FORMAT}`)
  const against = new Findings()
  const missing = new Findings()
  const { index, hashes, checkpoint: note } = parseTlogProof(value.proof)
  const checkpoint = parseCheckpoint(note)
  checkSignature(checkpoint, value.key, trust, against, missing)
  const entry = parseEntry(value.entry)
  const [salt, sessionId] = [saltOf(value.record), textOf(value.record, 'SessionId')]
  const isOfRecord =
    entry.type === 'revision' &&
    salt !== undefined &&
    sessionId !== undefined &&
    entry.session === sessionTag(sessionId, salt) &&
    entry.commitment === commitment(value.record, salt)
  if (!isOfRecord) against.add('the entry is not one of this record')
  if (entry.type === 'revision' && entry.unexpected !== undefined)
    against.add(`no code of this software made the change: ${entry.unexpected}`)
  const root = rootOfProof(leafHash(Buffer.from(value.entry)), index, checkpoint.size, hashes)
  if (!root?.equals(checkpoint.root)) against.add(`entry ${index} is not in the log of the checkpoint`)
  const alone = new Findings()
  alone.add('a bundle: the proof of one session says nothing of others')
  return {
    unaltered: judge([against], [missing]),
    complete: judge([], [alone]),
    basis: [
      `session ${JSON.stringify(sessionId ?? null)}, entry ${index}: whether there is a later one, a bundle tells`,
      `checkpoint ${checkpoint.origin} ${checkpoint.size} ${checkpoint.root.toString('base64')}`,
      anchorOf(trust),
    ],
  }
}

function isProof(value: unknown): value is Proof {
  if (typeof value !== 'object' || value === null) return false
  const { format, record, entry, proof, key } = value as Partial<Record<keyof Proof, unknown>>
  const areTexts = [entry, proof, key].every((text) => typeof text === 'string')
  const isRecord =
    typeof record === 'object' &&
    record !== null &&
    Object.values(record).every((one) => typeof one === 'object' && one !== null)
  return format === FORMAT && areTexts && isRecord
}
