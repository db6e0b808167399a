import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { enrol } from '../../archive/roster'
import { SweepsTable } from '../../archive/sweeps-table'
import { startDatabase } from '../../emulator/dynamodb'
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
  runCli,
} from '../support/cli'
import { databaseClient } from '../support/clients'
import { type CloudFormation, startCloudFormation } from '../support/cloudformation'
import type { DatabaseFault } from '../support/database-proxy'
import { receipt, SOURCE, useFilledArchive } from '../support/filled-archive'
import { temporaryFolder } from '../support/temporary-folder'

retryAtOnce()
const folder = temporaryFolder()
const RECEIPT = receipt('2026-03-01T00:00:00.000Z')

const archive = useFilledArchive(async ({ keep, swept }) => {
  await keep([{ SessionId: 's' }])
  await swept(RECEIPT)
})
let cloudFormation: CloudFormation
beforeAll(async () => {
  cloudFormation = await startCloudFormation({
    SessionArchive: { Other: 'x', SweepsTable: 'Sweeps', SessionsTable: 'Sessions' },
    Archive: { SweepsTable: 'Sweeps', SessionsTable: 'Sessions' },
    Elsewhere: { SessionsTable: 'Gone', SweepsTable: 'GoneToo' },
    Unrelated: { BucketName: 'x', UserSessionsTable: 'x' },
    Audit: { UserSessionsTable: 'x', EmeaSweepsTable: 'Sweeps', EmeaSessionsTable: 'Sessions' },
    Two: { SessionsTable: 'A', SweepsTable: 'B', EmeaSessionsTable: 'C', EmeaSweepsTable: 'D' },
  })
})
beforeEach(() => void cloudFormation.calls.splice(0))
afterAll(() => cloudFormation.close())

/** The SDK finds the endpoints as the AWS CLI does. */
const run = (args: readonly string[], environment: Environment = {}) =>
  runCli(args, {
    cwd: folder(),
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: archive.proxy.endpoint,
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      ...environment,
    },
  })

/** Commands that find the one session or the one receipt. */
const SESSION = ['session', 's', '--output', 'json']
const SWEEPS = ['sweeps', '--output', 'json']
const TABLES = ['--table', 'Sessions', '--sweeps-table', 'Sweeps']

test.each<[string, string[], string[]]>([
  ['the stack SessionArchive by default', [], ['SessionArchive']],
  ['the stack of --stack', ['--stack', 'Archive'], ['Archive']],
  ['the archive of a stack in which it has a name', ['--stack', 'Audit'], ['Audit']],
  ['the tables of the flags', TABLES, []],
])('every command reads %s', async (_name, flags, stack) => {
  // Once, the environment could name tables as well.
  const environment = { SESSION_ARCHIVE_SESSIONS_TABLE: 'Gone', SESSION_ARCHIVE_SWEEPS_TABLE: 'Gone' }
  const ask = (...command: string[]) => run([...command, ...flags], environment)
  expect(JSON.parse(printedBy(await ask(...SESSION)))).toMatchObject([{ SessionId: 's' }])
  expect(JSON.parse(printedBy(await ask(...SWEEPS)))).toEqual([RECEIPT])
  expect(await ask('sessions', '--open')).toMatchObject({ status: 0 })
  expect(await ask('report', '--open', '--out', join(folder(), 'page.html'))).toMatchObject({ status: 0 })
  const stacks = cloudFormation.calls.map(({ body }) => /(?<=StackName=)\w+/.exec(body)?.[0])
  expect(stacks).toEqual(Array(4).fill(stack).flat())
})

test('session and sweeps need no other table than they read', async () => {
  printedBy(await run([...SESSION, '--table', 'Sessions']))
  printedBy(await run([...SWEEPS, '--sweeps-table', 'Sweeps']))
})

test('the folder of --local is read, wherever the environment leads', async () => {
  const database = await startDatabase({ folder: join(folder(), 'archive') })
  const client = databaseClient(database.endpoint)
  const kept = receipt('2026-03-02T00:00:00.000Z')
  const sweeps = { client, tableName: database.sweepsTable }
  await enrol(sweeps, SOURCE, new Date())
  await new SweepsTable(sweeps).putReceipt(kept)
  client.destroy()
  await database.close()

  const nowhere = { AWS_ENDPOINT_URL: DESERTED, AWS_REGION: undefined }
  expect(JSON.parse(printedBy(await run([...SWEEPS, '--local', 'archive'], nowhere)))).toEqual([kept])
  expect(archive.proxy.calls).toEqual([])
})

test('region and credentials are those of --profile, whatever the environment', async () => {
  jest.spyOn(console, 'warn').mockImplementation() // by the SDK, about two sources of credentials
  const found = await run([...SESSION, '--stack', 'Archive', '--profile', 'audit'], awsConfig(folder()))
  expect(found).toMatchObject({ status: 0, stdout: expect.stringContaining('"SessionId": "s"') })
  const by = (service: string) =>
    expect.stringMatching(new RegExp(`^AUDITOR/\\d{8}/ap-southeast-2/${service}/`))
  const body = expect.stringContaining('StackName=Archive')
  expect(cloudFormation.calls).toMatchObject([{ body, credential: by('cloudformation') }])
  expect(archive.proxy.calls[0]).toMatchObject({ operation: 'GetItem', body: { TableName: 'Sessions' } })
  for (const { credential } of archive.proxy.calls) expect(credential).toEqual(by('dynamodb'))
})

