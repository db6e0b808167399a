import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import pMap from 'p-map'
import { type Database, startDatabase } from '../../../emulator/dynamodb'
import { linkOn } from '../../support/browsing'
import { CLI, cliEnvironment } from '../../support/cli'
import { databaseClient } from '../../support/clients'
import { type DatabaseProxy, startDatabaseProxy } from '../../support/database-proxy'

/** 100,000 sessions in a year, 300 people, 1,000 targets. */
const SESSIONS = 100_000
const NOW = Date.now()
const YEAR_MS = 365 * 24 * 60 * 60 * 1000
const startOf = (n: number) => new Date(NOW - 60_000 - n * (YEAR_MS / SESSIONS)).toISOString()
const targetOf = (n: number) => `i-${(n % 1000).toString(16).padStart(17, '0')}`
/** Two sessions have this reason: one of last month, one of a year ago. */
const RARE = [9000, 99_990]

let database: Database
let proxy: DatabaseProxy
let browsing: { url: string; pid: number; stop(): Promise<unknown> }
beforeAll(async () => {
  database = await startDatabase()
  await fill(database)
  proxy = await startDatabaseProxy(database.endpoint)
  browsing = await start()
})
afterAll(async () => {
  await browsing.stop()
  await proxy.close()
  await database.close()
})

/** With a heap that holds some thousand sessions. */
async function start() {
  const flags = ['--table', 'Sessions', '--sweeps-table', 'Sweeps', '--endpoint-url', proxy.endpoint]
  const args = ['--max-old-space-size=64', CLI, 'browse', ...flags]
  const child = spawn(process.execPath, args, { env: cliEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  for await (const url of createInterface({ input: child.stdout })) {
    const stop = () => {
      child.kill('SIGTERM')
      return exit
    }
    return { url, pid: child.pid ?? 0, stop }
  }
  throw new Error('browse: expected an address')
}

/** A page, and how long its first session took to come, if it has one. */
function ask(path: string): Promise<{ body: string; firstMs?: number; wholeMs: number }> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    get(browsing.url + path, (response) => {
      let [body, firstMs] = ['', undefined as number | undefined]
      response.on('data', (part) => {
        body += part
        if (body.includes('<div class="id">')) firstMs ??= performance.now() - began
      })
      response.on('end', () => resolve({ body, firstMs, wholeMs: performance.now() - began }))
    }).on('error', reject)
  })
}

const rowsOn = (body: string) => body.split('<div class="id">').length - 1
const reads = () => proxy.calls.filter(({ body }) => body.TableName === 'Sessions').length
const figures: string[] = []
afterAll(() => process.env.FIGURES && console.info(figures.join('\n')))

test.each([
  ['the newest', '', 100, 12],
  ['a person', `?owner=Person-7&from=52w`, 100, 8],
  ['a target', `?target=${targetOf(7)}&from=52w`, 99, 10],
  ['a day', `?day=${startOf(50_000).slice(0, 10)}`, 100, 10],
  ['a beginning of a name', '?owner=person-1*&from=52w', 100, 30],
  ['who was connected at a time', `?at=${startOf(70_000)}`, 1, 20],
  ['a text in the reason', '?reason=needle&from=52w', 0, 130],
])('of 100,000 sessions, %s is found by few reads', async (what, path, rows, most) => {
  proxy.calls.splice(0)
  const { body, firstMs, wholeMs } = await ask(path)
  expect([rowsOn(body) >= rows, rowsOn(body) <= 100]).toEqual([true, true])
  expect(reads()).toBeLessThanOrEqual(most)
  const empty = await ask('nothing')
  figures.push(
    `${what}: first ${firstMs?.toFixed(0)} ms, whole ${wholeMs.toFixed(0)} ms, ${reads()} reads, ${(Number(firstMs ?? wholeMs) / empty.wholeMs).toFixed(1)} times a page of nothing`,
  )
})

test('all of a rare answer is found, 20,000 sessions at a time, and memory stays flat', async () => {
  const found: string[] = []
  let pages = 0
  const before = residentMb()
  for (let path: string | undefined = '?reason=needle&from=53w'; path !== undefined; pages++) {
    const { body } = await ask(path)
    found.push(...[...body.matchAll(/session\?id=(s-\d+)/g)].map(([, id = '']) => id))
    path = linkOn({ status: 200, headers: {}, body }, 'Look further back')
  }
  // Five pages look at 20,000 each, and the last at the time before the first session.
  expect({ found, pages }).toEqual({ found: RARE.map((n) => `s-${n}`), pages: 6 })
  figures.push(`100,000 sessions looked at: ${before} MB before, ${residentMb()} MB after`)
})

test('a thousand pages have every session once, in order, and memory stays flat', async () => {
  let [read, pages] = [0, 0]
  const resident: number[] = []
  for (let path: string | undefined = '?from=53w'; path !== undefined; pages++) {
    const { body } = await ask(path)
    for (const [, id] of body.matchAll(/session\?id=(s-\d+)/g)) expect(id).toBe(`s-${read++}`)
    if (pages % 100 === 0) resident.push(residentMb())
    path = linkOn({ status: 200, headers: {}, body }, 'Older sessions')
  }
  expect({ read, pages }).toEqual({ read: SESSIONS, pages: 1000 })
  figures.push(`1,000 pages: ${resident.join(', ')} MB`)
  expect(Math.max(...resident.slice(5)) - Math.max(...resident.slice(0, 5))).toBeLessThan(40)
})

test('a database that cannot be reached is a failure, not a wrong question', async () => {
  proxy.fault = () => 'reset-before'
  const { body } = await ask('coverage?account=shop')
  proxy.fault = () => undefined
  expect(body).toContain('<h1>This failed</h1>')
})

function residentMb(): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${browsing.pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kb) / 1024)
}

async function fill({ endpoint, sessionsTable }: Database): Promise<void> {
  const client = databaseClient(endpoint)
  const itemOf = (n: number) => {
    const StartDate = startOf(n)
    const name = `person-${n % 300}`
    return {
      SessionId: `s-${n}`,
      ...{
        StartDate,
        StartDay: StartDate.slice(0, 10),
        EndDate: new Date(Date.parse(StartDate) + 1.8e6).toISOString(),
      },
      ...{
        Owner: `arn:aws:sts::111122223333:assumed-role/Ops/${name}`,
        OwnerName: name,
        OwnerKey: name,
        RoleName: 'Ops',
      },
      ...{ Target: targetOf(n), Reason: RARE.includes(n) ? 'a needle' : `INC-${n} ${'x'.repeat(200)}` },
      ...{
        AccountId: '111122223333',
        Region: 'eu-west-1',
        State: 'History',
        Status: 'Terminated',
        DurationSeconds: 1800,
      },
      ...{ SchemaVersion: 1, Revision: 1, ObservedAt: StartDate, FirstArchivedAt: StartDate },
    }
  }
  const fillBatch = async (batch: number) => {
    const puts = Array.from({ length: 25 }, (_, index) => ({
      PutRequest: { Item: itemOf(batch * 25 + index) },
    }))
    await client.send(new BatchWriteCommand({ RequestItems: { [sessionsTable]: puts } }))
  }
  await pMap(Array(SESSIONS / 25).keys(), fillBatch, { concurrency: 4 })
  client.destroy()
}
