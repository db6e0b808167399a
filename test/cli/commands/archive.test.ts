import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Database, startDatabase } from '../../../emulator/dynamodb'
import type { Fault } from '../../../emulator/faults'
import { generateSessions } from '../../../emulator/generate'
import type { Emulator } from '../../../emulator/server'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import {
  awsConfigFile,
  type CliOptions,
  deserted,
  expectFailure,
  expectWrongUsage,
  runBin,
  runCli,
} from '../../support/cli'
import { databaseClient, scan } from '../../support/clients'
import { startCloudFormation } from '../../support/cloudformation'
import { expectedMembers, membersOf } from '../../support/expected-record'
import { ODD_SESSIONS } from '../../support/odd-sessions'
import { temporaryFolder } from '../../support/temporary-folder'
import { worldOf } from '../worlds'

const folder = temporaryFolder()
afterEach(stopAll)

type Item = Record<string, unknown>

/** Three pages. */
const MONTH = () => worldOf(430)

async function itemsOf({ endpoint, sessionsTable, sweepsTable }: Omit<Database, 'close'>) {
  const client = databaseClient(endpoint)
  const items: [Item[], Item[]] = [await scan(client, sessionsTable), await scan(client, sweepsTable)]
  client.destroy()
  return { sessions: items[0], sweeps: items[1].filter(({ ItemId }) => ItemId !== 'STATE') }
}

async function itemsIn(path: string) {
  const database = await startDatabase({ folder: path })
  return itemsOf(database).finally(() => database.close())
}

function byId(records: readonly Item[]): Map<unknown, Item> {
  return new Map(records.map((record) => [record.SessionId, membersOf(record)]))
}

const bySessionId = (a: Item, b: Item) => (String(a.SessionId) < String(b.SessionId) ? -1 : 1)

/** What archive prints. */
const archivedLine = (seen: number, archived: number, unchanged: number) =>
  `${seen} seen: ${archived} archived, 0 updated, ${unchanged} unchanged, 0 rejected`

describe('archive into a folder', () => {
  const archive = ({ url }: Emulator, ...args: string[]) =>
    runCli(['archive', '--endpoint-url', url, '--local', join(folder(), 'new/archive'), ...args])

  test('keeps every session as AWS shows it, with receipts; the second run writes nothing', async () => {
    const now = new Date()
    const ended = { startedAt: now, endedAt: now }
    const everything = worldOf(0, [
      ...generateSessions({ count: 450, seed: 3, now }),
      ...ODD_SESSIONS.map((afterEnd) => ({ ...ended, afterEnd })),
    ])
    const emulator = await start({ world: everything })
    const history = [...everything.list('History'), ...everything.list('Active')]
    expect(history.length).toBeGreaterThan(400)

    const first = await archive(emulator)
    expect(first).toEqual({
      status: 0,
      stdout: `Archived 111122223333/us-east-1: ${archivedLine(history.length, history.length, 0)} (4 list calls)\n`,
      stderr: '',
    })
    const afterFirst = await itemsIn(join(folder(), 'new/archive'))
    expect(byId(afterFirst.sessions)).toEqual(
      new Map(history.map((shown) => [shown.SessionId, expectedMembers(shown)])),
    )

    const second = await archive(emulator, '--full')
    expect(second.stdout).toContain(archivedLine(history.length, 0, history.length))
    const afterSecond = await itemsIn(join(folder(), 'new/archive'))
    expect(afterSecond.sessions.toSorted(bySessionId)).toEqual(afterFirst.sessions.toSorted(bySessionId))
    expect(afterSecond.sweeps).toMatchObject([
      { Archived: history.length, Unchanged: 0, Outcome: 'complete' },
      { Archived: 0, Unchanged: history.length, Outcome: 'complete' },
    ])
  })

  test('prints the receipt that it keeps, and nothing else, with --output json', async () => {
    const { status, stdout, stderr } = await archive(await start({ world: MONTH() }), '--output', 'json')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [receipt] = JSON.parse(stdout)
    expect(receipt).toMatchObject({ Source: '111122223333/us-east-1', Pages: 4, Seen: 430, Archived: 430 })
    expect((await itemsIn(join(folder(), 'new/archive'))).sweeps).toEqual([receipt])
  })

  test('keeps a session that cannot be a record as AWS sent it, and counts it', async () => {
    const ended = { startedAt: new Date(), endedAt: new Date() }
    const afterEnd = { Reason: 'no id', Status: 'Terminated' }
    const emulator = await start({ world: worldOf(1, [{ ...ended, afterEnd }]) })
    expect((await archive(emulator)).stdout).toContain(
      '2 seen: 1 archived, 0 updated, 0 unchanged, 1 rejected',
    )
    const { sessions, sweeps } = await itemsIn(join(folder(), 'new/archive'))
    expect(sessions).toHaveLength(1)
    expect(sweeps).toContainEqual(
      expect.objectContaining({ RawJson: expect.stringContaining('no id'), ItemId: expect.any(String) }),
    )
  })

  test('is not led elsewhere by the environment', async () => {
    const { url } = await start({ world: worldOf(3) })
    const nowhere = await deserted()
    const environment = { AWS_ENDPOINT_URL: nowhere, AWS_ENDPOINT_URL_DYNAMODB: nowhere }
    const args = ['archive', '--endpoint-url', url, '--local', 'archive']
    expect(await runCli(args, { environment, cwd: folder() })).toMatchObject({ status: 0, stderr: '' })
    expect((await itemsIn(join(folder(), 'archive'))).sessions).toHaveLength(3)
  })
})

