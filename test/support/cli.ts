import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { ANYONE_ENVIRONMENT } from './clients'

export const CLI = join(__dirname, '../../bin/session-archive.js')

/** After this a command hangs. Milliseconds. */
export const PATIENCE = 240_000

export interface CliOptions {
  /** Replaces variables of {@link cliEnvironment}; undefined: takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly nodeFlags?: readonly string[]
}

export interface CliRun {
  /** null: ended by a signal, or by the end of patience. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Nothing of the machine but where its programs and temporary files are. */
export function cliEnvironment(): Record<string, string | undefined> {
  const { PATH, TMPDIR } = process.env
  return { PATH, TMPDIR, ...ANYONE_ENVIRONMENT, AWS_EC2_METADATA_DISABLED: 'true' }
}

/** Runs the real command line to its end; standard input, output and error are no terminals. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return ended(spawnCli(args, options))
}

export interface RunningCli {
  /** The next line of standard output. */
  line(): Promise<string>
  /** @returns how it ended; `stdout` is what no one read as a line */
  stop(signal: NodeJS.Signals): Promise<CliRun>
}

export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  const child = spawnCli(args, options)
  const { stdout } = child
  if (stdout === null) throw new Error('expected a pipe')
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const end = Promise.all([once(child, 'close'), child.stderr ? text(child.stderr) : ''])
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`expected another line, but it ended: ${(await end)[1]}`)
      return value
    },
    async stop(signal) {
      child.kill(signal)
      const rest: string[] = []
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value)
      const [[status], stderr] = await end
      return { status, stdout: rest.join('\n'), stderr }
    },
  }
}

function spawnCli(args: readonly string[], { environment, cwd, nodeFlags = [] }: CliOptions): ChildProcess {
  return spawn(process.execPath, [...nodeFlags, CLI, ...args], {
    cwd,
    env: { ...cliEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  })
}

async function ended(child: ChildProcess): Promise<CliRun> {
  const [[status], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ])
  return { status, stdout, stderr }
}

/** What a terminal would obey, or be misled by; lines may end. */
export const OBEYED_BY_TERMINALS = /(?![\n\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** A run that failed: nothing on standard output, one message on standard error, no stack trace. */
export function expectFailure(run: CliRun, message: string | RegExp): void {
  expect(run).toMatchObject({ status: 1, stdout: '' })
  const messages = run.stderr.split('\n').filter((line) => line.startsWith('session-archive: '))
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatch(message)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(run.stderr).not.toMatch(OBEYED_BY_TERMINALS)
}

/** A command refused as it was typed. */
export function expectWrongUsage(run: CliRun, ...parts: readonly string[]): void {
  expect(run).toMatchObject({ status: 2, stdout: '' })
  for (const part of parts) expect(run.stderr).toContain(part)
  expect(run.stderr).toMatch(/^error: /)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(run.stderr).not.toMatch(OBEYED_BY_TERMINALS)
}

/** An address on this machine where nobody listens. */
export async function deserted(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
