import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import { generateSessions } from '../../emulator/generate'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { invoke } from '../support/invoke'
import { synthesise } from '../support/template'

test('50,000 sessions are archived by a process whose heap is limited to 32 MB', async () => {
  const now = new Date()
  const world = new World({ clock: Clock.frozenAt(now) })
  world.add(generateSessions({ count: 50_000, seed: 3, now }))
  const emulator = await startEmulator({ world })
  const database = await startDatabase()

  const { result } = await invoke(synthesise(), {
    event: {},
    environment: {
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      SESSION_ARCHIVE_SESSIONS_TABLE: database.sessionsTable,
      SESSION_ARCHIVE_SWEEPS_TABLE: database.sweepsTable,
    },
    nodeFlags: ['--max-old-space-size=32'],
  })

  expect(result).toMatchObject({ Outcome: 'complete', Seen: 50_000, Archived: 50_000 })
  await emulator.close()
  await database.close()
}, 900_000)
