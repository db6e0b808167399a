import type { SSMClient } from '@aws-sdk/client-ssm'
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import Table from 'cli-table3'
import { SessionsTable } from '../archive/sessions-table'
import { SweepsTable } from '../archive/sweeps-table'
import { SESSIONS } from '../archive/tables'
import { Clock } from '../emulator/clock'
import { generateSessions } from '../emulator/generate'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'
import { makeSsmClient } from '../sweep/clients'
import { sweep } from '../sweep/sweep'
import type { DemoFlags } from './commands/demo'
import { ANYONE, type OpenArchive, openFolder } from './open-archive'
import { printable } from './output/printable'
import { describeCounts, startProgress } from './output/progress'
import { shorten } from './output/shorten'

const DAY_MS = 24 * 60 * 60 * 1000
/** Lines of each answer. */
const LINES = 4

/** The story of an archive, told with an emulated AWS and a database in memory. */
export async function demo({ sessions, seed }: DemoFlags): Promise<void> {
  const world = new World({ clock: Clock.frozenAt(new Date()) })
  const { accountId, region, clock } = world
  world.add(generateSessions({ count: sessions, seed, now: clock.now(), accountId, region }))
  const emulator = await startEmulator({ world })
  const archive = await openFolder()
  const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url })
  const archiveAll = (what: string) => archiveOnce(what, { archive, world, ssm })
  try {
    const { history, active } = world.counts()
    say(`A made-up AWS account shows a month of Session Manager sessions: ${history} ended, ${active} open.`)
    await archiveAll('First sweep')
    await archiveAll('Second sweep, nothing new')
    clock.advance(DAY_MS)
    await archiveAll('A day later, the open ones have ended')
    clock.advance(31 * DAY_MS)
    say(
      `\nAfter 31 more days, AWS shows ${world.counts().history} sessions. The archive has ${await count(archive)}:`,
    )
    await answer(archive, 'ByTarget', 'Who was on this machine?')
    await answer(archive, 'ByOwnerName', 'Where was this person?')
    await answer(archive, 'ByDay', 'What happened on this day?')
  } finally {
    ssm.destroy()
    await emulator.close()
    await archive.close()
  }
}

interface Stage {
  readonly archive: OpenArchive
  readonly world: World
  readonly ssm: SSMClient
}

async function archiveOnce(what: string, { archive, world, ssm }: Stage): Promise<void> {
  const { client, sessionsTable, sweepsTable } = archive
  const progress = await startProgress(what)
  const receipt = await sweep({
    source: world,
    ssm,
    sessions: new SessionsTable({ client, tableName: sessionsTable }),
    sweeps: new SweepsTable({ client, tableName: sweepsTable }),
    now: () => world.clock.now(),
    onPage: (counts) => progress.show(counts),
  }).finally(() => progress.stop())
  say(`${what}: ${describeCounts(receipt)}`)
}

async function count({ client, sessionsTable }: OpenArchive): Promise<number> {
  let total = 0
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(
      new ScanCommand({ TableName: sessionsTable, Select: 'COUNT', ExclusiveStartKey }),
    )
    total += page.Count ?? 0
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return total
}

/** Asks an index about whatever its first session is about; an index may be empty where sessions are few. */
async function answer(
  { client, sessionsTable }: OpenArchive,
  index: keyof typeof SESSIONS.indexes,
  question: string,
): Promise<void> {
  const { partitionKey } = SESSIONS.indexes[index]
  const { Items: [subject = {}] = [] } = await client.send(
    new ScanCommand({ TableName: sessionsTable, IndexName: index, Limit: 1 }),
  )
  if (subject[partitionKey] === undefined) return
  const { Items: sessions = [] } = await client.send(
    new QueryCommand({
      TableName: sessionsTable,
      IndexName: index,
      KeyConditionExpression: '#key = :value',
      ExpressionAttributeNames: { '#key': partitionKey },
      ExpressionAttributeValues: { ':value': subject[partitionKey] },
      Limit: LINES,
    }),
  )
  say(`\n${question} ${partitionKey} = ${text(subject[partitionKey], 60)}`)
  const table = new Table({
    head: ['StartDate (UTC)', 'OwnerName', 'Target', 'DocumentName', 'Reason'],
    style: { head: [], border: [], compact: true },
  })
  for (const { StartDate, OwnerName, Target, DocumentName, Reason } of sessions)
    table.push([
      text(String(StartDate).slice(0, 19), 19),
      text(OwnerName, 18),
      text(Target, 19),
      text(DocumentName, 26),
      text(Reason, 24),
    ])
  say(table.toString())
}

function text(value: unknown, width: number): string {
  return shorten(printable(String(value ?? '')), width)
}

function say(line: string): void {
  console.log(line)
}
