import type { Bucket } from './bucket'
import { checkpointText, parseCheckpoint, type SignedCheckpoint } from './checkpoint'
import { type Head, newestFirst } from './log'
import { formatKey, formatNote, type VerifierKey } from './note'
import { rootOfEdge } from './tree'

export interface Signer {
  /** Its name is the log's. */
  readonly key: VerifierKey
  /** Ed25519. */
  sign(text: Uint8Array): Promise<Uint8Array>
}

const CHECKPOINTS = 'checkpoints/'

/** Signs what is in the bucket. Nothing else is ever signed: two signed histories would convict the signer. */
export async function publish(
  bucket: Bucket,
  { size, edge }: Head,
  signer: Signer,
): Promise<SignedCheckpoint> {
  const name = CHECKPOINTS + newestFirst(size)
  const published = await bucket.read(name)
  if (published !== undefined) return parseCheckpoint(published.toString())
  const text = checkpointText({ origin: signer.key.name, size, root: rootOfEdge(edge) })
  const note = formatNote(text, signer.key, await signer.sign(Buffer.from(text)))
  await bucket.create(name, Buffer.from(note))
  return parseCheckpoint(note)
}

/** The newest checkpoint, as text. Undefined: there is none. */
export async function readCheckpoint(bucket: Bucket): Promise<string | undefined> {
  for await (const name of bucket.list(CHECKPOINTS, 1)) return (await bucket.read(name))?.toString()
  return undefined
}

const KEY = 'key'

/** Puts the line of the log's key beside the log. */
export async function publishKey(bucket: Bucket, { key }: Signer): Promise<void> {
  await bucket.create(KEY, Buffer.from(`${formatKey(key)}\n`))
}

/** The line of the log's key, as the bucket has it. */
export async function readKey(bucket: Bucket): Promise<string | undefined> {
  return (await bucket.read(KEY))?.toString().trimEnd()
}
