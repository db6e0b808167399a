import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DescribeSessionsCommand, SSMClient } from '@aws-sdk/client-ssm'
import { start, stopAll } from '../emulator/builders'
import {
  cliEnvironment,
  expectFailure,
  expectWrongUsage,
  type RunningCli,
  runCli,
  startCli,
} from '../support/cli'
import { ANYONE } from '../support/clients'
import { temporaryFolder } from '../support/temporary-folder'

const FIXTURES = join(__dirname, '../emulator/fixtures')
const HISTORY = join(FIXTURES, 'reference-history.json')
const ACTIVE = join(FIXTURES, 'cli-v2-active.json')

const folder = temporaryFolder()

const running: RunningCli[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((cli) => cli.stop('SIGKILL')))
  await stopAll()
})

/** A served emulator: its two lines, and the address in the first. */
async function emulate(...args: string[]) {
  const cli = startCli(['emulate', '--port', '0', ...args])
  running.push(cli)
  const announcement = await cli.line()
  const [, url = ''] = /^Serving DescribeSessions at (http:\/\/127\.0\.0\.1:\d+): /.exec(announcement) ?? []
  return { cli, url, announcement, command: await cli.line() }
}

interface Ask {
  readonly State?: 'Active' | 'History'
  readonly MaxResults?: number
  readonly NextToken?: string | undefined
}

/** What a client that does not retry sees: ids and token, or the error's name (a system error's code). */
async function ask(url: string, { State = 'History', ...rest }: Ask = {}) {
  const client = new SSMClient({ ...ANYONE, endpoint: url, maxAttempts: 1 })
  try {
    const answer = await client.send(new DescribeSessionsCommand({ State, ...rest }))
    return { ids: answer.Sessions?.map(({ SessionId }) => SessionId), token: answer.NextToken }
  } catch (error) {
    const [code] = /ECONN[A-Z]+/.exec(String(error)) ?? []
    return { error: code ?? (error instanceof Error && error.name) }
  } finally {
    client.destroy()
  }
}

describe('what is served', () => {
  test('a made-up month', async () => {
    const { url, announcement } = await emulate('--generate', '120', '--seed', '5')
    const [, active, history] = /: (\d+) sessions open, (\d+) in history, 0 forgotten, 0 not/.exec(
      announcement,
    ) ?? ['', '', '']
    expect(Number(active) + Number(history)).toBe(120)
    expect((await ask(url, { MaxResults: 200 })).ids).toHaveLength(Number(history))
    expect((await ask(url, { State: 'Active', MaxResults: 200 })).ids).toHaveLength(Number(active))
  })

  test('another month for another seed', async () => {
    const urls = await Promise.all(['5', '5', '6'].map((seed) => emulate('--generate', '20', '--seed', seed)))
    const [one, same, other] = await Promise.all(
      urls.map(async ({ url }) => (await ask(url)).ids?.toSorted()),
    )
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })

  test.each([[['--sessions', ACTIVE, HISTORY]], [['--sessions', ACTIVE, '--sessions', HISTORY]]])(
    'several files at the time of the clock: %j',
    async (args) => {
      const { url, announcement } = await emulate(...args, '--clock', '2020-02-18T23:50:35Z')
      expect(announcement).toMatch(/: 2 sessions open, 0 in history, .* at 2020-02-18T23:50:3\d/)
      const { ids } = await ask(url, { State: 'Active' })
      expect(ids?.toSorted()).toEqual(['Jane-Roe-0cd299e581EXAMPLE', 'Mary-Major-0ab177d470EXAMPLE'])

      await fetch(`${url}/clock`, { method: 'PUT', body: '2020-02-18T23:50:48Z' })
      expect((await ask(url)).ids).toEqual(['Mary-Major-0ab177d470EXAMPLE'])
    },
  )

  test('one file, of which all is forgotten by now: a hint', async () => {
    const { cli, announcement } = await emulate('--sessions', HISTORY)
    expect(announcement).toMatch(/: 0 sessions open, 0 in history, 1 forgotten, 0 not yet started at 2/)
    expect(await cli.stop('SIGTERM')).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^Every session ended more than 30 days before the clock: --clock .*\n$/),
    })
  })
})

