import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run } from '../../cli/program'
import { ANYONE_ENVIRONMENT } from './clients'

export const CLI = join(__dirname, '../../bin/session-archive.js')

/** Nobody listens there. No port that the system gives away: another process could be given it meanwhile. */
export const DESERTED = 'http://127.0.0.1:1'

/** A command that takes longer hangs. */
export const HANGS_MS = 240_000

export interface CliOptions {
  /** Replaces variables of {@link cliEnvironment}; undefined: takes one away. */
  readonly environment?: Environment
  readonly cwd?: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface CliRun {
  /** null: ended by a signal, or because it hung. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const { PATH, TMPDIR } = process.env

/** Of the machine only where its programs and temporary files are. */
export function cliEnvironment(): Environment {
  return { PATH, TMPDIR, ...ANYONE_ENVIRONMENT, AWS_EC2_METADATA_DISABLED: 'true' }
}

/** Writes a configuration: a region by default, and a profile with its own region and credentials. */
export function awsConfig(folder: string): Environment {
  const file = join(folder, 'config')
  const keys = 'aws_access_key_id = AUDITOR\naws_secret_access_key = x\n'
  writeFileSync(file, `[default]\nregion = ca-west-1\n[profile audit]\nregion = ap-southeast-2\n${keys}`)
  return { ...NO_REGION, AWS_CONFIG_FILE: file }
}

export const NO_REGION = { AWS_REGION: undefined }
export const NO_CREDENTIALS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }

/** Regions, and the flags and variables that choose them beside {@link awsConfig}. */
export const REGIONS: readonly [region: string, flags: string[], variables: Environment][] = [
  ['eu-west-3', ['--region', 'eu-west-3'], { AWS_REGION: 'us-east-2' }],
  ['us-east-2', [], { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-2' }],
  ['us-west-2', [], { AWS_DEFAULT_REGION: 'us-west-2' }],
  ['ca-west-1', [], {}],
  ['ap-southeast-2', ['--profile', 'audit'], NO_CREDENTIALS],
]

/** The AWS SDK then retries without a wait: it waits a random part of a time. */
export const retryAtOnce = () => jest.spyOn(Math, 'random').mockReturnValue(0)

/** A command under way. */
export interface Running {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly status: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** Runs the command line in this process, whose environment it replaces: the AWS SDK reads that. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return ended(startCli(args, options))
}

/** As {@link runCli}. To be killed, a command must handle SIGINT and SIGTERM. */
export function startCli(args: readonly string[], options: CliOptions = {}): Running {
  const { environment, cwd = process.cwd() } = options
  const env = { ...cliEnvironment(), ...environment }
  process.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const status = run(args, { stdout, stderr, env, cwd }).finally(() => {
    stdout.end()
    stderr.end()
  })
  const kill = () => void (process.emit('SIGINT') && process.emit('SIGTERM'))
  return { stdout, stderr, status, kill }
}

/** Runs the command line as a process; standard input, output and error are no terminals. */
export function runBin(args: readonly string[], options: BinOptions = {}): Promise<CliRun> {
  return ended(startBin(args, options))
}

export interface BinOptions extends CliOptions {
  readonly nodeFlags?: readonly string[]
  /** A file. @default - a pipe */
  readonly stdoutFile?: number
}

/** As {@link runBin}. */
export function startBin(args: readonly string[], options: BinOptions = {}): Running {
  const { environment, cwd, nodeFlags = [], stdoutFile = 'pipe' } = options
  const child = spawn(process.execPath, [...nodeFlags, CLI, ...args], {
    cwd,
    env: { ...cliEnvironment(), ...environment },
    stdio: ['ignore', stdoutFile, 'pipe'],
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
  })
  const { stdout, stderr } = child
  const status = once(child, 'close').then(([code]) => code)
  const none = Readable.from([])
  return { stdout: stdout ?? none, stderr: stderr ?? none, status, kill: (signal) => child.kill(signal) }
}

async function ended({ stdout, stderr, status }: Running): Promise<CliRun> {
  const [out, err] = await Promise.all([text(stdout), text(stderr)])
  return { status: await status, stdout: out, stderr: err }
}

/** What a terminal would obey, or be misled by; lines may end. */
export const OBEYED_BY_TERMINALS = /(?![\n\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Expects a run that succeeded without a word on standard error, and returns what it printed. */
export function printedBy({ stdout, ...others }: CliRun): string {
  expect(others).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** Expects a run that failed: nothing on standard output, one message on standard error, no stack trace. */
export function expectFailure(run: CliRun, message: string | RegExp): void {
  expect(run).toMatchObject({ status: 1, stdout: '' })
  const [said, ...others] = run.stderr.match(/^session-archive: .*/gm) ?? []
  expect(others).toEqual([])
  expect(said).toMatch(message)
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