describe('archive into tables', () => {
  let database: Database
  beforeEach(async () => {
    database = await startDatabase()
  })
  afterEach(() => database.close())

  function archive({ url }: Emulator, args: readonly string[], { environment, ...options }: CliOptions = {}) {
    return runCli(['archive', '--endpoint-url', url, ...args], {
      ...options,
      environment: { AWS_ENDPOINT_URL_DYNAMODB: database.endpoint, ...environment },
    })
  }

  const TABLES = ['--table', 'Sessions', '--sweeps-table', 'Sweeps']

  test('named by flags keeps the sessions and the receipt', async () => {
    const run = await archive(await start({ world: worldOf(3) }), TABLES)
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('3 archived') })
    const { sessions, sweeps } = await itemsOf(database)
    expect(sessions).toHaveLength(3)
    expect(sweeps).toMatchObject([{ Archived: 3, Outcome: 'complete' }])
  })

  test('that a stack names keeps the sessions', async () => {
    const cloudFormation = await startCloudFormation({
      Archive: { SessionsTable: database.sessionsTable, SweepsTable: database.sweepsTable },
    })
    const environment = { AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url }
    const run = await archive(await start({ world: worldOf(3) }), ['--stack', 'Archive'], { environment })
    await cloudFormation.close()
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('3 archived') })
    expect((await itemsOf(database)).sessions).toHaveLength(3)
  })

  const noKeys = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }

  test.each<[string, string[], Record<string, string | undefined>]>([
    ['eu-west-1', ['--region', 'eu-west-1'], { AWS_REGION: 'us-east-2' }],
    ['us-east-2', [], { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-2' }],
    ['us-west-2', [], { AWS_DEFAULT_REGION: 'us-west-2' }],
    ['ca-west-1', [], {}],
    ['ap-southeast-2', ['--profile', 'audit'], noKeys],
  ])('sweeps the region %s with the flags %j and the environment %j', async (region, flags, variables) => {
    const environment = { AWS_REGION: undefined, AWS_CONFIG_FILE: awsConfigFile(folder()), ...variables }
    const args = [...TABLES, '--output', 'json', ...flags]
    const run = await archive(await start({ world: worldOf(3) }), args, { environment })
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject([{ Source: `111122223333/${region}` }])
  })

  test('fails if the region is missing or impossible, before anything is asked', async () => {
    const emulator = await start()
    for (const [AWS_REGION, message] of [
      [undefined, 'Region is missing: expected one from --region, $AWS_REGION or the profile'],
      ['eu\u001b[31m', 'region="eu\\u{1b}[31m" is not a valid'],
    ] as const) {
      expectFailure(await archive(emulator, TABLES, { environment: { AWS_REGION } }), message)
    }
    expect(emulator.calls.list).toEqual([])
  })

  describe('by a sweep that fails half-way', () => {
    test.each<[Fault, string, number, string]>([
      // BegunAt again twice: page 1, page 2, refused; page 1, refused; page 1, refused.
      ['expire-token', archivedLine(800, 400, 400), 400, 'InvalidNextToken'],
      ['repeat-token', archivedLine(430, 430, 0), 430, 'RepeatedTokenError'],
    ])('because of %s says what it kept, and keeps it', async (fault, kept, count, error) => {
      const emulator = await start({
        world: MONTH(),
        faults: { script: (call) => (call > 3 ? fault : undefined) },
      })
      const run = await archive(emulator, TABLES)
      expectFailure(run, `the sweep of 111122223333/us-east-1 failed: ${error}`)
      expect(run.stderr).toMatch(new RegExp(`^Before it failed: ${kept}\n`))

      const { sessions, sweeps } = await itemsOf(database)
      const newest = emulator.world.list('History').slice(0, count)
      expect(byId(sessions)).toEqual(
        new Map(newest.map((shown) => [shown.SessionId, expectedMembers(shown)])),
      )
      expect(sweeps).toMatchObject([{ Outcome: 'failed', Error: expect.stringContaining(error) }])
    })

    test.each([
      ['--table', 'Sessions'],
      ['--sweeps-table', 'Sweeps'],
    ])('because there is no such %s names the tables', async (flag, table) => {
      const args = TABLES.map((arg) => (arg === table ? 'Missing' : arg))
      const run = await archive(await start({ world: worldOf(3) }), args)
      const expected = `expected ${args[1]} and ${args[3]} in us-east-1`
      expectFailure(run, new RegExp(`ResourceNotFoundException: .*: ${expected}$`))
      expect((await itemsOf(database)).sessions).toEqual([])
      expect(flag).toBe(args[args.indexOf('Missing') - 1])
    })
  })

  test('fails if nobody serves the database', async () => {
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: await deserted(), AWS_MAX_ATTEMPTS: '1' }
    const run = await archive(await start(), TABLES, { environment })
    expectFailure(
      run,
      `connect ECONNREFUSED ${environment.AWS_ENDPOINT_URL_DYNAMODB.slice('http://'.length)}`,
    )
  })
})

