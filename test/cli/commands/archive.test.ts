import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ROSTER } from '../../../archive/roster'
import { type Database, startDatabase } from '../../../emulator/dynamodb'
import type { Fault } from '../../../emulator/faults'
import { generateSessions } from '../../../emulator/generate'
import type { SessionMembers } from '../../../emulator/session'
import { World } from '../../../emulator/world'
import { start, stopAll } from '../../emulator/builders'
import {
  awsConfig,
  DESERTED,
  type Environment,
  expectFailure,
  expectWrongUsage,
  NO_CREDENTIALS,
  NO_REGION,
  printedBy,
  REGIONS,
  retryAtOnce,
  runBin,
  runCli,
} from '../../support/cli'
import { databaseClient, scan } from '../../support/clients'
import { startCloudFormation } from '../../support/cloudformation'
import { expectedMembers, membersOf } from '../../support/expected-record'
import { ODD_SESSIONS } from '../../support/odd-sessions'
import { endedSession } from '../../support/sessions'
import { temporaryFolder } from '../../support/temporary-folder'
import { worldOf } from '../worlds'

retryAtOnce()
const folder = temporaryFolder()
afterEach(stopAll)

/** Runs `archive` in the test's folder. */
const archive = ({ url }: { url: string }, args: readonly string[], environment: Environment = {}) =>
  runCli(['archive', '--endpoint-url', url, ...args], { cwd: folder(), environment })

const LOCAL = ['--local', 'archive']

async function itemsOf({ endpoint, sessionsTable, sweepsTable }: Omit<Database, 'close'>) {
  const client = databaseClient(endpoint)
  const [sessions, items] = [await scan(client, sessionsTable), await scan(client, sweepsTable)]
  client.destroy()
  const roster = items.filter(({ Source }) => Source === ROSTER)
  const sweeps = items.filter((item) => item.ItemId !== 'STATE' && !roster.includes(item))
  return { sessions, sweeps, roster }
}

/** The items in the folder `archive`. */
async function localItems() {
  const database = await startDatabase({ folder: join(folder(), 'archive') })
  return itemsOf(database).finally(() => database.close())
}

/** Expects these records to be those of the sessions as AWS shows them. */
function expectRecordsOf(shown: readonly SessionMembers[], records: Record<string, unknown>[]): void {
  const kept = new Map(records.map((record) => [record.SessionId, membersOf(record)]))
  expect(kept).toEqual(new Map(shown.map((session) => [session.SessionId, expectedMembers(session)])))
}

/** What archive prints. */
const counts = (seen: number, archived: number, unchanged: number, rejected = 0, updated = 0) =>
  `${seen} seen: ${archived} archived, ${updated} updated, ${unchanged} unchanged, ${rejected} rejected`

test('archive keeps every session as AWS shows it, wherever the environment leads; the second run writes nothing', async () => {
  const now = new Date()
  const odd = ODD_SESSIONS.map((afterEnd) => ({ startedAt: now, endedAt: now, afterEnd }))
  const world = worldOf(0, [...generateSessions({ count: 110, seed: 3, now }), ...odd])
  // The first call lists the open sessions, the second one half a page of the history.
  const emulator = await start({ world, faults: { script: (n) => (n === 2 ? 'short-page' : undefined) } })
  const shown = [...world.list('History'), ...world.list('Active')]
  const environment = { AWS_ENDPOINT_URL: DESERTED, AWS_ENDPOINT_URL_DYNAMODB: DESERTED }

  const first = printedBy(await archive(emulator, LOCAL, environment))
  const afterFirst = await localItems()
  const second = printedBy(await archive(emulator, [...LOCAL, '--full', '--output', 'json']))
  const afterSecond = await localItems()

  const n = shown.length
  const named = afterFirst.sessions.filter(({ ExecutedBy }) => ExecutedBy !== undefined).length
  expect(named).toBeGreaterThan(0)
  expect(first).toBe(`Archived 111122223333/us-east-1: ${counts(n, n, 0, 0, named)} (3 list calls)\n`)
  expectRecordsOf(shown, afterFirst.sessions)
  expect(JSON.parse(second)).toMatchObject([{ Source: '111122223333/us-east-1', Pages: 2, Seen: n }])
  expect(afterSecond.sweeps).toEqual([...afterFirst.sweeps, ...JSON.parse(second)])
  expect(afterSecond.sweeps).toMatchObject([
    { Archived: n, Unchanged: 0, Outcome: 'complete' },
    { Archived: 0, Unchanged: n, Outcome: 'complete' },
  ])
  expect(afterSecond.sessions).toEqual(afterFirst.sessions)
  const Regions = { 'us-east-1': { State: 'swept', Since: expect.any(String) } }
  expect(afterFirst.roster).toMatchObject([{ ItemId: '111122223333', State: 'swept', Regions }])
  expect(afterSecond.roster).toEqual(afterFirst.roster)
})

