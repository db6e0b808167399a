/** What CloudTrail delivers to S3, in a folder: log files, signed digests, and the public key of the signatures. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export interface TrailOptions {
  /** Of CloudTrail's shape. Those that are not delivered from `from` to before the last digest's end are lost. */
  readonly events: readonly { readonly eventTime: string }[]
  /** When logging starts: the first digest begins then. */
  readonly from: Date
  /** Exclusive. The last digest begins before. */
  readonly until: Date
  readonly accountId: string
  readonly region: string
  /** @default 'trail' */
  readonly trailName?: string
  /** `o-…`: it is an organization's trail. */
  readonly organizationId?: string
  /** @default 'amzn-s3-demo-bucket' */
  readonly bucket?: string
  /** A private RSA key. @default a new one */
  readonly key?: KeyObject
  /** Logging is stopped from then: the digest that begins then is not written. */
  readonly pausedFrom?: Date
  /** Exclusive. The first digest after it follows no other. */
  readonly pausedUntil?: Date
  /** Its digests are made long after, for hours that had none. They are a chain apart. */
  readonly isBackfill?: boolean
  /** Changes what a log file says. */
  readonly editLog?: (content: Buffer) => Buffer
  /** Changes what a digest says, before it is signed. */
  readonly editDigest?: (digest: TrailDigest) => TrailDigest
}

/** As in AWS's user guide, "CloudTrail digest file structure". */
export interface TrailDigest {
  readonly awsAccountId: string
  readonly digestStartTime: string
  readonly digestEndTime: string
  readonly digestS3Bucket: string
  readonly digestS3Object: string
  readonly digestPublicKeyFingerprint: string
  readonly digestSignatureAlgorithm: string
  readonly newestEventTime: string | null
  readonly oldestEventTime: string | null
  readonly previousDigestS3Bucket: string | null
  readonly previousDigestS3Object: string | null
  readonly previousDigestHashValue: string | null
  readonly previousDigestHashAlgorithm: string | null
  readonly previousDigestSignature: string | null
  readonly logFiles: readonly TrailLogFile[]
}

export interface TrailLogFile {
  readonly s3Bucket: string
  readonly s3Object: string
  readonly hashValue: string
  readonly hashAlgorithm: string
  readonly newestEventTime: string
  readonly oldestEventTime: string
}

export interface TrailFiles {
  /** Paths in the folder, oldest first. */
  readonly digests: string[]
  readonly logs: string[]
}

/**
 * Writes a trail of one account and region into a folder, which may have others. A digest's signature, which S3 keeps
 * in the object's metadata, is beside it in `.sig`.
 */
export async function writeTrail(folder: string, options: TrailOptions): Promise<TrailFiles> {
  const { accountId, from, until, pausedFrom, pausedUntil, bucket = 'amzn-s3-demo-bucket' } = options
  const key = options.key ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const fingerprint = await publishKey(folder, key, from)
  const written: TrailFiles = { digests: [], logs: [] }
  let previous = NOTHING_BEFORE
  for (let start = from.getTime(); start < until.getTime(); start += HOUR) {
    if (pausedFrom && pausedUntil && start >= pausedFrom.getTime() && start < pausedUntil.getTime()) {
      previous = NOTHING_BEFORE
      continue
    }
    const logFiles = await writeLogs(folder, bucket, start, options)
    const times = logFiles.flatMap((log) => [log.oldestEventTime, log.newestEventTime]).sort()
    const object = digestObject(start + HOUR, options)
    const said: TrailDigest = {
      awsAccountId: accountId,
      digestStartTime: seconds(start),
      digestEndTime: seconds(start + HOUR),
      digestS3Bucket: bucket,
      digestS3Object: object,
      digestPublicKeyFingerprint: fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: times.at(-1) ?? null,
      oldestEventTime: times[0] ?? null,
      ...previous,
      logFiles,
    }
    const digest = options.editDigest?.(said) ?? said
    const content = Buffer.from(JSON.stringify(digest))
    const signature = signDigest(digest, content, key)
    await write(folder, object, gzipSync(content))
    await write(folder, `${object}.sig`, signature)
    written.digests.push(object)
    written.logs.push(...logFiles.map((log) => log.s3Object))
    previous = {
      previousDigestS3Bucket: bucket,
      previousDigestS3Object: object,
      previousDigestHashValue: sha256(content),
      previousDigestHashAlgorithm: 'SHA-256',
      previousDigestSignature: signature,
    }
  }
  return written
}

type Previous = Pick<TrailDigest, keyof TrailDigest & `previous${string}`>