describe('archive never shows a terminal the raw answer of AWS:', () => {
  const HOSTILE = '\u001b]0;title\u0007\u009b2J\u202egnp.exe'
  const SHOWN = '\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{202e}gnp.exe'

  const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
    </GetCallerIdentityResult></GetCallerIdentityResponse>`

  test('an account that is none fails, and nothing is kept', async () => {
    const { url } = await start({ world: new World({ accountId: HOSTILE.slice(2) }) })
    const run = await runCli(['archive', '--endpoint-url', url, '--local', join(folder(), 'archive')])
    expectFailure(run, /sts:GetCallerIdentity: received ".*", expected an account of 12 digits/)
    expect(readdirSync(folder())).toEqual([])
  })

  test('an error message is made harmless', async () => {
    const server = createServer(({ headers }, response) => {
      const isSts = headers['content-type']?.includes('urlencoded')
      response.writeHead(isSts ? 200 : 400, {
        'content-type': isSts ? 'text/xml' : 'application/x-amz-json-1.1',
      })
      response.end(isSts ? IDENTITY : JSON.stringify({ __type: 'AccessDeniedException', message: HOSTILE }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const args = ['--endpoint-url', `http://127.0.0.1:${port}`, '--local', join(folder(), 'archive')]
    const run = await runCli(['archive', ...args])
    server.close()

    expectFailure(run, `AccessDeniedException: ${SHOWN}`)
    const [receipt] = (await itemsIn(join(folder(), 'archive'))).sweeps
    expect(receipt).toMatchObject({ Error: `AccessDeniedException: ${HOSTILE}` })
  })
})