test('archive names targets, and says why it cannot', async () => {
  const lives = [endedSession({ Target: 'mi-0c3d4f541d408a434' }, {}, new Date())]
  const emulator = await start({ world: worldOf(0, lives) })
  emulator.faults.nodes = { describeInstanceInformation: 'deny' }
  const denied = await archive(emulator, LOCAL)
  expect(denied).toMatchObject({ status: 0, stdout: expect.stringContaining('1 archived') })
  expect(denied.stderr).toMatch(
    /^Not all targets could be looked up by name: AccessDeniedException: User is not/,
  )
  emulator.faults.nodes = {}
  emulator.world.addNodes([{ InstanceId: 'mi-0c3d4f541d408a434', Name: ' Printer ' }])
  expect((await archive(emulator, [...LOCAL, '--full'])).stderr).toBe('')
  const found = await runCli(['sessions', ...LOCAL, '--target', 'PRINTER', '--output', 'json'], {
    cwd: folder(),
  })
  expect(JSON.parse(found.stdout)).toMatchObject([{ TargetName: ' Printer ', TargetSource: 'SSM' }])
})

test('archive names its source in the roster before it sweeps, so that a sweep that failed is found as well', async () => {
  const emulator = await start({ world: worldOf(1), faults: { script: () => 'deny' } })
  expect((await archive(emulator, LOCAL)).status).toBe(1)
  expect((await localItems()).roster).toHaveLength(1)
  const found = await runCli(['sweeps', ...LOCAL, '--output', 'json'], { cwd: folder() })
  expect(JSON.parse(printedBy(found))).toMatchObject([{ Outcome: 'denied' }])
})

test('archive keeps a session that cannot be a record as AWS sent it, and counts it', async () => {
  const ended = { startedAt: new Date(), endedAt: new Date() }
  const world = worldOf(1, [{ ...ended, afterEnd: { Reason: 'no id', Status: 'Terminated' } }])
  expect(printedBy(await archive(await start({ world }), LOCAL))).toContain(counts(2, 1, 0, 1))
  const { sessions, sweeps } = await localItems()
  expect(sessions).toHaveLength(1)
  const rejected = { RawJson: expect.stringContaining('no id'), ItemId: expect.any(String) }
  expect(sweeps).toContainEqual(expect.objectContaining(rejected))
})

