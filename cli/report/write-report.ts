import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ShownSession } from '../../audit/last-seen'
import { makeFolderBeside } from '../output/replace-file'
import type { Report } from './model'
import { pageFoot, pageHead } from './page'
import { ROWS_IN_GROUP, rowGroup, sessionRow } from './session-rows'
import { Tally } from './tally'

/**
 * Writes the page to a temporary folder beside `file` and moves it into place when it is whole. A failed report
 * leaves nothing behind, and an older one unchanged.
 *
 * @returns the number of sessions on the page
 */
export async function writeReport(report: Report, file: string): Promise<number> {
  const folder = await makeFolderBeside(file)
  try {
    const rows = join(folder, 'rows')
    const page = join(folder, 'page')
    const tally = await writeRows(report, rows)
    await pipeline(pageParts(report, tally, rows), createWriteStream(page))
    await flush(page)
    await rename(page, file)
    return tally.sessions
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Rows are written first, because the head of the page has their sums. */
async function writeRows({ sessions, isListed }: Report, file: string): Promise<Tally> {
  const tally = new Tally()
  await pipeline(rowGroups(sessions, tally, isListed), createWriteStream(file))
  return tally
}

async function* rowGroups(
  sessions: AsyncIterable<ShownSession>,
  tally: Tally,
  isListed: boolean,
): AsyncGenerator<string> {
  let group: string[] = []
  for await (const record of sessions) {
    tally.add(record)
    if (!isListed) continue
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
  yield pageFoot(report, tally).markup
}

/** If the machine loses its power, the file must not have its name without its content. */
async function flush(file: string): Promise<void> {
  const handle = await open(file)
  await handle.sync().finally(() => handle.close())
}
