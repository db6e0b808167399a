import { createHash, type Hash } from 'node:crypto'
import { gunzip } from './gunzip'
import { recordsOf, type TrailEvent } from './records'
import { TrailError } from './trail-error'

/** Bytes of a log file's content. CloudTrail begins a new one long before. */
const MAX_LOG = 2 ** 31

/**
 * The events of a log file, one at a time.
 *
 * @param hash SHA-256 of its content, in hexadecimal digits
 * @throws TrailError after the last one if the content has another hash, or where it is no log
 */
export async function* eventsOf(path: string, hash: string): AsyncGenerator<TrailEvent> {
  const sha256 = createHash('sha256')
  yield* recordsOf(hashed(gunzip(path, MAX_LOG), sha256))
  const received = sha256.digest('hex')
  if (received !== hash) throw new TrailError(`its content has the hash ${received}, expected ${hash}`)
}

async function* hashed(parts: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    hash.update(part)
    yield part
  }
}
