import { Command } from '@commander-js/extra-typings'
import type { SessionRecord } from '../../archive/record'
import { findAllReceipts, findSources } from '../../audit/find-receipts'
import { findSessions } from '../../audit/find-sessions'
import { anonymity } from '../../audit/identity'
import { Clock } from '../../emulator/clock'
import { generateSessions } from '../../emulator/generate'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { makeSsmClient } from '../../sweep/clients'
import { type Io, write } from '../io'
import { type OpenArchive, openFolder } from '../open-archive'
import { atMost } from '../output/at-most'
import { SESSIONS } from '../output/columns'
import { grouped } from '../output/format'
import { print } from '../output/print'
import { describeCounts } from '../output/progress'
import { seed, wholeNumber } from '../parsers'
import { addQuestionFlags, questionOf } from '../question-flags'
import { sweepInto } from '../sweep-into'

const DAY_MS = 24 * 60 * 60 * 1000
/** Sessions per answer. */
const LIMIT = 4

export function define(command: Command, io: Io): void {
  command
    .option('--sessions <n>', 'sessions of the made-up month', wholeNumber(1, 100_000), 5000)
    .option('--seed <n>', 'another number makes another month', seed, 1)
    .action(async ({ sessions, seed }) => {
      const world = new World({ clock: Clock.frozenAt(new Date()) })
      const { accountId, region, clock } = world
      world.add(generateSessions({ count: sessions, seed, now: clock.now(), accountId, region }))
      const emulator = await startEmulator({ world })
      const archive = await openFolder()
      try {
        await tellStory(world, emulator.url, archive, io)
      } finally {
        await emulator.close()
        await archive.close()
      }
    })
}

/** The story of an archive, told with an emulated AWS and a database in memory. */
async function tellStory(world: World, url: string, archive: OpenArchive, io: Io): Promise<void> {
  const { clock } = world
  const from = dateOf(clock.now(), -31)
  const tell = (line: string) => write(io, `${line}\n`)
  const ssm = makeSsmClient({ ...LOCAL_CREDENTIALS, endpoint: url })
  const sweep = async (label: string) => {
    const receipt = await sweepInto(archive, label, { source: world, ssm, now: () => clock.now() }, io)
    await tell(`${label}: ${describeCounts(receipt)}`)
  }

  const { history, active } = world.counts()
  await tell(
    `A made-up AWS account shows a month of Session Manager sessions: ${grouped(history)} ended, ${grouped(active)} open.`,
  )
  await sweep('First sweep')
  await sweep('Second sweep, nothing new')
  clock.advance(DAY_MS)
  await sweep('A day later, the open ones have ended')
  clock.advance(31 * DAY_MS)
  await tell(
    `\nAfter 31 more days, AWS shows ${world.counts().history} sessions. The archive has ${grouped(await countArchived(archive))}:`,
  )

  const find = (flags: readonly string[]) => {
    const question = questionOf(addQuestionFlags(new Command()).parse(flags, { from: 'user' }).opts(), io)
    return findSessions({ ...archive.sessions, question, now: clock.now() })
  }
  const ask = async (what: string, member: string, flagsFor: (value: string) => string[]) => {
    const value = await firstValue(find(['--from', from]), member)
    if (value === undefined) return
    const flags = flagsFor(value)
    await tell(`\n${what}\n$ session-archive sessions ${flags.join(' ')} --limit ${LIMIT}`)
    await print(atMost(LIMIT, find(flags), io), SESSIONS, 'table', io)
  }
  await ask('Who was on this machine?', 'Target', (id) => ['--target', id, '--from', from])
  await ask('Where was this person?', 'OwnerName', (name) => ['--owner', name, '--from', from])
  await ask('What happened on this day?', 'StartDate', (start) => [
    ...['--from', dateOf(new Date(start)), '--to', dateOf(new Date(start), 1)],
  ])
  ssm.destroy()
}

/** The sum of what the sweeps archived, by their receipts. */
async function countArchived({ sweeps }: OpenArchive): Promise<number> {
  let sum = 0
  for await (const { Archived } of findAllReceipts(sweeps, await findSources(sweeps))) sum += Archived
  return sum
}

async function firstValue(
  sessions: AsyncIterable<SessionRecord>,
  member: string,
): Promise<string | undefined> {
  for await (const record of sessions) {
    const { [member]: value } = record
    // The demo asks about a person, not about a tool.
    const isNobody = member === 'OwnerName' && anonymity(record) !== undefined
    if (typeof value === 'string' && !isNobody) return value
  }
  return undefined
}

function dateOf(time: Date, daysLater = 0): string {
  return new Date(time.getTime() + daysLater * DAY_MS).toISOString().slice(0, 10)
}
