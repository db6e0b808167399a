/** Names that CloudTrail gives its files in S3, and what they claim. */

export interface FileName {
  /** `111122223333/eu-west-1` */
  readonly source: string
  /** ISO 8601, UTC, milliseconds. Of a log file: when it was delivered, in whole minutes. Of a digest: its end. */
  readonly time: string
}

export interface DigestName extends FileName {
  /** Its name. */
  readonly trail: string
  /** The same for all digests of one trail in one source. Backfill digests are a chain apart. */
  readonly chain: string
}

/** A bucket's prefix may stand before; `.` and `..` are no folders. */
const FOLDER = String.raw`(?:(?!\.{1,2}/)[\w!.*'()-]+/)*AWSLogs/(?:o-[a-z0-9]+/)?(?<account>\d{12})/KIND/(?<region>[a-z]+(?:-[a-z]+)+-\d+)`
const DAY = String.raw`\d{4}/\d\d/\d\d`
const LOG_FILE = String.raw`\k<account>_CloudTrail_\k<region>_(?<time>\d{8}T\d{4}Z)_[A-Za-z0-9]{16}\.json\.gz`
const DIGEST_FILE = String.raw`\k<account>_CloudTrail-Digest_\k<region>_(?<trail>[\w.-]+)_(?<home>[a-z0-9-]+)_(?<time>\d{8}T\d{6}Z)(?<backfill>_backfill)?\.json\.gz`

const LOG = inFolder('CloudTrail', LOG_FILE)
const DIGEST = inFolder('CloudTrail-Digest', DIGEST_FILE)

/** Of S3. */
export const MAX_NAME = 1024

/** Undefined: it is no log file's. */
export function parseLogName(object: string): FileName | undefined {
  const { account, region, time } = parse(LOG, object)
  const iso = isoTime(time)
  return iso === undefined ? undefined : { source: `${account}/${region}`, time: iso }
}

/** Undefined: it is no digest's. */
export function parseDigestName(object: string): DigestName | undefined {
  const { folder, account, region, trail = '', home, time, backfill = '' } = parse(DIGEST, object)
  const iso = isoTime(time)
  if (iso === undefined) return undefined
  return { source: `${account}/${region}`, time: iso, trail, chain: `${folder} ${trail}_${home}${backfill}` }
}

function inFolder(kind: string, file: string): RegExp {
  return new RegExp(`^(?<folder>${FOLDER.replace('KIND', kind)})/${DAY}/${file}$`)
}

function parse(pattern: RegExp, object: string): Partial<Record<string, string>> {
  return (object.length <= MAX_NAME && pattern.exec(object)?.groups) || {}
}

/** Of `20150817T1445Z` and `20150817T150131Z`. */
function isoTime(compact = ''): string | undefined {
  const [, year, month, day, hour, minute, second = '00'] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z$/.exec(compact) ?? []
  return toIso(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** With milliseconds, of ISO 8601 in whole seconds. Undefined: it is none. */
export function toIso(text: string): string | undefined {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  const iso = time.toISOString()
  return iso.replace('.000Z', 'Z') === text ? iso : undefined // 31 February is none
}
