import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough, type Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run } from '../../cli/program'
import { ANYONE_ENVIRONMENT } from './clients'

export const CLI = join(__dirname, '../../bin/session-archive.js')

/** A command that takes longer hangs. */
export const HANGS_MS = 240_000

export interface CliOptions {
  /** Replaces variables of {@link cliEnvironment}; undefined: takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

export interface CliRun {
  /** null: ended by a signal, or because it hung. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const { PATH, TMPDIR } = process.env

/** Of the machine only where its programs and temporary files are. */
export function cliEnvironment(): Record<string, string | undefined> {
  return { PATH, TMPDIR, ...ANYONE_ENVIRONMENT, AWS_EC2_METADATA_DISABLED: 'true' }
}

/**
 * Runs the command line in this process, whose environment it replaces: the AWS SDK reads that.
 *
 * @returns how it ended
 */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { stdout, stderr, status } = start(args, options)
  const [out, err] = await Promise.all([text(stdout), text(stderr)])
  return { status: await status, stdout: out, stderr: err }
}

/** Starts a command in this process that ends by signals only, which `stop` emits. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const { stdout, stderr, status } = start(args, options)
  return follow(stdout, stderr, status, () => {
    process.emit('SIGINT')
    process.emit('SIGTERM')
  })
}

function start(args: readonly string[], { environment, cwd = process.cwd() }: CliOptions) {
  const variables = Object.entries({ ...cliEnvironment(), ...environment })
  const env = Object.fromEntries(variables.filter(([, value]) => value !== undefined))
  process.env = env
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const status = run(args, { stdout, stderr, env, cwd }).finally(() => {
    stdout.end()
    stderr.end()
  })
  return { stdout, stderr, status }
}

export interface BinOptions extends CliOptions {
  readonly nodeFlags?: readonly string[]
  /** A file. @default - a pipe */
  readonly stdout?: number
}

/** Runs the command line as a process, to its end; standard input, output and error are no terminals. */
export async function runBin(args: readonly string[], options: BinOptions = {}): Promise<CliRun> {
  const child = spawnBin(args, options)
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ])
  return { status, stdout, stderr }
}

export interface RunningCli {
  /** The next line of standard output. */
  line(): Promise<string>
  /** @returns how it ended; `stdout` is what no one read as a line */
  stop(signal: NodeJS.Signals): Promise<CliRun>
}

/** Starts the command line as a process. */
export function startBin(args: readonly string[], options: BinOptions = {}): RunningCli {
  const child = spawnBin(args, options)
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('expected pipes')
  const status = once(child, 'close').then(([code]) => code)
  return follow(stdout, stderr, status, (signal) => child.kill(signal))
}

function follow(
  stdout: Readable,
  stderr: Readable,
  status: Promise<number | null>,
  kill: (signal: NodeJS.Signals) => void,
): RunningCli {
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const said = text(stderr)
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`expected another line, but it ended: ${await said}`)
      return value
    },
    async stop(signal) {
      kill(signal)
      const rest: string[] = []
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value)
      return { status: await status, stdout: rest.join('\n'), stderr: await said }
    },
  }
}

function spawnBin(
  args: readonly string[],
  { environment, cwd, nodeFlags = [], stdout }: BinOptions,
): ChildProcess {
  return spawn(process.execPath, [...nodeFlags, CLI, ...args], {
    cwd,
    env: { ...cliEnvironment(), ...environment },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
  })
}

/** What a terminal would obey, or be misled by; lines may end. */
export const OBEYED_BY_TERMINALS = /(?![\n\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Expects a run that failed: nothing on standard output, one message on standard error, no stack trace. */
export function expectFailure(run: CliRun, message: string | RegExp): void {
  expect(run).toMatchObject({ status: 1, stdout: '' })
  const messages = run.stderr.split('\n').filter((line) => line.startsWith('session-archive: '))
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatch(message)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(run.stderr).not.toMatch(OBEYED_BY_TERMINALS)
}

/** Expects a command that was refused as it was typed. */
export function expectWrongUsage(run: CliRun, ...parts: readonly string[]): void {
  expect(run).toMatchObject({ status: 2, stdout: '' })
  for (const part of parts) expect(run.stderr).toContain(part)
  expect(run.stderr).toMatch(/^error: .*\n\(--help explains more\)\n$/s)
  expect(run.stderr.match(/^error: /gm)).toHaveLength(1)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(run.stderr).not.toMatch(OBEYED_BY_TERMINALS)
}

/** Returns an address on this machine where nobody listens. */
export async function deserted(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