describe('archive keeps nothing and says why:', () => {
  const archive = (url: string, local: string, options: CliOptions = {}) =>
    runCli(['archive', '--endpoint-url', url, '--local', local], options)

  test('nobody listens', async () => {
    const url = await deserted()
    expectFailure(await archive(url, join(folder(), 'archive')), `connect ECONNREFUSED ${url.slice(7)}`)
    expect(readdirSync(folder())).toEqual([])
  })

  test('nobody listens at any address of the name, in a process', async () => {
    const preload = join(folder(), 'two-addresses.js')
    writeFileSync(
      preload,
      `require('node:dns').lookup = (name, options, callback) =>
        process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }])`,
    )
    const url = new URL(await deserted())
    const args = ['archive', '--endpoint-url', `http://two.example:${url.port}`, '--local', 'archive']
    const run = await runBin(args, { cwd: folder(), nodeFlags: ['--require', preload] })
    expectFailure(
      run,
      `connect ECONNREFUSED 127.0.0.1:${url.port}; connect ECONNREFUSED 127.0.0.2:${url.port}`,
    )
  })

  test('no credentials', async () => {
    const { url } = await start()
    const environment = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
    const run = await archive(url, join(folder(), 'archive'), { environment })
    expectFailure(run, 'Could not load credentials')
    expect(readdirSync(folder())).toEqual([])
  })

  test('someone else uses the folder', async () => {
    const emulator = await start({ world: worldOf(3) })
    const database = await startDatabase({ folder: folder() })
    const run = await archive(emulator.url, folder())
    const { sweeps } = await itemsOf(database).finally(() => database.close())
    expectFailure(run, `folder "${folder()}": expected one that this process alone can use`)
    expect(sweeps).toEqual([])
  })

  test('the folder is a file, or in one', async () => {
    const { url } = await start({ world: worldOf(3) })
    const file = join(folder(), 'file')
    writeFileSync(file, 'mine')
    expectFailure(await archive(url, file), `folder "${file}": expected one that this process alone`)
    expectFailure(await archive(url, join(file, 'x')), 'ENOTDIR')
    expect(readdirSync(folder())).toEqual(['file'])
  })
})

test.each<[string, string]>([
  ['', "where to? expected '--local <dir>', '--stack <name>' or '--table <name>'"],
  ['--table Sessions', "expected '--sweeps-table <name>' beside '--table Sessions'"],
  ['--sweeps-table Sweeps', "expected '--table <name>' beside '--sweeps-table Sweeps'"],
  ['--table= --sweeps-table=', "'--table <name>' argument '' is invalid. Expected some text."],
  ['--local d --endpoint-url ftp://x', "'ftp://x' is invalid. Expected a URL such as"],
  ['--local d --endpoint-url 127.0.0.1:8000', "'127.0.0.1:8000' is invalid. Expected a URL such as"],
  ['--local d --region Ireland', "'Ireland' is invalid. Expected a region such as eu-west-1"],
  ['--local d --region eu-west-1\u001b[2J', "'eu-west-1\\u{1b}[2J' is invalid. Expected a region"],
  ['--local d --output yaml', "'yaml' is invalid. Allowed choices are table, json, jsonl, csv."],
  ['--local d everything', 'Expected 0 arguments but got 1'],
])('archive %s is wrong usage and refused before anything is asked or written', async (flags, message) => {
  const emulator = await start({ world: worldOf(3) })
  const args = ['archive', '--endpoint-url', emulator.url, ...flags.split(' ').filter(Boolean)]
  expectWrongUsage(await runCli(args, { cwd: folder() }), message)
  expect(emulator.calls.list).toEqual([])
  expect(readdirSync(folder())).toEqual([])
})
