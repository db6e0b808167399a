import type { Notarised, SignedCheckpoint } from './checkpoint'
import { parseCheckpoint } from './checkpoint'
import type { Findings } from './findings'
import { isSignedBy, parseKey } from './note'

/** What the reader has from elsewhere. */
export interface Trust {
  /** The key of the archive's log: a line NAME+ID+KEY. */
  readonly key?: string
  /** Text of a checkpoint that was received before. */
  readonly earlier?: string
  /** A copy of what CloudTrail delivered. */
  readonly trail?: TrailTrust
}

/** Whoever brings it has it from CloudTrail's bucket, and its public keys from AWS: see verifyTrail. */
export interface TrailTrust {
  readonly folder: string
  /** The trail's name. @default the only one of a source */
  readonly name?: string
}

/**
 * The log is signed by the key, whose name is the log's.
 *
 * @throws NoteError if the key that was received is none
 */
export function checkSignature(
  { origin, note }: SignedCheckpoint,
  received: string,
  { key }: Trust,
  against: Findings,
  missing: Findings,
): void {
  if (key === undefined)
    missing.add(`--key: nothing but what was received says that the log's key is ${JSON.stringify(received)}`)
  else if (key !== received)
    against.add(`received the key ${JSON.stringify(received)}, expected ${JSON.stringify(key)}`)
  const trusted = parseKey(key ?? received)
  if (origin !== trusted.name)
    against.add(`the log is ${JSON.stringify(origin)}, expected ${JSON.stringify(trusted.name)}`)
  if (!isSignedBy(note, trusted)) against.add(`the checkpoint is not signed by the key ${trusted.name}`)
}

/**
 * What was signed before is still there, and at the same place.
 *
 * @param root of the log at the size of the earlier checkpoint. Undefined: the log is smaller
 */
export function checkEarlier(
  { origin, size }: SignedCheckpoint,
  earlier: SignedCheckpoint,
  root: Buffer | undefined,
  { key }: Trust,
  against: Findings,
  missing: Findings,
): void {
  const what = `the earlier checkpoint of ${earlier.size} entries`
  if (key !== undefined && !isSignedBy(earlier.note, parseKey(key)))
    missing.add(`a signature of the key under ${what}`)
  if (earlier.origin !== origin) against.add(`${what} is of another log, ${JSON.stringify(earlier.origin)}`)
  else if (root === undefined) against.add(`${what} is of more than the ${size} of this one`)
  else if (!root.equals(earlier.root)) against.add(`${what} is of another history`)
}

/**
 * What a proof rests on, and since when.
 *
 * @param until of the newest receipt that the earlier checkpoint is about
 * @param notarised the largest checkpoint that CloudTrail wrote down, and that is one of this history
 */
export function anchorOf({ key, earlier }: Trust, until = 'an unknown time', notarised?: Notarised): string {
  if (key === undefined) return 'anchor: none'
  const signature =
    "the signature alone: whoever administers the archive's account could have had another history signed"
  const anchors = [
    ...(earlier === undefined
      ? []
      : [`up to ${parseCheckpoint(earlier).size} entries, until ${until}, the earlier checkpoint`]),
    ...(notarised === undefined
      ? []
      : [`up to ${notarised.size} entries, CloudTrail, which wrote them down at ${notarised.at}`]),
  ]
  return `anchor: ${[...anchors, anchors.length > 0 ? `after them, ${signature}` : signature].join('; ')}`
}
