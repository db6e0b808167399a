/** Signed notes and their keys: c2sp.org/signed-note. */
import { createHash, createPublicKey, verify } from 'node:crypto'

/** The one type of key. */
const ED25519 = Uint8Array.of(1)
const SEPARATOR = '\n\n— '
/** DER in front of the 32 bytes of an Ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export class NoteError extends Error {
  override readonly name = 'NoteError'
}

/** A key that verifies: a line `NAME+ID+KEY`. */
export interface VerifierKey {
  /** Neither empty nor with spaces or `+`. */
  readonly name: string
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer
}

export interface Signature {
  readonly name: string
  /** 4 bytes. */
  readonly keyId: Buffer
  readonly bytes: Buffer
}

export interface Note {
  /** What is signed; ends with a newline. */
  readonly text: string
  readonly signatures: readonly Signature[]
}

export function logKey(name: string, publicKey: Buffer): VerifierKey {
  return { name, publicKey }
}

export function keyId({ name, publicKey }: VerifierKey): Buffer {
  return createHash('sha256').update(`${name}\n`).update(ED25519).update(publicKey).digest().subarray(0, 4)
}

export function formatKey(key: VerifierKey): string {
  const bytes = Buffer.concat([ED25519, key.publicKey])
  return `${key.name}+${keyId(key).toString('hex')}+${bytes.toString('base64')}`
}

/** @throws NoteError */
export function parseKey(line: string): VerifierKey {
  const [, name = '', id, encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  const key = { name, publicKey: bytes?.subarray(1) ?? Buffer.alloc(0) }
  if (bytes?.length !== 33 || bytes[0] !== ED25519[0] || keyId(key).toString('hex') !== id)
    throw new NoteError(
      `received ${JSON.stringify(line.slice(0, 200))}, expected a key NAME+ID+KEY of type Ed25519 whose ID is right`,
    )
  return key
}

/** @param signature Ed25519, over the text */
export function formatNote(text: string, key: VerifierKey, signature: Uint8Array): string {
  return `${text}\n— ${key.name} ${Buffer.concat([keyId(key), signature]).toString('base64')}\n`
}

/** @throws NoteError */
export function parseNote(note: string): Note {
  const at = note.lastIndexOf(SEPARATOR)
  const hasControls = [...note].some((character) => character < ' ' && character !== '\n')
  if (at === -1 || !note.endsWith('\n') || hasControls || !note.isWellFormed())
    throw new NoteError(`received ${JSON.stringify(note.slice(0, 200))}, expected a signed note`)
  const lines = note.slice(at + 2, -1).split('\n')
  if (lines.length > 100) throw new NoteError(`received ${lines.length} signatures, expected at most 100`)
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): Signature {
  const [, name = '', encoded = ''] = /^— ([^+\s]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  if (bytes === undefined || bytes.length < 5)
    throw new NoteError(`received ${JSON.stringify(line.slice(0, 200))}, expected a signature`)
  return { name, keyId: bytes.subarray(0, 4), bytes: bytes.subarray(4) }
}

/** Base64 that is written as it must be, or undefined. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined
}

/** Whether the key signed the note. */
export function isSignedBy({ text, signatures }: Note, key: VerifierKey): boolean {
  return signatures.some((signature) => isSignature(signature, key) && holds(text, signature, key))
}

function isSignature({ name, keyId: id }: Signature, key: VerifierKey): boolean {
  return name === key.name && id.equals(keyId(key))
}

function holds(text: string, { bytes }: Signature, { publicKey }: VerifierKey): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
  return verify(undefined, Buffer.from(text), key, bytes)
}

/** When a witness cosigned, by its own clock: c2sp.org/tlog-cosignature. Undefined: it is no such signature. */
export function cosignedAt({ bytes }: Signature): string | undefined {
  if (bytes.length !== 72) return undefined
  const time = new Date(Number(bytes.readBigUInt64BE()) * 1000)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

/** The 32 bytes of an Ed25519 public key in DER (SPKI), as KMS sends it. */
export function publicKeyOfDer(der: Uint8Array): Buffer {
  const bytes = Buffer.from(der)
  if (bytes.length !== 44 || !bytes.subarray(0, 12).equals(SPKI_PREFIX))
    throw new NoteError(`received a public key of ${bytes.length} bytes, expected Ed25519, 44 bytes of DER`)
  return bytes.subarray(12)
}