test.each(REGIONS)('the region is %s: flags %j, environment %j', async (region, flags, variables) => {
  const environment = { ...awsConfig(folder()), ...variables }
  printedBy(await run([...SESSION, '--table', 'Sessions', ...flags], environment))
  expect(archive.proxy.calls.map(({ credential }) => credential.split('/')[2])).toEqual([region])
})

test.each<[string, RegExp, Environment]>([
  ['sessions --open --table Gone', /: expected Gone in us-east-1$/, {}],
  ['sweeps --sweeps-table Gone', /: expected Gone in us-east-1$/, {}],
  ['sweeps --stack Elsewhere --region eu-west-1', /: expected Gone and GoneToo in eu-west-1$/, {}],
  [
    'session s --stack Missing --region eu-west-1',
    /: stack "Missing" in eu-west-1: Stack with id Missing does not exist\. --stack, --table or --local choose another archive, --region another region$/,
    {},
  ],
  [
    'session s --stack Unrelated',
    /: stack "Unrelated" in us-east-1: received no outputs SessionsTable and SweepsTable, expected an archive's stack\. --stack, /,
    {},
  ],
  [
    'session s --stack Two',
    /received 2 archives, expected one: choose --table A --sweeps-table B, or --table C --sweeps-table D\. --stack, /,
    {},
  ],
  ['session s --table Sessions', /: Region is missing: expected one from --region, /, NO_REGION],
  ['session s --stack Archive', /: Region is missing: expected one from --region, /, NO_REGION],
  ['session s --table Sessions', /: Could not load credentials from any providers$/, NO_CREDENTIALS],
  ['session s --table Sessions --profile nobody', /: received "nobody", expected a profile of the AWS /, {}],
  ['session s --stack Archive', /\$AWS_PROFILE: received "nobody", expected/, { AWS_PROFILE: 'nobody' }],
])('%s fails with the message %s', async (line, message, environment) => {
  expectFailure(await run(line.split(' '), environment), message)
})

describe('exit status 1 says what is wrong:', () => {
  const OF_TABLE = [...SESSION, '--table', 'Sessions']

  test.each<[string, DatabaseFault, string | RegExp, number]>([
    ['no permission', { type: 'AccessDeniedException', message: 'not authorized' }, 'not authorized', 1],
    ['an endpoint that breaks every connection', 'reset-before', /ECONNRESET|socket hang up/, 8],
  ])('%s', async (_name, fault, message, calls) => {
    archive.proxy.fault = () => fault
    expectFailure(await run(OF_TABLE), message)
    expect(archive.proxy.calls).toHaveLength(calls)
  })

  test('an endpoint where nobody listens', async () => {
    const found = await run([...OF_TABLE, '--endpoint-url', DESERTED])
    expectFailure(found, 'connect ECONNREFUSED 127.0.0.1:1')
  })

  test('a folder that is no archive, which is left as it is', async () => {
    mkdirSync(join(folder(), 'mine'))
    writeFileSync(join(folder(), 'file'), 'mine')
    for (const path of ['missing', 'mine', 'file']) {
      const message = `session-archive: folder "${path}": expected an archive, and there is none`
      expectFailure(await run([...SESSION, '--local', path]), message)
    }
    expect(readdirSync(folder()).sort()).toEqual(['file', 'mine'])
    expect(readdirSync(join(folder(), 'mine'))).toEqual([])
  })

  test('the default stack, if it does not exist', async () => {
    const other = await startCloudFormation({})
    const found = await run(['sessions', '--open'], { AWS_ENDPOINT_URL_CLOUDFORMATION: other.url })
    await other.close()
    expectFailure(found, /stack "SessionArchive" in us-east-1: .* SessionArchive does not exist\. --stack, /)
  })
})

const different = (...flags: string[]) =>
  `${flags.map((flag) => `'${flag}'`).join(' and ')} are different archives: expected one of them`

test.each([
  ['sessions --table=', "'--table <name>' argument '' is invalid"],
  ['sessions --table a --stack b', different('--stack b', '--table a')],
  ['session s --table a --local b', different('--table a', '--local b')],
  ['sessions --stack a --local b', different('--stack a', '--local b')],
  ['sweeps --stack a --sweeps-table b', different('--stack a', '--sweeps-table b')],
  ['sweeps --sweeps-table a --local b', different('--sweeps-table a', '--local b')],
  ['archive --stack s --local d', different('--stack s', '--local d')],
  ['archive --local d --table a --sweeps-table b', different('--table a', '--sweeps-table b', '--local d')],
  ['sessions --sweeps-table a', "expected '--table <name>' beside '--sweeps-table a'"],
  ['session s --sweeps-table a', "expected '--table <name>' beside '--sweeps-table a'"],
  ['sweeps --table a', "expected '--sweeps-table <name>' beside '--table a'"],
  ['report --out page.html --table a', "expected '--sweeps-table <name>' beside '--table a'"],
  [
    'sessions --local a --region eu-west-1',
    "'--region eu-west-1' says where tables are, and '--local a' is a folder: expected one of them",
  ],
  ['sessions --endpoint-url 127.0.0.1:8000 --table a', "argument '127.0.0.1:8000' is invalid"],
  ['sessions --region Ireland --table a', "argument 'Ireland' is invalid"],
  ['sessions --local', "'--local <dir>' argument missing"],
])('%s is wrong usage and refused before anything is asked', async (line, message) => {
  expectWrongUsage(await run(line.split(' ')), message)
  expect([...archive.proxy.calls, ...cloudFormation.calls]).toEqual([])
})
