import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import pMap from 'p-map'
import { ask, HEADERS, start, stopAll } from '../../emulator/builders'
import { listAccounts } from '../../emulator/organization-clients'
import {
  cliEnvironment,
  expectFailure,
  expectWrongUsage,
  printedBy,
  type Running,
  runCli,
  startBin,
  startCli,
} from '../../support/cli'
import { temporaryFolder } from '../../support/temporary-folder'

const FIXTURES = join(__dirname, '../../emulator/fixtures')
/** Paths are relative to the command's folder. */
const HISTORY = 'reference-history.json'
const ACTIVE = 'cli-v2-active.json'
const { HOME } = process.env
const KINDS =
  'latency throttle lookup-throttle token-lifetime error reset empty-page short-page filter-after-page repeat-token'.split(
    ' ',
  )

const folder = temporaryFolder()

const running: Running[] = []
afterEach(async () => {
  for (const { kill, status } of running.splice(0)) {
    kill('SIGTERM')
    await status
  }
  await stopAll()
})

const emulate = (...args: string[]) =>
  served(startCli(['emulate', '--port', '0', ...args], { cwd: FIXTURES }))

/** Serves 40 sessions, each request with these faults: `error=0.5`. */
const emulateFaults = (faults: readonly string[], ...args: string[]) =>
  emulate('--generate', '40', ...faults.flatMap((fault) => ['--fault', fault]), ...args)

/** Reads the two lines that the emulator prints; its address is in the first. */
async function served(cli: Running) {
  running.push(cli)
  const lines = createInterface({ input: cli.stdout })[Symbol.asyncIterator]()
  const { value: announcement } = await lines.next()
  const { value: command } = await lines.next()
  const [, url = ''] = /^Serving .* at (http:\/\/127\.0\.0\.1:\d+): /.exec(announcement) ?? []
  return { ...cli, lines, url, announcement, command }
}

/** What a client sees in this many calls, one after the other. */
const askTimes = (times: number, url: string) =>
  pMap(Array(times), () => ask(url, { MaxResults: 10 }), { concurrency: 1 })

test('--generate serves a made-up month', async () => {
  const { url, announcement } = await emulate('--generate', '120', '--seed', '5')
  const { ids: history = [], token } = await ask(url, { MaxResults: 200 })
  const { ids: active = [] } = await ask(url, { State: 'Active', MaxResults: 200 })
  expect([history.length + active.length, token]).toEqual([120, undefined])
  const counts = `${active.length} sessions open, ${history.length} in history, 0 forgotten, 0 not`
  expect(announcement).toContain(`: ${counts}`)
})

test('--seed repeats the made-up month and the random faults, and another seed makes others', async () => {
  const run = async (seed: string) => {
    const { url } = await emulateFaults(['error=0.5'], '--seed', seed)
    const answers = await askTimes(30, url)
    return { errors: answers.map(({ error }) => error), ids: answers.find(({ ids }) => ids)?.ids }
  }
  const [one, same, other] = await Promise.all([run('1'), run('1'), run('2')])
  expect(same).toEqual(one)
  expect(other.errors).not.toEqual(one.errors)
  expect(other.ids).not.toEqual(one.ids)
})

test.each([
  ['one --sessions', ['--sessions', ACTIVE, HISTORY]],
  ['--sessions twice', ['--sessions', ACTIVE, '--sessions', HISTORY]],
])('two files, named by %s, are served at the time of --clock', async (_, args) => {
  const { url, announcement } = await emulate(...args, '--clock', '2020-02-18T23:50:35Z')
  expect(announcement).toMatch(/: 2 sessions open, 0 in history, .* at 2020-02-18T23:50:3\d/)
  const { ids } = await ask(url, { State: 'Active' })
  expect(ids?.toSorted()).toEqual(['Jane-Roe-0cd299e581EXAMPLE', 'Mary-Major-0ab177d470EXAMPLE'])

  await fetch(`${url}/clock`, { method: 'PUT', body: '2020-02-18T23:50:48Z' })
  expect((await ask(url)).ids).toEqual(['Mary-Major-0ab177d470EXAMPLE'])
})

test('a hint says that the clock is too late for every session of the file', async () => {
  const { announcement, stderr, status, kill } = await emulate('--sessions', HISTORY)
  expect(announcement).toMatch(/: 0 sessions open, 0 in history, 1 forgotten, 0 not yet started at 2/)
  kill('SIGTERM')
  expect(await text(stderr)).toMatch(/^Every session ended more than 30 days before the clock: --clock .*\n$/)
  expect(await status).toBe(0)
})

test('big integers of a file keep their digits, and sessions of unknown state are counted', async () => {
  const file = join(folder(), 'projected.json')
  const session =
    '{"SessionId":"a","Size":1152921504606846977,"Text":"1152921504606846977 \\"9007199254740993"}'
  writeFileSync(file, `[${session}, {"SessionId":"b","Status":"Connected"}, {"SessionId":"c","EndDate":1}]`)
  const { url, stderr, kill } = await emulate('--sessions', file)
  const answer = await fetch(url, { method: 'POST', headers: HEADERS, body: '{"State":"Active"}' })
  expect(await answer.text()).toContain(session)
  kill('SIGTERM')
  expect(await text(stderr)).toBe(
    '1 session without Status and EndDate: taken for open, whatever they are.\n',
  )
})

