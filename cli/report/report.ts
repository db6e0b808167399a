import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { SessionRecord } from '../../archive/record'
import type { Coverage } from '../../audit/coverage'
import { pageFoot, pageHead } from './page'
import { ROWS_IN_GROUP, rowGroup, sessionRow } from './session-rows'
import { Tally } from './tally'

export interface Report {
  /** The question, as name and value, in the order to show: `--owner`, `alice`. Untrusted text. */
  readonly question: readonly { readonly name: string; readonly value: string }[]
  /**
   * Start of the sessions asked about, inclusive. ISO 8601, UTC, milliseconds.
   *
   * @default unbounded, or a question without a span
   */
  readonly from?: string
  /** Exclusive. As `from`. */
  readonly to?: string
  /** By source (`111122223333/eu-west-1`): what is proven to be covered, and gaps. Empty: no receipts. */
  readonly coverage: readonly ({ readonly source: string } & Coverage)[]
  /** In order of StartDate. */
  readonly sessions: AsyncIterable<SessionRecord>
  readonly generatedAt: Date
  readonly version: string
  /** Which archive was asked: a table's name or a folder. Untrusted text. */
  readonly archive: string
}

/**
 * Writes the page to a temporary folder beside `file` and moves it into place when it is whole: a failed report
 * leaves nothing behind, and an older one as it was.
 *
 * @returns how many sessions it shows
 */
export async function writeReport(report: Report, file: string): Promise<number> {
  const folder = await mkdtemp(`${file}.`)
  try {
    const rows = join(folder, 'rows')
    const page = join(folder, 'page')
    const tally = await writeRows(report.sessions, rows)
    await pipeline(pageParts(report, tally, rows), createWriteStream(page))
    await flush(page)
    await rename(page, file)
    return tally.sessions
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The rows come first, as the head says what they add up to. */
async function writeRows(sessions: AsyncIterable<SessionRecord>, file: string): Promise<Tally> {
  const tally = new Tally()
  await pipeline(rowGroups(sessions, tally), createWriteStream(file))
  return tally
}

async function* rowGroups(sessions: AsyncIterable<SessionRecord>, tally: Tally): AsyncGenerator<string> {
  let group: string[] = []
  for await (const record of sessions) {
    tally.add(record)
    group.push(sessionRow(record).markup)
    if (group.length < ROWS_IN_GROUP) continue
    yield rowGroup(group)
    group = []
  }
  if (group.length > 0) yield rowGroup(group)
}

async function* pageParts(report: Report, tally: Tally, rows: string): AsyncGenerator<string | Buffer> {
  yield pageHead(report, tally).markup
  yield* createReadStream(rows)
  yield pageFoot(tally).markup
}

/** A machine that loses its power must not be left with a name and no page. */
async function flush(file: string): Promise<void> {
  const handle = await open(file)
  await handle.sync().finally(() => handle.close())
}
