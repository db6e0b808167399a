/**
 * Verifies what CloudTrail delivered to S3, from a copy of the bucket in a folder
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html).
 *
 * AWS's own `validate-logs` accepts a trail whose newest digests are gone, that was paused, or that holds a log file
 * that no digest lists. This verifier names all of them.
 */
import { join } from 'node:path'
import { type Span, without } from '../coverage'
import { Findings } from '../findings'
import type { ListedLog } from './digest'
import { filesBySource } from './files'
import { readKeys } from './keys'
import { eventsOf } from './log-file'
import type { TrailEvent } from './records'
import { checkSource } from './source-check'

export interface TrailQuestion {
  /** When what is asked about begins. Inclusive. */
  readonly from: Date
  /** Exclusive. An hour after it must be in the folder as well: files are delivered some minutes late. */
  readonly until: Date
  /** `111122223333/eu-west-1`: those that must be there. Files of others are ignored. */
  readonly sources: readonly string[]
  /**
   * The name of the trail, which must be known from elsewhere: whoever may make trails could add one that records
   * nothing, and CloudTrail would sign its digests. If the trail itself was changed, its events say so
   * (`PutEventSelectors`, `UpdateTrail`).
   *
   * @default the only one of a source. If it has several, none is believed
   */
  readonly trail?: string
}

export interface VerifiedTrail {
  /** One for each source that was asked for, in the order of their names. */
  readonly sources: readonly VerifiedSource[]
  /** What disproves the trail. */
  readonly against: readonly string[]
  /** What a proof would need. */
  readonly missing: readonly string[]
  /**
   * The events of all sound log files, in the same order each time, and some from before and after what was asked.
   * CloudTrail may deliver an event twice: both have the same `eventID`.
   *
   * @throws TrailError if a file was changed since it was verified
   */
  events(): AsyncGenerator<SourceEvent>
}

export interface VerifiedSource {
  readonly source: string
  /**
   * When a signed chain of digests says what CloudTrail delivered, and all of it is here and right. What happened in the
   * last minutes of a span may have been delivered after it.
   */
  readonly corroborated: readonly Span[]
  /** The rest of what was asked about. */
  readonly uncorroborated: readonly Span[]
}

export interface SourceEvent {
  readonly source: string
  readonly event: TrailEvent
}

/**
 * @param folder like the bucket: files have the paths that their names in S3 say. The signature of a digest, which S3
 * keeps in the object's metadata, is beside it in `.sig`; only the newest digest of a chain needs it. At its top is
 * `public-keys.json`, what `aws cloudtrail list-public-keys` prints. **Whoever made that file decides who CloudTrail
 * is**: nothing is proven unless it was fetched from AWS by whom the proof is for.
 */
export async function verifyTrail(
  folder: string,
  { from, until, sources, trail }: TrailQuestion,
): Promise<VerifiedTrail> {
  const asked = { from: from.toISOString(), until: until.toISOString() }
  const [against, missing] = [new Findings(), new Findings()]
  const keys = await readKeys(folder, missing)
  const check = { folder, asked, trail, keys, against, missing }
  const verified: VerifiedSource[] = []
  const logs: SourceLogs[] = []
  for (const [source, files] of await filesBySource(folder, asked, sources, missing)) {
    const checked = await checkSource(source, files, check)
    const uncorroborated = without(asked, checked.whole)
    verified.push({ source, corroborated: without(asked, uncorroborated), uncorroborated })
    logs.push({ source, logs: checked.logs })
  }
  const events = () => readEvents(folder, logs)
  return { sources: verified, against: against.list, missing: missing.list, events }
}

interface SourceLogs {
  readonly source: string
  readonly logs: readonly ListedLog[]
}

async function* readEvents(folder: string, sources: readonly SourceLogs[]): AsyncGenerator<SourceEvent> {
  for (const { source, logs } of sources)
    for (const { object, hash } of logs)
      for await (const event of eventsOf(join(folder, object), hash)) yield { source, event }
}
