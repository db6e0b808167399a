import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { deserted, expectWrongUsage, runCli } from '../support/cli'
import { temporaryFolder } from '../support/temporary-folder'

const folder = temporaryFolder()
const COMMANDS = ['sessions', 'session', 'sweeps', 'archive', 'emulate', 'demo']

test.each([['--help'], ['-h'], ['help']])('%s names every command', async (flag) => {
  const { status, stdout, stderr } = await runCli([flag])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
})

test.each(COMMANDS)('%s --help tells how to use it', async (command) => {
  const { status, stdout, stderr } = await runCli([command, '--help'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(new RegExp(`^Usage: session-archive ${command} `))
})

test.each([['--version'], ['-V']])('%s is that of the package', async (flag) => {
  expect(await runCli([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
})

test('without a command, the help is an error', async () => {
  const { status, stdout, stderr } = await runCli([])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^Usage: session-archive /)
})

test.each<[string[], string]>([
  [['sessionz'], "unknown command 'sessionz'\n(Did you mean one of session, sessions?)"],
  [['--nope'], "unknown option '--nope'"],
  [['archive', '--nope'], "unknown option '--nope'"],
  [['session', '--nope'], "unknown option '--nope'"],
  [['sweeps', '--nope'], "unknown option '--nope'"],
  [['demo', '--nope'], "unknown option '--nope'"],
  [['emulate', '--nope'], "unknown option '--nope'"],
  [['demo', 'extra'], 'Expected 0 arguments but got 1'],
])('%j is wrong usage', async (args, message) => {
  expectWrongUsage(await runCli(args, { cwd: folder() }), message, '--help tells more')
  expect(readdirSync(folder())).toEqual([])
})

test.each([
  [['\u001b[31mno\u202e'], "unknown command '\\u{1b}[31mno\\u{202e}'"],
  [['demo', '--seed', '\u001b]0;title\u0007'], "argument '\\u{1b}]0;title\\u{7}' is invalid"],
  [['archive', '--\u009b2J'], "unknown option '--\\u{9b}2J'"],
])('the message about %j is harmless for a terminal', async (args, message) => {
  expectWrongUsage(await runCli(args), message)
})

describe('startup is light', () => {
  /** The packages that a run of the command line loaded. */
  async function packagesOf(...args: string[]): Promise<string[]> {
    const preload = join(folder(), 'preload.js')
    const list = join(folder(), 'loaded.json')
    writeFileSync(
      preload,
      `process.on('exit', () => {
        require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache)))
      })`,
    )
    await runCli(args, { nodeFlags: ['--require', preload] })
    const files: string[] = require(list)
    const names = files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'our own')
    return [...new Set(names)].sort()
  }

  test.each([
    [['--help']],
    [['--version']],
    [[]],
    [['archive', '--help']],
    [['sessions', '--from', 'yesterday']],
    [['session']],
    [['sweeps']],
    [['demo', '--seed', 'x']],
    [['emulate']],
  ])('%j loads nothing but what parses a command line', async (args) => {
    expect(await packagesOf(...args)).toEqual(['commander', 'esbuild', 'our own', 'tsx'])
  })

  test('the measure sees what a command does load', async () => {
    expect(await packagesOf('archive', '--local', 'x', '--endpoint-url', await deserted())).toEqual(
      expect.arrayContaining(['@aws-sdk/client-ssm', 'dynalite']),
    )
  })
})