const NOTHING_BEFORE: Previous = {
  previousDigestS3Bucket: null,
  previousDigestS3Object: null,
  previousDigestHashValue: null,
  previousDigestHashAlgorithm: null,
  previousDigestSignature: null,
}

/** In hexadecimal digits. */
export function signDigest(digest: TrailDigest, content: Uint8Array, key: KeyObject): string {
  const { digestEndTime, digestS3Bucket, digestS3Object, previousDigestSignature } = digest
  const place = `${digestS3Bucket}/${digestS3Object}`
  const text = [digestEndTime, place, sha256(content), previousDigestSignature ?? 'null'].join('\n')
  return sign('sha256', Buffer.from(text), key).toString('hex')
}

/** Events are delivered five minutes after they happened, in one log file per five minutes. */
async function writeLogs(
  folder: string,
  bucket: string,
  start: number,
  { events, accountId, region, organizationId, editLog }: TrailOptions,
): Promise<TrailLogFile[]> {
  const slots = new Map<number, { readonly eventTime: string }[]>()
  for (const event of events) {
    const delivered = Date.parse(event.eventTime) + 5 * MINUTE
    if (delivered < start || delivered >= start + HOUR) continue
    const slot = Math.floor(delivered / (5 * MINUTE)) * 5 * MINUTE
    slots.set(slot, [...(slots.get(slot) ?? []), event])
  }
  const logs: TrailLogFile[] = []
  for (const [slot, records] of [...slots].sort(([a], [b]) => a - b)) {
    const said = Buffer.from(JSON.stringify({ Records: records }))
    const content = editLog?.(said) ?? said
    const minute = compact(slot).replace(/\d\dZ$/, 'Z')
    const random = sha256(`${slot} ${start} ${sha256(content)}`).slice(0, 16)
    const day = folderOf(accountId, 'CloudTrail', region, slot, organizationId)
    const s3Object = `${day}/${accountId}_CloudTrail_${region}_${minute}_${random}.json.gz`
    await write(folder, s3Object, gzipSync(content))
    const times = records.map(({ eventTime }) => eventTime).sort()
    const [oldestEventTime = '', newestEventTime = oldestEventTime] = [times[0], times.at(-1)]
    const hashes = { hashValue: sha256(content), hashAlgorithm: 'SHA-256' }
    logs.push({ s3Bucket: bucket, s3Object, ...hashes, newestEventTime, oldestEventTime })
  }
  return logs
}

function digestObject(end: number, options: TrailOptions): string {
  const { accountId, region, trailName = 'trail', organizationId, isBackfill } = options
  const day = folderOf(accountId, 'CloudTrail-Digest', region, end, organizationId)
  return `${day}/${accountId}_CloudTrail-Digest_${region}_${trailName}_${region}_${compact(end)}${isBackfill ? '_backfill' : ''}.json.gz`
}

function folderOf(
  account: string,
  kind: string,
  region: string,
  time: number,
  organization?: string,
): string {
  const day = seconds(time).slice(0, 10).replaceAll('-', '/')
  return ['AWSLogs', ...(organization ? [organization] : []), account, kind, region, day].join('/')
}

/** Adds the key to what `aws cloudtrail list-public-keys` prints, unless it is there. @returns its fingerprint */
async function publishKey(folder: string, key: KeyObject, from: Date): Promise<string> {
  const path = join(folder, 'public-keys.json')
  const der = createPublicKey(key).export({ format: 'der', type: 'pkcs1' })
  const Fingerprint = sha256(der).slice(0, 32)
  const text = await readFile(path, 'utf8').catch(() => '{"PublicKeyList":[]}')
  const list: { Fingerprint: string }[] = JSON.parse(text).PublicKeyList
  if (list.every((one) => one.Fingerprint !== Fingerprint)) {
    const [ValidityStartTime, ValidityEndTime] = [-1, 1].map((years) =>
      new Date(from.getTime() + years * 365 * 24 * HOUR).toISOString(),
    )
    const Value = der.toString('base64')
    const PublicKeyList = [...list, { Value, ValidityStartTime, ValidityEndTime, Fingerprint }]
    await write(folder, 'public-keys.json', JSON.stringify({ PublicKeyList }, null, 2))
  }
  return Fingerprint
}

async function write(folder: string, name: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), bytes)
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** ISO 8601, UTC, whole seconds. */
function seconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** `20150817T150131Z` */
function compact(time: number): string {
  return seconds(time).replaceAll(/[-:]/g, '')
}