const hasAws = spawnSync('aws', ['--version']).status === 0
const testWithAws = hasAws ? test : test.skip

testWithAws(
  `the line printed last lists the sessions by the AWS CLI${hasAws ? '' : ' (skipped: the AWS CLI is not installed)'}`,
  async () => {
    const { command, url } = await emulate('--generate', '60')
    const { ids } = await ask(url)
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, ...rest } = cliEnvironment()
    const { HOME } = process.env
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --output json`], {
      env: { ...rest, HOME, AWS_PAGER: '' },
    })
    const { Sessions } = JSON.parse(stdout)
    expect(Sessions.slice(0, 50).map(({ SessionId }: { SessionId: string }) => SessionId)).toEqual(ids)
  },
)

describe('serving ends', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('well with %s, requests under way or not', async (signal) => {
    const { cli, url } = await emulate('--generate', '5', '--latency', '60000')
    const cut = ask(url)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await cli.stop(signal)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await cut).toEqual({ error: expect.any(String) })
    expect(await ask(url)).toEqual({ error: 'ECONNREFUSED' })
  })

  test('before it began where the port is in use', async () => {
    const { port } = await start()
    const run = await runCli(['emulate', '--generate', '5', '--port', String(port)])
    expectFailure(run, `EADDRINUSE: address already in use 127.0.0.1:${port}`)
  })
})

describe('faults', () => {
  const served = async (...args: string[]) => (await emulate('--generate', '40', ...args)).url

  test('none unless asked for', async () => {
    const url = await served()
    const first = await ask(url, { MaxResults: 30 })
    const second = await ask(url, { NextToken: first.token })
    expect([first.ids?.length, second.token]).toEqual([30, undefined])
  })

  test.each([
    [
      ['--error-rate', '1'],
      ['InternalServerError', 'InternalServerError', 'InternalServerError'],
    ],
    [
      ['--reset-rate', '1'],
      ['ECONNRESET', 'ECONNRESET', 'ECONNRESET'],
    ],
    [
      ['--throttle', '0.001'],
      [undefined, 'ThrottlingException', 'ThrottlingException'],
    ],
    [
      ['--throttle', '0.001', '--throttle-burst', '2'],
      [undefined, undefined, 'ThrottlingException'],
    ],
    [
      ['--throttle', '1000'],
      [undefined, undefined, undefined],
    ],
  ])('%j', async (args, errors) => {
    const url = await served(...args)
    const seen: unknown[] = []
    for (const _ of errors) seen.push((await ask(url)).error)
    expect(seen).toEqual(errors)
  })

  test('--latency', async () => {
    const url = await served('--latency', '300')
    const before = performance.now()
    await ask(url)
    expect(performance.now() - before).toBeGreaterThanOrEqual(295)
  })

  test('--empty-page-rate', async () => {
    expect(await ask(await served('--empty-page-rate', '1'))).toEqual({ ids: [], token: expect.any(String) })
  })

  test('--short-page-rate', async () => {
    const { ids, token } = await ask(await served('--short-page-rate', '1'), { MaxResults: 10 })
    expect([ids?.length, token]).toEqual([5, expect.any(String)])
  })

  test('--repeat-token-rate', async () => {
    const url = await served('--repeat-token-rate', '1')
    const { token } = await ask(url, { MaxResults: 10 })
    expect(await ask(url, { MaxResults: 10, NextToken: token })).toMatchObject({ token })
  })

  test('--token-lifetime', async () => {
    const url = await served('--token-lifetime', '0.2')
    const { token } = await ask(url, { MaxResults: 10 })
    expect(await ask(url, { NextToken: token })).toMatchObject({ token: undefined })
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(await ask(url, { NextToken: token })).toEqual({ error: 'InvalidNextToken' })
  })

  test('--seed repeats them', async () => {
    const run = async (seed: string) => {
      const url = await served('--error-rate', '0.5', '--seed', seed)
      const seen: unknown[] = []
      for (let call = 0; call < 30; call += 1) seen.push((await ask(url)).error)
      return seen
    }
    const [one, same, other] = await Promise.all([run('1'), run('1'), run('2')])
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })
})

describe('wrong usage is refused', () => {
  const MILLISECONDS = 'Expected a whole number from 0 to 2147483647.'
  const SEED = 'Expected a whole number from 0 to 4294967295.'
  const NUMBER = 'Expected a number above 0.'
  const PROBABILITY = 'Expected a probability from 0 to 1.'
  const PROBABILITIES = [
    '--error-rate',
    '--reset-rate',
    '--short-page-rate',
    '--empty-page-rate',
    '--repeat-token-rate',
  ]

  test.each<[string, string, string]>([
    ['--port', '65536', 'Expected a whole number from 0 to 65535.'],
    ['--port', 'http', 'Expected a whole number from 0 to 65535.'],
    ['--generate', '1000001', 'Expected a whole number from 0 to 1000000.'],
    ['--generate', 'many', 'Expected a whole number from 0 to 1000000.'],
    ['--seed', '4294967296', SEED],
    ['--seed', 'x', SEED],
    ['--clock', '2026-11-24T09:30', 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'],
    ['--clock', '2026-02-30', 'Expected a date or a time with its zone, such as 2026-11-24T09:30:00Z.'],
    ['--latency', '2147483648', MILLISECONDS],
    ['--latency', '1s', MILLISECONDS],
    ['--throttle', '0', NUMBER],
    ['--throttle-burst', '0.5', 'Expected a whole number of 1 or more.'],
    ['--token-lifetime', '0', NUMBER],
    ['--token-lifetime', 'never', NUMBER],
    ...PROBABILITIES.map((flag): [string, string, string] => [flag, '1.1', PROBABILITY]),
  ])('%s %s', async (flag, value, expected) => {
    const run = await runCli(['emulate', '--generate', '1', '--port', '0', flag, value])
    expectWrongUsage(run, `option '${flag} <`, `argument '${value}' is invalid. ${expected}`)
  })

  test.each([[[]], [['--generate', '1', '--sessions', HISTORY]]])(
    'neither or both of files and a month: %j',
    async (args) => {
      const run = await runCli(['emulate', '--port', '0', ...args])
      expectWrongUsage(run, "expected one of '--sessions <file...>' and '--generate <n>'")
    },
  )
})

describe('a file that is no world', () => {
  test.each([
    ['Sessions: none', 'the file: got "Sessions: none", expected JSON'],
    ['{"Sessions": {}}', 'Sessions: got {}, expected an array of sessions'],
    ['{"Sessions": [{}, {"SessionId": 7}]}', 'Sessions[1].SessionId: got 7, expected a string'],
    [
      '{"Sessions": [{"StartDate": "\u009b2J\u202e"}]}',
      'Sessions[0].StartDate: got "\\u{9b}2J\\u{202e}", expected an ISO 8601 time with a time zone',
    ],
  ])('%j is named, with the place, the value and the expectation', async (content, message) => {
    const path = join(folder(), 'world.json')
    writeFileSync(path, content)
    const run = await runCli(['emulate', '--port', '0', '--sessions', HISTORY, path])
    expectFailure(run, `session-archive: ${path}: ${message}`)
    expect(readdirSync(folder())).toEqual(['world.json'])
  })

  test('a file that does not exist', async () => {
    const path = join(folder(), 'nowhere.json')
    expectFailure(await runCli(['emulate', '--port', '0', '--sessions', path]), path)
  })
})
