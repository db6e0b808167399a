import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Clock } from '../../emulator/clock'
import { generateSessions } from '../../emulator/generate'
import { Random } from '../../emulator/random'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { databaseClient, scan } from '../support/clients'
import { expectedMembers, membersOf } from '../support/expected-record'
import { invoke, startInvocation } from '../support/invoke'
import { synthesise } from '../support/template'

const KILLS = 50

test(`after ${KILLS} kills at random moments and one clean sweep, nothing is missing or damaged`, async () => {
  const now = new Date()
  const world = new World({ clock: Clock.frozenAt(now) })
  world.add(generateSessions({ count: 4_000, seed: 4, now }))
  const emulator = await startEmulator({ world })
  const database = await startDatabaseProcess()
  const client = databaseClient(database.endpoint)
  const template = synthesise()
  const options = {
    event: { sweep: 'full' },
    environment: {
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      SESSION_ARCHIVE_SESSIONS_TABLE: 'Sessions',
      SESSION_ARCHIVE_SWEEPS_TABLE: 'Sweeps',
    },
  }
  const random = new Random(5)
  const archived: number[] = []

  for (let kill = 0; kill < KILLS; kill++) {
    const calls = emulator.calls.count()
    const { child } = startInvocation(template, options)
    const gone = once(child, 'exit')
    while (emulator.calls.count() === calls && child.exitCode === null) await sleep(5)
    await sleep(random.integer(0, 250))
    child.kill('SIGKILL')
    await gone
    if (kill % 10 === 9) archived.push((await scan(client, 'Sessions')).length)
  }
  const { result } = await invoke(template, options)

  expect(archived[0]).toBeGreaterThan(0) // the kills hit sweeps at work …
  expect(archived[0]).toBeLessThan(4_000) // … that were not done
  expect(result).toMatchObject({ Outcome: 'complete' })
  const records = new Map((await scan(client, 'Sessions')).map((record) => [record.SessionId, record]))
  const shown = [...world.list('History'), ...world.list('Active')]
  expect(records.size).toBe(shown.length)
  for (const session of shown) {
    const record = records.get(session.SessionId)
    expect(membersOf(record ?? {})).toEqual(expectedMembers(session))
    expect(record).toMatchObject({ Revision: 1, FirstArchivedAt: record?.ObservedAt })
  }

  client.destroy()
  await emulator.close()
  database.process.kill()
}, 300_000)

/** The embedded database in a process of its own. */
async function startDatabaseProcess(): Promise<{ endpoint: string; process: ChildProcess }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(__dirname, '../support/database-process.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const [endpoint] = await once(createInterface({ input: child.stdout }), 'line')
  return { endpoint: String(endpoint), process: child }
}
