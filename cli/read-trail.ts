import { join } from 'node:path'
import { Findings } from '../evidence/findings'
import { gunzip } from '../evidence/trail/gunzip'
import { parseLogName } from '../evidence/trail/names'
import { recordsOf } from '../evidence/trail/records'
import { TrailError } from '../evidence/trail/trail-error'
import { walk } from '../evidence/trail/walk'
import { readTrailEvent, type TrailEvent, TrailEventError } from '../sweep/trail-event'

/** Bytes of the content of one file. */
const MOST = 2 ** 31

/** What was read of a copy of a trail's bucket. */
export interface TrailRead {
  files: number
  /** Of the events about sessions. ISO 8601, UTC. */
  oldest?: string
  newest?: string
  /** Files and events that cannot be read. Untrusted text. */
  readonly problems: Findings
}

export function newTrailRead(): TrailRead {
  return { files: 0, problems: new Findings() }
}

/** Every event about a session in the log files of a folder, as it is read. A file that is no log is named. */
export async function* readTrail(folder: string, read: TrailRead): AsyncGenerator<TrailEvent> {
  for await (const path of walk(folder, read.problems)) {
    if (parseLogName(path) === undefined) continue
    read.files += 1
    try {
      for await (const record of recordsOf(gunzip(join(folder, path), MOST))) {
        const event = readOne(record, path, read)
        if (event === undefined) continue
        if (read.oldest === undefined || event.at < read.oldest) read.oldest = event.at
        if (read.newest === undefined || event.at > read.newest) read.newest = event.at
        yield event
      }
    } catch (error) {
      if (!(error instanceof TrailError)) throw error
      read.problems.add(`${path}: ${error.message}`)
    }
  }
}

function readOne(record: unknown, path: string, { problems }: TrailRead): TrailEvent | undefined {
  try {
    return readTrailEvent(record)
  } catch (error) {
    if (!(error instanceof TrailEventError)) throw error
    problems.add(`${path}: ${error.message}`)
    return undefined
  }
}