describe('archive into tables', () => {
  let database: Database
  beforeEach(async () => {
    database = await startDatabase()
  })
  afterEach(() => database.close())

  const archiveThere: typeof archive = (emulator, args, environment) =>
    archive(emulator, args, { AWS_ENDPOINT_URL_DYNAMODB: database.endpoint, ...environment })

  const TABLES = ['--table', 'Sessions', '--sweeps-table', 'Sweeps']

  test.each([[TABLES], [['--stack', 'Archive']]])('%j keeps sessions and the receipt', async (flags) => {
    const { url, close } = await startCloudFormation({
      Archive: { SessionsTable: database.sessionsTable, SweepsTable: database.sweepsTable },
    })
    const environment = { AWS_ENDPOINT_URL_CLOUDFORMATION: url }
    const run = await archiveThere(await start({ world: worldOf(3) }), flags, environment)
    await close()
    expect(printedBy(run)).toContain('3 archived')
    const { sessions, sweeps } = await itemsOf(database)
    expect(sessions).toHaveLength(3)
    expect(sweeps).toMatchObject([{ Archived: 3, Outcome: 'complete' }])
  })

  test.each(REGIONS)('sweeps the region %s: flags %j, environment %j', async (region, flags, variables) => {
    const environment = { ...awsConfig(folder()), ...variables }
    const args = [...TABLES, '--output', 'json', ...flags]
    const receipts = printedBy(await archiveThere(await start({ world: worldOf(3) }), args, environment))
    expect(JSON.parse(receipts)).toMatchObject([{ Source: `111122223333/${region}` }])
  })

  test.each<[Fault, string, number, string]>([
    // The list begins again twice.
    ['expire-token', counts(400, 200, 200), 200, 'InvalidNextToken'],
    ['repeat-token', counts(230, 230, 0), 230, 'RepeatedTokenError'],
  ])('broken by %s says what it kept, and keeps it', async (fault, kept, count, error) => {
    // The first call lists the open sessions. A short page has 100 sessions.
    const page = 'short-page' as const
    const calls = [undefined, page, page, fault, page, fault, page, fault]
    const world = worldOf(230)
    const run = await archiveThere(await start({ world, faults: { script: (n) => calls[n - 1] } }), TABLES)
    expectFailure(run, `the sweep of 111122223333/us-east-1 failed: ${error}`)
    expect(run.stderr).toMatch(new RegExp(`^Before it failed: ${kept}\n`))
    const { sessions, sweeps } = await itemsOf(database)
    expectRecordsOf(world.list('History').slice(0, count), sessions)
    expect(sweeps).toMatchObject([{ Outcome: 'failed', Error: expect.stringContaining(error) }])
  })

  test.each([
    ['Missing', 'Sweeps'],
    ['Sessions', 'Missing'],
  ])('%s and %s, of which one does not exist, fails and names them', async (sessions, sweeps) => {
    const args = ['--table', sessions, '--sweeps-table', sweeps]
    const run = await archiveThere(await start({ world: worldOf(3) }), args)
    const expected = `expected ${sessions} and ${sweeps} in us-east-1`
    expectFailure(run, new RegExp(`resource not found: ${expected}$`))
    expect((await itemsOf(database)).sessions).toEqual([])
  })

  test('of a database that nobody serves fails', async () => {
    const run = await archiveThere(await start(), TABLES, { AWS_ENDPOINT_URL_DYNAMODB: DESERTED })
    expectFailure(run, 'connect ECONNREFUSED 127.0.0.1:1')
  })
})

describe('archive never shows a terminal the raw answer of AWS:', () => {
  const HOSTILE = '\u001b]0;title\u0007\u009b2J\u202egnp.exe'
  const SHOWN = '\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{202e}gnp.exe'

  const IDENTITY = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>
    </GetCallerIdentityResult></GetCallerIdentityResponse>`

  test('an account that is none fails, and nothing is kept', async () => {
    const run = await archive(await start({ world: new World({ accountId: HOSTILE.slice(2) }) }), LOCAL)
    expectFailure(run, /sts:GetCallerIdentity: received ".*", expected an account of 12 digits/)
    expect(readdirSync(folder())).toEqual([])
  })

  test('an error message is made harmless', async () => {
    const server = createServer(({ headers }, response) => {
      const isSts = headers['content-type']?.includes('urlencoded')
      response.statusCode = isSts ? 200 : 400
      response.end(isSts ? IDENTITY : JSON.stringify({ __type: 'AccessDeniedException', message: HOSTILE }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const run = await archive({ url: `http://127.0.0.1:${port}` }, LOCAL)
    server.close()
    expectFailure(run, `AccessDeniedException: ${SHOWN}`)
    expect((await localItems()).sweeps).toMatchObject([{ Error: `AccessDeniedException: ${HOSTILE}` }])
  })
})

