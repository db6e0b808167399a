import { join } from 'node:path'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { Folder } from '../../evidence/folder'
import type { Item } from '../../evidence/item'
import { textOf } from '../../evidence/item'
import { verifyBundle } from '../../evidence/verify'
import { exportEvidence, recordsOf } from '../evidence/export-evidence'
import { describeVerdicts } from '../evidence/verdict-lines'
import { type Io, write } from '../io'
import type { OpenArchive } from '../open-archive'

const DAY_MS = 24 * 60 * 60 * 1000

/** The last act: what the archive says is proven, until somebody changes a record behind its back. */
export async function demoEvidence(now: Date, archive: OpenArchive, folder: string, io: Io): Promise<void> {
  const day = (ago: number) => new Date(now.getTime() - ago * DAY_MS).toISOString().slice(0, 10)
  const period = { from: day(50), to: day(40) }
  const tell = (line: string) => write(io, `${line}\n`)
  const bucket = new Folder(join(folder, 'evidence'))
  const judge = async (name: string) => {
    await archive.log?.()
    const bundle = join(folder, name)
    const { key } = await exportEvidence(archive.sessions, bucket, period, bundle)
    await tell(
      `$ session-archive evidence --from ${period.from} --to ${period.to} --out ${name}\n$ session-archive verify ${name} --key "$KEY"`,
    )
    await write(io, describeVerdicts(await verifyBundle(bundle, { key })))
  }
  await tell('\nEvery change is in a signed log, too, which an auditor verifies without AWS:')
  await judge('bundle')
  let victim: Item | undefined
  for await (const record of recordsOf(archive.sessions, period, false)) victim ??= record
  const SessionId = textOf(victim, 'SessionId')
  if (SessionId === undefined) return
  const { client, tableName: TableName } = archive.sessions
  const change = { UpdateExpression: 'SET #o = :x', ExpressionAttributeNames: { '#o': 'OwnerName' } }
  await client.send(
    new UpdateCommand({
      TableName,
      Key: { SessionId },
      ...change,
      ExpressionAttributeValues: { ':x': 'nobody' },
    }),
  )
  await tell(`\nNow somebody writes another name into the record of ${SessionId}, past the archive:`)
  await judge('bundle-2')
}