const hasAws = spawnSync('aws', ['--version']).status === 0
const note = hasAws ? '' : ' (skipped: the AWS CLI is not installed)'
const testWithAws = hasAws ? test : test.skip

testWithAws(`the last line printed is a command that lists the sessions${note}`, async () => {
  const { command, url } = await emulate('--generate', '60')
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, ...rest } = cliEnvironment()
  const env = { ...rest, HOME, AWS_PAGER: '' }
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --output json`], { env })
  const listed = JSON.parse(stdout).Sessions.map(({ SessionId }: { SessionId: string }) => SessionId)
  expect(listed.slice(0, 50)).toEqual((await ask(url)).ids)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the emulator and cuts a request', async (signal) => {
  const args = ['emulate', '--port', '0', '--generate', '5', '--fault', 'latency=1000000']
  const { lines, url, stderr, status, kill } = await served(startBin(args))
  const cut = ask(url)
  await new Promise((resolve) => setTimeout(resolve, 200))
  kill(signal)
  expect([await status, await text(stderr), await lines.next()]).toMatchObject([0, '', { done: true }])
  expect(await cut).toEqual({ error: expect.any(String) })
  expect(await ask(url)).toEqual({ error: 'ECONNREFUSED' })
})

test('a port in use is a failure', async () => {
  const { port } = await start()
  const run = await runCli(['emulate', '--generate', '5', '--port', String(port)])
  expectFailure(run, `EADDRINUSE: address already in use 127.0.0.1:${port}`)
})

const PAGE = { ids: expect.any(Array), token: expect.any(String) }
const THROTTLED = { error: 'ThrottlingException' }

test.each([
  [[], [PAGE, PAGE]],
  [['error=1'], [{ error: 'InternalServerError' }, { error: 'InternalServerError' }]],
  [['reset=1'], [{ error: 'ECONNRESET' }, { error: 'ECONNRESET' }]],
  [['error=0', 'reset=1'], [{ error: 'ECONNRESET' }]],
  [['throttle=0.001'], [PAGE, THROTTLED, THROTTLED]],
  [['throttle=1000'], [PAGE, PAGE, PAGE]],
  [['empty-page=1'], [{ ids: [], token: expect.any(String) }]],
])('a client sees the faults %j', async (faults, answers) => {
  const { url } = await emulateFaults(faults)
  expect(await askTimes(answers.length, url)).toEqual(answers)
})

test('several faults go together: slow answers, short pages and tokens that expire', async () => {
  const { url } = await emulateFaults(['latency=300', 'short-page=1', 'token-lifetime=60'])
  const before = performance.now()
  const { ids, token } = await ask(url, { MaxResults: 10 })
  expect(performance.now() - before).toBeGreaterThanOrEqual(295)
  expect([ids?.length, token]).toEqual([5, expect.any(String)])

  expect(await ask(url, { NextToken: token })).toMatchObject({ ids: expect.any(Array) })
  await fetch(`${url}/clock`, { method: 'PUT', body: new Date(Date.now() + 120_000).toISOString() })
  expect(await ask(url, { NextToken: token })).toEqual({ error: 'InvalidNextToken' })
})

test("--fault repeat-token=1 answers a request's own token", async () => {
  const { url } = await emulateFaults(['repeat-token=1'])
  const { token } = await ask(url, { MaxResults: 10 })
  expect(await ask(url, { MaxResults: 10, NextToken: token })).toMatchObject({ token })
})

const PROBABILITY = 'Expected a probability from 0 to 1.'
const TIME = 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'
const MILLISECONDS = 'Expected a whole number from 0 to 2147483647.'
const KIND = `Expected KIND=VALUE with one of the kinds ${KINDS.join(', ')}.`

test.each<[string, string, string]>([
  ['--port', '65536', 'Expected a whole number from 0 to 65535.'],
  ['--port', 'http', 'Expected a whole number from 0 to 65535.'],
  ['--generate', '1000001', 'Expected a whole number from 0 to 1000000.'],
  ['--seed', '4294967296', 'Expected a whole number from 0 to 4294967295.'],
  ['--clock', '2026-11-24T09:30', TIME],
  ['--clock', '2026-02-30', TIME],
  ['--fault', 'latency=2147483648', MILLISECONDS],
  ['--fault', 'latency=1s', MILLISECONDS],
  ['--fault', 'throttle=0', 'Expected a number above 0.'],
  ['--fault', 'token-lifetime=never', 'Expected a number above 0.'],
  ...KINDS.slice(4).map((kind): [string, string, string] => ['--fault', `${kind}=1.1`, PROBABILITY]),
  ['--fault', 'error=', PROBABILITY],
  ['--fault', 'latency', KIND],
  ['--fault', 'earthquake=1', KIND],
  ['--fault', '__proto__=1', KIND],
  ['--fault', '', KIND],
])('%s "%s" is wrong usage', async (flag, value, expected) => {
  const run = await runCli(['emulate', '--generate', '1', '--port', '0', flag, value])
  expectWrongUsage(run, `option '${flag} <`, `argument '${value}' is invalid. ${expected}`)
})

