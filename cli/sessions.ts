import { findSessions } from '../audit/find-sessions'
import type { Question } from '../audit/question'
import { newReads, type Reads } from '../audit/read-index'
import type { SessionsFlags } from './commands/sessions'
import { withArchive } from './open-archive'
import { atMost } from './output/at-most'
import { SESSION_COLUMNS, SESSION_MEMBERS } from './output/columns'
import { print } from './output/print'
import type { ArchiveLocation } from './which-archive'

/** Of a question that few of the sessions looked at may answer. */
const LEAST_PAGE = 100

/** Prints the sessions that answer a question: all of them, or it fails. */
export async function sessions(
  flags: SessionsFlags,
  location: ArchiveLocation,
  question: Question,
): Promise<void> {
  const { output, limit, newestFirst, explain } = flags
  const reads = newReads()
  const printed = await withArchive(location, flags, ({ client, sessionsTable: tableName }) => {
    const search = { client, tableName, question, newestFirst, now: new Date(), reads }
    const found =
      limit === undefined
        ? findSessions(search)
        : atMost(limit, findSessions({ ...search, pageSize: Math.max(limit + 1, LEAST_PAGE) }))
    return print(found, {
      format: output,
      table: SESSION_COLUMNS,
      csv: SESSION_MEMBERS,
      noun: 'session',
    })
  })
  if (explain) console.error(describeReads(reads, printed))
}

function describeReads({ indexes, calls, items, readUnits }: Reads, returned: number): string {
  const index = [...indexes].join(', ') || 'no index'
  return `Read ${index}: ${calls} calls, ${items} items read, ${returned} returned, ${readUnits} read units.`
}
