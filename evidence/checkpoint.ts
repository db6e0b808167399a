/** What a log was at one time, signed: c2sp.org/tlog-checkpoint. */
import { decodeBase64, type Note, NoteError, parseNote } from './note'

export interface Checkpoint {
  /** The log's name. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** 32 bytes. */
  readonly root: Buffer
}

/** The text that is signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note
}

/** @throws NoteError if it is none. Its signatures are not verified. */
export function parseCheckpoint(text: string): SignedCheckpoint {
  const note = parseNote(text)
  const [origin = '', size = '', root = ''] = note.text.split('\n')
  const bytes = decodeBase64(root)
  const isSize = /^(0|[1-9]\d*)$/.test(size) && Number.isSafeInteger(Number(size))
  if (origin === '' || !isSize || bytes?.length !== 32)
    throw new NoteError(
      `received ${JSON.stringify(note.text.slice(0, 200))}, expected a checkpoint: origin, size, root`,
    )
  return { origin, size: Number(size), root: bytes, note }
}

/** A checkpoint that CloudTrail wrote down. */
export interface Notarised {
  readonly size: number
  /** Base64. */
  readonly root: string
  /** When the call was made: ISO 8601. */
  readonly at: string
}