test('the same kind of fault twice is wrong usage', async () => {
  const run = await runCli(['emulate', '--generate', '1', '--fault', 'error=0.1', '--fault', 'error=0.2'])
  expectWrongUsage(run, "argument 'error=0.2' is invalid. Expected error only once.")
})

test.each(['', `--generate 1 --sessions ${HISTORY}`])('emulate of "%s" is wrong usage', async (sources) => {
  const run = await runCli(['emulate', '--port=0', ...sources.split(' ').filter(Boolean)])
  expectWrongUsage(run, "expected one of '--sessions <file...>', '--generate <n>' and")
})

test('the help explains every kind of fault', async () => {
  const help = printedBy(await runCli(['emulate', '--help']))
  for (const kind of KINDS) expect(help).toMatch(new RegExp(`^  ${kind} +\\w+`, 'm'))
})

test.each([
  ['Sessions: none', 'the file: got "Sessions: none", expected JSON'],
  ['{"Sessions": {}}', 'Sessions: got {}, expected an array of sessions'],
  [
    '{"Sessions": [{"StartDate": "\u009b2J\u202e"}]}',
    'Sessions[0].StartDate: got "\\u{9b}2J\\u{202e}", expected an ISO 8601 time with a time zone',
  ],
])('the file %j fails with its place, the value and the expectation', async (content, message) => {
  const path = join(folder(), 'world.json')
  writeFileSync(path, content)
  const args = ['emulate', '--port', '0', '--sessions', join(FIXTURES, HISTORY), 'world.json']
  expectFailure(await runCli(args, { cwd: folder() }), `session-archive: ${path}: ${message}`)
  expect(readdirSync(folder())).toEqual(['world.json'])
})

test('--organization serves accounts, and the lines printed lead the AWS SDK to them', async () => {
  const regions = { 'us-east-1': { sessions: 7 }, 'eu-south-2': { status: 'ENABLED', sessions: 5 } }
  const accounts = [{ id: '444455556666', name: 'Payments', regions }]
  writeFileSync(join(folder(), 'organization.json'), JSON.stringify({ accounts }))
  const args = ['emulate', '--port', '0', '--organization', 'organization.json']
  const { url, announcement, command, lines } = await served(startCli(args, { cwd: folder() }))
  expect(announcement).toMatch(
    /^Serving an organization of 2 accounts at .*: \d+ sessions open, \d+ in history, 0 forg/,
  )
  const counts = /: (\d+) sessions open, (\d+) in history/.exec(announcement) ?? []
  expect(Number(counts[1]) + Number(counts[2])).toBe(12)
  const services = ['SSM', 'STS', 'ORGANIZATIONS', 'ACCOUNT', 'CLOUDTRAIL']
  const endpoints = services.map((of) => `AWS_ENDPOINT_URL_${of}=${url}`)
  expect(command).toBe(`export ${endpoints.join(' ')}`)
  expect((await lines.next()).value).toContain('AWS_ACCESS_KEY_ID=any')
  expect((await listAccounts({ url })).Accounts?.map(({ Name }) => Name)).toEqual(['Audit', 'Payments'])
})

test('the organization that the documents print is served as it is', async () => {
  const page = readFileSync(join(__dirname, '../../../docs/command-line.md'), 'utf8')
  const [, printed = ''] = /^### A made-up organization.*?```json\n(.*?)```/ms.exec(page) ?? []
  writeFileSync(join(folder(), 'organization.json'), printed)
  const args = ['emulate', '--port', '0', '--organization', 'organization.json']
  const { announcement } = await served(startCli(args, { cwd: folder() }))
  expect(announcement).toContain('an organization of 4 accounts')
})

test('--fault with --organization is wrong usage', async () => {
  const run = await runCli(['emulate', '--organization', 'organization.json', '--fault', 'error=1'])
  expectWrongUsage(run, "'--fault' is not for '--organization': its file says what goes wrong")
})

test("an organization's file that is wrong fails with its place, the value and the expectation", async () => {
  writeFileSync(join(folder(), 'organization.json'), '{"accounts": [{"id": "\u202e1"}]}')
  const run = await runCli(['emulate', '--organization', 'organization.json'], { cwd: folder() })
  const path = join(folder(), 'organization.json')
  expectFailure(run, `${path}: accounts[0].id: got "\\u{202e}1", expected a string of 12 digits`)
})

test('a file that does not exist fails by its name', async () => {
  const run = await runCli(['emulate', '--port', '0', '--sessions', 'nowhere.json'], { cwd: folder() })
  expectFailure(run, join(folder(), 'nowhere.json'))
})
