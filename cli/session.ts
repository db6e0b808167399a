import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { requireKnownSchema, type SessionRecord } from '../archive/record'
import type { SessionFlags } from './commands/session'
import { withArchive } from './open-archive'
import { SESSION_COLUMNS, SESSION_MEMBERS } from './output/columns'
import { print } from './output/print'
import { printable } from './output/printable'
import type { ArchiveLocation } from './which-archive'

/**
 * Prints one session.
 *
 * @throws Error where the archive does not have it, or a later version wrote it
 */
export async function session(
  id: string,
  { output, ...flags }: SessionFlags,
  location: ArchiveLocation,
): Promise<void> {
  const record = await withArchive(location, flags, async ({ client, sessionsTable }) => {
    const key = { TableName: sessionsTable, Key: { SessionId: id }, ConsistentRead: true }
    return (await client.send(new GetCommand(key))).Item as SessionRecord | undefined
  })
  if (record === undefined)
    throw new Error(
      `no session ${JSON.stringify(id)} in this archive. Is the SessionId whole? And was its source swept since it began: 'session-archive sweeps --coverage' tells`,
    )
  requireKnownSchema(record)
  if (output === 'table') console.log(describe(record))
  else
    await print([record], { format: output, table: SESSION_COLUMNS, csv: SESSION_MEMBERS, noun: 'session' })
}

/** A member a line, whole, those of the service first. */
function describe(record: Record<string, unknown>): string {
  const names = [...new Set([...SESSION_MEMBERS.filter((name) => name in record), ...Object.keys(record)])]
  const width = Math.max(...names.map((name) => name.length))
  return names
    .map((name) => {
      const value = record[name]
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
      return `${printable(name).padEnd(width)}  ${printable(text)}`
    })
    .join('\n')
}
