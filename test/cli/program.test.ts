import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SCHEMA_VERSION } from '../../archive/record'
import { run } from '../../cli/program'
import { version } from '../../package.json'
import { DESERTED, expectWrongUsage, printedBy, runBin, runCli } from '../support/cli'
import { temporaryFolder } from '../support/temporary-folder'

const folder = temporaryFolder()
/** Of flags whose values must have a form. */
const VALUES: Readonly<Record<string, string>> = {
  '--min-duration': '8h',
  '--days': '31',
  time: '2026-11-24',
  date: '2026-11-24',
  n: '1',
  id: '111122223333',
  state: 'swept',
  list: 'Active',
  region: 'eu-west-1',
  url: 'http://127.0.0.1:1',
  status: 'Connected',
  type: 'Standard',
  outcome: 'failed',
  format: 'json',
  arn: 'arn:aws:iam::111122223333:role/archiver',
  organization: 'o-a1b2c3d4e5',
  kind: 'terraform',
  'account/region': '111122223333/eu-west-1',
}
const COMMANDS = [
  'sessions',
  'session',
  'sweeps',
  'sources',
  'attempts',
  'report',
  'browse',
  'evidence',
  'prove',
  'verify',
  'reconcile',
  'archive',
  'retention',
  'member-role',
  'emulate',
  'demo',
  'completion',
]

/** All but those without a flag of their own. */
const WITH_FLAGS = COMMANDS.filter((name) => name !== 'completion')

/** What a command does not do without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  report: ['--out', 'page.html'],
  prove: ['--out', 'proof.json'],
  reconcile: ['--trail', 'trail'],
  evidence: ['--out', 'bundle', '--from', '2026-01-01', '--to', '2027-01-01'],
}

test.each([['--help'], ['-h'], ['help']])('%s names every command', async (flag) => {
  expect(printedBy(await runCli([flag])).match(/(?<=^ {2})[a-z-]+(?= )/gm)).toEqual([...COMMANDS, 'help'])
})

test.each(COMMANDS)('--help and help explain how to use %s', async (command) => {
  const usage = new RegExp(`^Usage: session-archive ${command} .*^Options:$.*^ {2}-`, 'ms')
  expect(printedBy(await runCli([command, '--help']))).toMatch(usage)
  expect(printedBy(await runCli(['help', command]))).toMatch(usage)
})

describe.each([40, 60, 80, 132])('on a terminal of %i columns,', (columns) => {
  test.each(['help', ...COMMANDS])('%s --help has no longer line, and breaks no word', async (command) => {
    const stdout = Object.assign(new PassThrough(), { columns })
    await run([command, '--help'], { stdout, stderr: new PassThrough(), env: {}, cwd: '' })
    const help = await text(stdout.end())
    expect(help.split('\n').filter((line) => line.length > columns && /\S \S/.test(line))).toEqual([])
    expect(help.split(/\s+/)).toEqual((await helpOf(command)).split(/\s+/))
  })
})

/** At 80 columns. */
const helpOf = async (command: string) => printedBy(await runCli([command, '--help']))

test.each(WITH_FLAGS)(
  'every flag of %s that is given twice is refused, unless its usage has dots',
  async (command) => {
    const flags = [...(await helpOf(command)).matchAll(/^ {2}(--[a-z-]+)(?: <(.*?)>)?/gm)]
    expect(flags.length).toBeGreaterThan(1)
    for (const [, flag = '', value] of flags) {
      if (value?.endsWith('...')) continue
      const once = value === undefined ? [flag] : [flag, VALUES[flag] ?? VALUES[value] ?? 'x']
      const shown = `'${once.join(' ')}'`
      const message = `error: received ${shown} and ${shown}, expected ${flag} once`
      expectWrongUsage(await runCli([command, ...once, ...once], { cwd: folder() }), message)
    }
  },
)

test.each([['--version'], ['-V']])(
  '%s prints the version of the package, and of what it writes',
  async (flag) => {
    expect(printedBy(await runCli([flag]))).toBe(`${version} (records of schema version ${SCHEMA_VERSION})\n`)
  },
)

test('without a command, the help is an error', async () => {
  const stderr = expect.stringMatching(/^Usage: session-archive /)
  expect(await runCli([])).toEqual({ status: 2, stdout: '', stderr })
})

