import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import pMap from 'p-map'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { CLI, cliEnvironment } from '../support/cli'
import { databaseClient } from '../support/clients'

const SESSIONS = 100_000
/** A day holds several pages of 1 MB. */
const DAYS = 31
const FIRST = Date.parse('2026-01-01T00:00:00Z')
const sessionId = (n: number) => `s-${String(n).padStart(6, '0')}`

let database: Database
beforeAll(async () => {
  database = await startDatabase()
  await fill(database)
})
afterAll(() => database.close())

test('the export of 100,000 sessions is complete and in order, with a heap of 96 MB', async () => {
  const { endpoint, sessionsTable } = database
  const flags = ['--table', sessionsTable, '--endpoint-url', endpoint, '--from', '2026-01-01']
  const args = ['--max-old-space-size=96', CLI, 'sessions', ...flags, '--output', 'jsonl']
  const child = spawn(process.execPath, args, { env: cliEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let read = 0
  for await (const line of createInterface({ input: child.stdout })) {
    expect(JSON.parse(line).SessionId).toBe(sessionId(read))
    read += 1
  }
  expect({ read, exit: await exit }).toEqual({ read: SESSIONS, exit: [0, null] })
})

async function fill({ endpoint, sessionsTable }: Database): Promise<void> {
  const client = databaseClient(endpoint)
  const fillBatch = async (batch: number) => {
    const puts = Array.from({ length: 25 }, (_, index) => {
      const n = batch * 25 + index
      const StartDate = new Date(FIRST + (n * DAYS * 86_400_000) / SESSIONS).toISOString()
      const day = { StartDate, StartDay: StartDate.slice(0, 10) }
      return { PutRequest: { Item: { SessionId: sessionId(n), ...day, Details: 'x'.repeat(500) } } }
    })
    await client.send(new BatchWriteCommand({ RequestItems: { [sessionsTable]: puts } }))
  }
  await pMap(Array(SESSIONS / 25).keys(), fillBatch, { concurrency: 4 })
  client.destroy()
}
