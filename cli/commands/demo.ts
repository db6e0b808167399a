import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import type { SessionRecord } from '../../archive/record'
import { findAllReceipts, findSources } from '../../audit/find-receipts'
import { findSessions } from '../../audit/find-sessions'
import { anonymity } from '../../audit/identity'
import { Clock } from '../../emulator/clock'
import { generateOrganization } from '../../emulator/generate-organization'
import type { Organization } from '../../emulator/organization'
import { startEmulator } from '../../emulator/server'
import { demoEvidence } from '../demo/evidence'
import { demoRounds } from '../demo/rounds'
import { demoWitness } from '../demo/witness'
import { type Io, write } from '../io'
import { type OpenArchive, openFolder } from '../open-archive'
import { atMost } from '../output/at-most'
import { SESSIONS } from '../output/columns'
import { counted, grouped } from '../output/format'
import { print } from '../output/print'
import { seed, wholeNumber } from '../parsers'
import { printSources } from '../print-sources'
import { addQuestionFlags, questionOf } from '../question-flags'
import { resolveAccounts } from '../resolve-accounts'

const DAY_MS = 24 * 60 * 60 * 1000
const SANDBOX = '222200000009'
/** Sessions per answer. */
const LIMIT = 4

export function define(command: Command, io: Io): void {
  command
    .option('--sessions <n>', 'sessions of the made-up month', wholeNumber(1, 100_000), 2000)
    .option('--seed <n>', 'another number makes another month', seed, 1)
    .action(async ({ sessions, seed }) => {
      const organization = generateOrganization({ sessions, seed, clock: Clock.frozenAt(new Date()) })
      const folder = await mkdtemp(join(tmpdir(), 'session-archive-demo-')) // it may fail: nothing runs yet
      const emulator = await startEmulator({ organization })
      const archive = await openFolder(undefined, join(folder, 'evidence'))
      try {
        await tellStory(organization, emulator.url, archive, folder, io)
        await demoEvidence(organization.clock.now(), archive, folder, io)
      } finally {
        await emulator.close()
        await archive.close()
        await rm(folder, { recursive: true })
      }
    })
}

/** The story of an archive, told with an emulated AWS and a database in memory. */
async function tellStory(
  organization: Organization,
  url: string,
  archive: OpenArchive,
  folder: string,
  io: Io,
): Promise<void> {
  const { clock } = organization
  const from = dateOf(clock.now(), -31)
  const tell = (line: string) => write(io, `${line}\n`)
  const makeRound = demoRounds(organization, url, archive, io)
  const round = async (label: string) => tell(await makeRound(label))

  const sandbox = organization.account(SANDBOX)
  const { history, active } = countSessions(organization)
  await tell(
    `A made-up organization of ${organization.accounts().length} accounts shows a month of Session Manager sessions: ${grouped(history)} ended, ${grouped(active)} open.`,
  )
  sandbox.faults.assumeRole = 'no role'
  await round('First round')
  await tell(
    `\n${sandbox.name} lacks the role that lets the archive in, and the archive says so:\n$ session-archive sources --account ${sandbox.name} Shop`,
  )
  const accountIds = await resolveAccounts([sandbox.name, 'Shop'], archive.sweeps)
  await printSources(archive.sweeps, { accountIds }, clock.now(), 'table', io)
  sandbox.faults = {}
  await tell(`\n${sandbox.name} gets its role.`)
  await round('Second round, nothing else is new')
  const witness = demoWitness(organization, archive, folder, io)
  await witness.happens()
  clock.advance(DAY_MS)
  await round('A day later, the open ones have ended')
  await witness.isTold()
  clock.advance(31 * DAY_MS)
  await tell(
    `\nAfter 31 more days, AWS shows ${countSessions(organization).history} sessions. The archive has ${grouped(await countArchived(archive))}:`,
  )

  const find = (flags: readonly string[]) => {
    const question = questionOf(addQuestionFlags(new Command()).parse(flags, { from: 'user' }).opts(), io)
    return findSessions({ ...archive.sessions, question, now: clock.now() })
  }
  const ask = async (what: string, member: string, flagsFor: (value: string) => string[]) => {
    const [value] = await valuesOf(find(['--from', from]), member)
    if (value === undefined) return
    const flags = flagsFor(value)
    const { length } = await valuesOf(find(flags), 'AccountId')
    await tell(
      `\n${what} In ${counted(length, 'account')}:\n$ session-archive sessions ${flags.join(' ')} --limit ${LIMIT}`,
    )
    await print(atMost(LIMIT, find(flags), io), SESSIONS, 'table', io)
  }
  await ask('Who was on this machine?', 'Target', (id) => ['--target', id, '--from', from])
  await ask('Where was this person?', 'OwnerName', (name) => ['--owner', name, '--from', from])
  await ask('What happened on this day?', 'StartDay', (day) => [
    ...['--from', day, '--to', dateOf(new Date(day), 1)],
  ])
}

function countSessions(organization: Organization) {
  const counts = organization
    .accounts()
    .flatMap(({ id, regions }) =>
      Object.keys(regions).map((region) => organization.world(id, region).counts()),
    )
  const sum = (phase: 'history' | 'active') => counts.reduce((total, world) => total + world[phase], 0)
  return { history: sum('history'), active: sum('active') }
}

/** The sum of what the sweeps archived, by their receipts. */
async function countArchived({ sweeps }: OpenArchive): Promise<number> {
  let sum = 0
  for await (const { Archived } of findAllReceipts(sweeps, await findSources(sweeps))) sum += Archived
  return sum
}

/** The values of a member, the most frequent first. */
async function valuesOf(sessions: AsyncIterable<SessionRecord>, member: string): Promise<string[]> {
  const counts = new Map<string, number>()
  for await (const record of sessions) {
    const { [member]: value } = record
    // The demo asks about a person, not about a tool.
    const isNobody = member === 'OwnerName' && anonymity(record) !== undefined
    if (typeof value === 'string' && !isNobody) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value)
}

function dateOf(time: Date, daysLater = 0): string {
  return new Date(time.getTime() + daysLater * DAY_MS).toISOString().slice(0, 10)
}