test.each<[string[], string]>([
  [['sessionz'], "unknown command 'sessionz'\n(Did you mean one of session, sessions?)"],
  [['--nope'], "unknown option '--nope'"],
  [['--nope', 'demo'], "unknown option '--nope'"],
  ...COMMANDS.map((command): [string[], string] => [
    [command, ...(REQUIRED[command] ?? []), '--nope'],
    "unknown option '--nope'",
  ]),
  [['sweeps', '--limit', '1', '--limit', '2'], "received '--limit 1' and '--limit 2', expected --limit once"],
  [['demo', 'extra'], 'Expected 0 arguments but got 1'],
  // What was typed is shown, harmless for a terminal.
  [['\u001b[31mno\u202e'], "unknown command '\\u{1b}[31mno\\u{202e}'"],
  [['demo', '--seed', '\u001b]0;title\u0007'], "argument '\\u{1b}]0;title\\u{7}' is invalid"],
  [['archive', '--\u009b2J'], "unknown option '--\\u{9b}2J'"],
  [['session', 's', '--local', 'd', '--stack', '\u009b2J'], "'--stack \\u{9b}2J'"],
])('%j is wrong usage', async (args, message) => {
  expectWrongUsage(await runCli(args, { cwd: folder() }), message)
  expect(readdirSync(folder())).toEqual([])
})

describe('standard output that cannot be written', () => {
  test.each([
    ['EPIPE', ['--version'], 0, ''],
    ['EPIPE', ['demo', '--sessions', '1'], 0, ''],
    ['ENOSPC', ['--version'], 1, 'session-archive: ENOSPC: no\n'],
    ['ENOSPC', ['demo', '--sessions', '1'], 1, 'session-archive: ENOSPC: no\n'],
  ])('because of %s ends %j with status %i', async (code, args, status, message) => {
    const error = Object.assign(new Error(`${code}: no`), { code })
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(error) })
    const stderr = new PassThrough()
    expect(await run(args, { stdout, stderr, env: {}, cwd: folder() })).toBe(status)
    stderr.end()
    expect(await text(stderr)).toBe(message)
  })

  const onLinux = existsSync('/dev/full') ? test : test.skip
  onLinux('because the disk is full is exit status 1, in a process too', async () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = await runBin(['--version'], { stdoutFile: full })
    closeSync(full)
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^session-archive: ENOSPC/)])
  })
})

describe('as a process,', () => {
  test.each([
    ['success', ['--version'], 0],
    ['failure', ['session', 'x', '--local', 'missing'], 1],
    ['wrong usage', ['session'], 2],
  ])('%s ends with its exit status: %j, %i', async (_, args, status) => {
    expect((await runBin(args, { cwd: folder() })).status).toBe(status)
  })

  /** The packages and files of ours that a process of the command line loaded. */
  async function loadedBy(...args: string[]): Promise<string[]> {
    const [preload, list] = [join(folder(), 'preload.js'), join(folder(), 'loaded.json')]
    const write = `writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache)))`
    writeFileSync(preload, `process.on('exit', () => require('node:fs').${write})`)
    await runBin(args, { nodeFlags: ['--require', preload] })
    const names = require(list).map((file: string) => {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? /\/cli\/(.*)/.exec(file) ?? []
      return name ?? ''
    })
    return [...new Set<string>(names)].sort()
  }

  test.each([[['--help']], [['--version']], [[]], [['sessionz']]])('%j loads no command', async (args) => {
    expect((await loadedBy(...args)).join(' ').trim()).toBe(
      '@commander-js/extra-typings commander esbuild io.ts main.ts output/message-of.ts output/printable.ts output/wrap-help.ts program.ts tsx',
    )
  })

  test.each([
    [['archive', '--help']],
    [['emulate']],
    [['report', '--help']],
    [['session']],
    [['sessions', '--from', 'yesterday']],
    [['sources', '--state', 'late']],
    [['sweeps', '--coverage', '--limit', '1']],
  ])('%j loads that one command, and neither the AWS SDK nor a database', async (args) => {
    const loaded = await loadedBy(...args)
    expect(loaded.filter((name) => /^@aws-sdk|^@smithy|^dynalite|^level/.test(name))).toEqual([])
    expect(loaded.filter((name) => name.startsWith('commands/'))).toEqual([`commands/${args[0]}.ts`])
  })

  test('a command that asks AWS loads the AWS SDK, which the measure sees', async () => {
    const args = ['session', 'x', '--table', 'Sessions', '--endpoint-url', DESERTED]
    expect(await loadedBy(...args)).toEqual(expect.arrayContaining(['@aws-sdk/client-dynamodb', 'dynalite']))
  })
})
