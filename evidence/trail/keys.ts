/** The public keys of CloudTrail, and who signed a digest. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { join } from 'node:path'
import type { Findings } from '../findings'
import { isCode } from '../folder'
import type { Digest } from './digest'
import { openPlain } from './gunzip'
import { isObject, parseJson } from './records'
import { shown, TrailError } from './trail-error'

const KEYS = 'public-keys.json'
const MAX_SMALL_FILE = 1_000_000

export interface PublicKey {
  readonly fingerprint: string
  readonly key: KeyObject
  /** Milliseconds since 1970, as `until`. */
  readonly from: number
  readonly until: number
}

/**
 * Reads the file at the folder's top: what `aws cloudtrail list-public-keys` prints, of one region or several.
 *
 * A signature is only as good as the origin of this file. Whoever made the folder could have put own keys there, and
 * signed anything: fetch it from AWS yourself.
 */
export async function readKeys(folder: string, missing: Findings): Promise<PublicKey[]> {
  try {
    const bytes = await readSmall(join(folder, KEYS))
    if (bytes === undefined) throw new TrailError('received no file, expected the public keys of CloudTrail')
    const file = parseJson(bytes)
    const list = isObject(file) ? file.PublicKeyList : file
    if (!Array.isArray(list)) throw new TrailError(`received ${shown(file)}, expected a PublicKeyList`)
    return list.map(parseKey)
  } catch (error) {
    if (!(error instanceof TrailError)) throw error
    missing.add(`${KEYS}: ${error.message}`)
    return []
  }
}

/** The text beside a digest: its signature, which S3 keeps in the object's metadata. */
export async function readSignature(folder: string, { object }: Digest): Promise<string | undefined> {
  return (await readSmall(join(folder, `${object}.sig`)))?.toString('latin1').trim()
}

/** RSA PKCS #1 v1.5 with SHA-256. @returns undefined if the key is not known */
export function isSigned(
  { fingerprint, signed, until, chain }: Digest,
  signature: string,
  keys: readonly PublicKey[],
): boolean | undefined {
  const end = Date.parse(until)
  const isLate = chain.endsWith('_backfill') // signed later than its time, and nobody says when
  const known = keys.filter(
    (one) => one.fingerprint === fingerprint && (isLate || (one.from <= end && end <= one.until)),
  )
  if (known.length === 0) return undefined
  const bytes = Buffer.from(signature, 'hex')
  return known.some(({ key }) => verify('sha256', Buffer.from(signed), key, bytes))
}

function parseKey(received: unknown): PublicKey {
  const { Value, Fingerprint, ValidityStartTime, ValidityEndTime } = isObject(received) ? received : {}
  const [from, until] = [timeOf(ValidityStartTime), timeOf(ValidityEndTime)]
  if (typeof Value !== 'string' || typeof Fingerprint !== 'string' || Number.isNaN(from + until))
    throw new TrailError(`received ${shown(received)}, expected a public key`)
  try {
    const key = createPublicKey({ key: Buffer.from(Value, 'base64'), format: 'der', type: 'pkcs1' })
    return { fingerprint: Fingerprint, key, from, until }
  } catch (cause) {
    throw new TrailError(`received ${shown(Value)}, expected a key in PKCS #1`, { cause })
  }
}

/** Version 1 of the AWS CLI prints seconds since 1970. */
function timeOf(value: unknown): number {
  return typeof value === 'number' ? value * 1000 : Date.parse(String(value))
}

/** Undefined: there is no such plain file. */
async function readSmall(path: string): Promise<Buffer | undefined> {
  try {
    const file = await openPlain(path)
    try {
      const { size } = await file.stat()
      if (size > MAX_SMALL_FILE)
        throw new TrailError(`received ${size} bytes, expected ${MAX_SMALL_FILE} at most`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ELOOP')) return undefined
    throw error
  }
}
