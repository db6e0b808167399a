/** CloudTrail's digests: which log files it delivered in an hour, and which digest came before. */
import { createHash } from 'node:crypto'
import { gunzip } from './gunzip'
import { type DigestName, parseDigestName, parseLogName, toIso } from './names'
import { isObject, parseJson } from './records'
import { shown, TrailError } from './trail-error'

/** Bytes of a digest's content. Each log file takes some 500. */
const MAX_DIGEST = 2 ** 26

export interface Digest {
  /** Its name in S3, and its path in the folder. */
  readonly object: string
  readonly bucket: string
  readonly source: string
  readonly trail: string
  readonly chain: string
  /** ISO 8601, UTC, milliseconds. Inclusive. */
  readonly from: string
  /** Exclusive. */
  readonly until: string
  /** Of the key that signed it. */
  readonly fingerprint: string
  /** SHA-256 of its content, in hexadecimal digits. */
  readonly hash: string
  /** What is signed. */
  readonly signed: string
  /** Undefined: logging began with it. */
  readonly previous: PreviousDigest | undefined
  readonly logs: readonly ListedLog[]
}

export interface PreviousDigest {
  readonly bucket: string
  readonly object: string
  /** In hexadecimal digits, as the signature. */
  readonly hash: string
  readonly signature: string
}

export interface ListedLog {
  readonly object: string
  readonly hash: string
}

/**
 * Reads a digest. Whether its signature is right is not judged.
 *
 * @param path of the file
 * @param object its name in S3, which must be what the digest says of itself
 * @throws TrailError if it is none, or another's
 */
export async function readDigest(path: string, object: string): Promise<Digest> {
  const name = parseDigestName(object)
  if (name === undefined) throw new TrailError('expected the name of a digest')
  const parts: Buffer[] = []
  for await (const part of gunzip(path, MAX_DIGEST)) parts.push(part)
  const content = Buffer.concat(parts)
  return parseDigest(content, object, name)
}

function parseDigest(content: Buffer, object: string, name: DigestName): Digest {
  const digest = parseJson(content)
  if (!isObject(digest)) throw new TrailError(`received ${shown(digest)}, expected a digest`)
  const { source, trail, chain, time: until } = name
  expectSame(digest, 'digestS3Object', object)
  expectSame(digest, 'awsAccountId', source.slice(0, source.indexOf('/')))
  expectSame(digest, 'digestSignatureAlgorithm', 'SHA256withRSA')
  const from = timeOf(digest, 'digestStartTime')
  if (timeOf(digest, 'digestEndTime') !== until || from >= until)
    throw new TrailError(
      `received a digest of ${from} to ${timeOf(digest, 'digestEndTime')}, expected ${until}`,
    )
  const bucket = textOf(digest, 'digestS3Bucket')
  const hash = createHash('sha256').update(content).digest('hex')
  const previous = previousOf(digest)
  const place = `${bucket}/${object}`
  const signed = [textOf(digest, 'digestEndTime'), place, hash, previous?.signature ?? 'null'].join('\n')
  const fingerprint = textOf(digest, 'digestPublicKeyFingerprint')
  const logs = logsOf(digest, source)
  return { object, bucket, source, trail, chain, from, until, fingerprint, hash, signed, previous, logs }
}

function previousOf(digest: Readonly<Record<string, unknown>>): PreviousDigest | undefined {
  const members = Object.entries(digest).filter(([name]) => name.startsWith('previousDigest'))
  if (members.every(([, value]) => value === null)) return undefined
  expectSame(digest, 'previousDigestHashAlgorithm', 'SHA-256')
  return {
    bucket: textOf(digest, 'previousDigestS3Bucket'),
    object: textOf(digest, 'previousDigestS3Object'),
    hash: textOf(digest, 'previousDigestHashValue'),
    signature: textOf(digest, 'previousDigestSignature'),
  }
}

function logsOf({ logFiles }: Readonly<Record<string, unknown>>, source: string): ListedLog[] {
  if (!Array.isArray(logFiles)) throw new TrailError(`logFiles: received ${shown(logFiles)}, expected a list`)
  return logFiles.map((log: unknown) => {
    if (!isObject(log)) throw new TrailError(`logFiles: received ${shown(log)}, expected a log file`)
    expectSame(log, 'hashAlgorithm', 'SHA-256')
    const object = textOf(log, 's3Object')
    if (parseLogName(object)?.source !== source)
      throw new TrailError(`s3Object: received ${shown(object)}, expected a log file of ${source}`)
    return { object, hash: textOf(log, 'hashValue') }
  })
}

function expectSame(from: Readonly<Record<string, unknown>>, name: string, expected: string): void {
  if (from[name] !== expected)
    throw new TrailError(`${name}: received ${shown(from[name])}, expected ${shown(expected)}`)
}

function textOf(from: Readonly<Record<string, unknown>>, name: string): string {
  const value = from[name]
  if (typeof value !== 'string') throw new TrailError(`${name}: received ${shown(value)}, expected text`)
  return value
}

function timeOf(from: Readonly<Record<string, unknown>>, name: string): string {
  const text = textOf(from, name)
  const time = toIso(text)
  if (time === undefined) throw new TrailError(`${name}: received ${shown(text)}, expected a time`)
  return time
}
