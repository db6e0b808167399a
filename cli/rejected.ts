import pMap from 'p-map'
import type { Table } from '../archive/batch-get'
import type { SessionRecord } from '../archive/record'
import { AT_ONCE, countAllRejected, FEW, findSources } from '../audit/find-receipts'
import { findRejected } from '../audit/find-rejected'
import { counted } from './output/format'
import { messageOf } from './output/message-of'
import { printable } from './output/printable'

/** Says where to find the sessions that could not be stored. */
export function rejected(count: number): string[] {
  return count === 0
    ? []
    : [`${counted(count, 'session')} could not be stored as records: see REJECTED# in the Sweeps table.`]
}

/**
 * Whether a session of this id was seen that could not be stored, in some state or at all.
 *
 * @param stored the one that is stored. Of many sources, only its own is then looked at
 */
export async function rejectedOf(
  id: string,
  stored: SessionRecord | undefined,
  sweeps: Table,
): Promise<string[]> {
  if (sweeps.tableName === '') return []
  try {
    const all = await findSources(sweeps)
    const sources = stored !== undefined && all.length > FEW ? [`${stored.AccountId}/${stored.Region}`] : all
    const find = async (source: string) =>
      (await findRejected(sweeps, source, id)).map((key) => `${key} of ${source}`)
    const keys = (await pMap(sources, find, { concurrency: AT_ONCE })).flat()
    if (keys.length > 0)
      return [
        `AWS showed it, but it could not be stored${stored ? ' in every state' : ''}: see ${keys.join(', ')} in the Sweeps table.`,
      ]
    return stored ? [] : rejected(await countAllRejected(sweeps, sources))
  } catch (error) {
    return [unreadable(error)]
  }
}

export function unreadable(error: unknown): string {
  return `Whether sessions are missing here cannot be read: ${printable(messageOf(error))}.`
}