describe('archive keeps nothing and says why:', () => {
  test('nobody listens', async () => {
    expectFailure(await archive({ url: DESERTED }, LOCAL), 'connect ECONNREFUSED 127.0.0.1:1')
    expect(readdirSync(folder())).toEqual([])
  })

  test('nobody listens at any address of the name, in a process', async () => {
    const preload = join(folder(), 'two-addresses.js')
    writeFileSync(
      preload,
      `const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
      require('node:dns').lookup = (name, options, callback) => process.nextTick(callback, null, addresses)`,
    )
    const args = ['archive', '--endpoint-url', 'http://two.example:1', ...LOCAL]
    const run = await runBin(args, { cwd: folder(), nodeFlags: ['--require', preload] })
    expectFailure(run, 'connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.2:1')
  })

  test.each<[string, Environment, string]>([
    ['no credentials', NO_CREDENTIALS, 'Could not load credentials'],
    ['no region', NO_REGION, 'Region is missing: expected one from --region, $AWS_REGION or the profile'],
    ['an impossible region', { AWS_REGION: 'eu\u001b[31m' }, 'region="eu\\u{1b}[31m" is not a valid'],
  ])('%s, before anything is asked', async (_, environment, message) => {
    const emulator = await start()
    expectFailure(await archive(emulator, LOCAL, environment), message)
    expect(emulator.calls.list).toEqual([])
    expect(readdirSync(folder())).toEqual([])
  })

  test('someone else uses the folder', async () => {
    const emulator = await start({ world: worldOf(3) })
    const database = await startDatabase({ folder: folder() })
    const run = await archive(emulator, ['--local', '.'])
    const { sweeps } = await itemsOf(database).finally(() => database.close())
    expectFailure(run, `folder "${folder()}": expected one that this process alone can use`)
    expect(sweeps).toEqual([])
  })

  test.each([
    ['file', /folder ".*\/file": expected one that this process alone/],
    ['file/x', 'ENOTDIR'],
  ])('the folder is %s, of which "file" is a file', async (path, message) => {
    writeFileSync(join(folder(), 'file'), 'mine')
    expectFailure(await archive(await start({ world: worldOf(3) }), ['--local', path]), message)
    expect(readdirSync(folder())).toEqual(['file'])
  })
})

test.each<[string, string]>([
  ['', "where to? expected '--local <dir>', '--stack <name>' or '--table <name>'"],
  ['--table Sessions', "expected '--sweeps-table <name>' beside '--table Sessions'"],
  ['--sweeps-table Sweeps', "expected '--table <name>' beside '--sweeps-table Sweeps'"],
  ['--table= --sweeps-table=', "'--table <name>' argument '' is invalid. Expected some text."],
  ['--local d --endpoint-url ftp://x', "'ftp://x' is invalid. Expected a URL such as"],
  ['--local d --region Ireland', "'Ireland' is invalid. Expected a region such as eu-west-1"],
  ['--local d --region eu-west-1\u001b[2J', "'eu-west-1\\u{1b}[2J' is invalid. Expected a region"],
  ['--local d --output yaml', "'yaml' is invalid. Expected table, json, jsonl, csv, or a file for Excel"],
  ['--local d everything', 'Expected 0 arguments but got 1'],
])('archive %s is wrong usage and refused before anything is asked or written', async (flags, message) => {
  const emulator = await start({ world: worldOf(3) })
  expectWrongUsage(await archive(emulator, flags.split(' ').filter(Boolean)), message)
  expect(emulator.calls.list).toEqual([])
  expect(readdirSync(folder())).toEqual([])
})
