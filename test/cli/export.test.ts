import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { CLI, cliEnvironment } from '../support/cli'
import { databaseClient } from '../support/clients'

const SESSIONS = 100_000
/** Of 31, so that a day holds some MB, several pages. */
const DAYS = 31
const HEAP_MB = 96

describe('the export of 100,000 sessions', () => {
  let database: ChildProcess
  let endpoint: string

  beforeAll(async () => {
    const process = spawnNode(['--import', 'tsx', require.resolve('../support/database-process.ts')])
    database = process
    ;[endpoint] = await once(linesOf(process), 'line')
    await fill(endpoint)
  }, 300_000)
  afterAll(() => database.kill())

  test(`is complete and in order, with a heap of ${HEAP_MB} MB`, async () => {
    const flags = [
      '--table',
      'Sessions',
      '--endpoint-url',
      endpoint,
      '--from',
      '2026-01-01',
      '--output',
      'jsonl',
    ]
    const child = spawnNode([`--max-old-space-size=${HEAP_MB}`, CLI, 'sessions', ...flags])
    let previous = ''
    let read = 0
    for await (const line of linesOf(child)) {
      const { SessionId } = JSON.parse(line) as { SessionId: string }
      expect(SessionId > previous).toBe(true)
      previous = SessionId
      read += 1
    }
    if (child.exitCode === null) await once(child, 'exit')
    expect({ read, status: child.exitCode }).toEqual({ read: SESSIONS, status: 0 })
  }, 120_000)
})

async function fill(endpoint: string): Promise<void> {
  const client = databaseClient(endpoint)
  const start = Date.parse('2026-01-01T00:00:00Z')
  const batches = Array.from({ length: SESSIONS / 25 }, (_, batch) => batch)
  const write = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const Items = Array.from({ length: 25 }, (_, n) => {
        const number = Number(batch) * 25 + n
        const StartDate = new Date(start + (number * DAYS * 86_400_000) / SESSIONS).toISOString()
        const SessionId = `s-${String(number).padStart(6, '0')}`
        return { SessionId, StartDate, StartDay: StartDate.slice(0, 10), Details: 'x'.repeat(500) }
      })
      const puts = Items.map((Item) => ({ PutRequest: { Item } }))
      await client.send(new BatchWriteCommand({ RequestItems: { Sessions: puts } }))
    }
  }
  await Promise.all([write(), write(), write(), write()])
  client.destroy()
}

function spawnNode(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { env: cliEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
}

function linesOf({ stdout }: ChildProcess) {
  if (stdout === null) throw new Error('expected a pipe')
  return createInterface({ input: stdout })
}
