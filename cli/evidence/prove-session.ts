import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Table } from '../../archive/batch-get'
import type { Bucket } from '../../evidence/bucket'
import { commitment, saltOf } from '../../evidence/item'
import { formatProof } from '../../evidence/proof'
import { leafHash, Tree } from '../../evidence/tree'
import { openLog, toItem } from './export-evidence'

/**
 * The text of the proof of one session, and the key's line.
 *
 * @throws Error if the archive or the log does not have it
 */
export async function proveSession(
  { client, tableName: TableName }: Table,
  bucket: Bucket,
  SessionId: string,
): Promise<{ text: string; key: string }> {
  const Key = { SessionId: { S: SessionId } }
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
  const name = JSON.stringify(SessionId)
  if (Item === undefined) throw new Error(`no session ${name} in this archive. Is the SessionId whole?`)
  const record = toItem(Item)
  const salt = saltOf(record)
  const expected = salt && `"commitment":"${commitment(record, salt)}"`
  const { checkpoint, key, entries } = await openLog(bucket)
  const tree = new Tree()
  let found: { index: number; entry: string } | undefined
  for await (const entry of entries) {
    if (expected !== undefined && entry.includes(expected)) found = { index: tree.size, entry }
    tree.append(leafHash(Buffer.from(entry)))
  }
  if (found === undefined)
    throw new Error(
      `session ${name}: the log does not have this record. A change reaches it within minutes; an older one was not made by this software`,
    )
  return { text: formatProof(record, found.entry, found.index, tree, checkpoint, key), key }
}
