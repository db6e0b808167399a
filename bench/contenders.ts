import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { buildSync } from 'esbuild'
import { buildFunction } from '../lib/function-code'
import { node24 } from './node24'

export type Contender = 'ours' | 'naive' | 'batch' | 'boto3' | 'calls' | 'empty' | 'list' | 'puts' | Cdk
/** Ours, as CDK's NodejsFunction bundles by default, with the SDK of Lambda's runtime or its own. */
type Cdk = 'cdk' | 'cdkWithSdk'

/** What a run took, from the call of the handler to its result; the process's own start is not in it. */
export interface Run {
  readonly seconds: number
  /** The start included. */
  readonly cpuSeconds: number
  /** Until the handler could be called. */
  readonly importCpuSeconds: number
  /** The most that was resident in memory; not of boto3. */
  readonly residentMb?: number
  /** Of JavaScript's heap, what is still in use after the run and a collection; not of boto3. */
  readonly liveMb?: number
  /** Of ours: the receipt. */
  readonly result?: Readonly<Record<string, unknown>>
}

export interface RunOptions {
  readonly environment: Readonly<Record<string, string>>
  /** @default - a full sweep */
  readonly event?: object
  /** @default 86400 */
  readonly secondsLeft?: number
  /** Memory of the function, MB. @default 512, as deployed */
  readonly memoryMb?: number
}

const folder = mkdtempSync(join(tmpdir(), 'session-archive-bench-'))
symlinkSync(join(__dirname, '../node_modules'), join(folder, 'node_modules')) // for what is not bundled
const bundles = new Map<Contender, string>()

/** Whether there is a python3 with boto3. */
export const hasBoto3 = () => spawnSync('python3', ['-c', 'import boto3']).status === 0

export async function run(contender: Contender, options: RunOptions): Promise<Run> {
  const { environment, event = { sweep: 'full' }, secondsLeft = 86_400, memoryMb = 512 } = options
  const contenders = join(__dirname, 'contenders')
  const [command, ...args] =
    contender === 'boto3'
      ? ['python3', join(contenders, 'with_boto3.py')]
      : [
          node24(),
          ...flagsOf(memoryMb),
          join(contenders, 'run-handler.mjs'),
          bundle(contender),
          JSON.stringify(event),
          String(secondsLeft),
        ]
  const child = spawn(String(command), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const last = output.trim().split('\n').pop() ?? ''
  if (!last.startsWith('{"seconds"')) throw new Error(`${contender} failed: ${output}${errors}`)
  return JSON.parse(last)
}

/** As Lambda's runtime for Node.js 24 starts Node.js: 5 % of the memory for new objects, 90 % for old ones. */
function flagsOf(memoryMb: number): string[] {
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
  ]
}

/** The file that a contender is bundled into. */
export function bundle(contender: Contender): string {
  const known = bundles.get(contender)
  if (known !== undefined) return known
  const outdir = join(folder, contender)
  const archiver = join(__dirname, '../lambda/archiver.ts')
  const outfile = join(outdir, contender === 'ours' ? 'archiver.js' : `${contender}.js`)
  if (contender === 'ours') buildFunction(outdir, archiver)
  else if (contender === 'cdk' || contender === 'cdkWithSdk')
    buildSync({
      entryPoints: [archiver],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node24',
      external: contender === 'cdk' ? ['@aws-sdk/*', '@smithy/*'] : [],
    })
  else buildFunction(outdir, join(__dirname, 'contenders', `${contender}.ts`))
  bundles.set(contender, outfile)
  return outfile
}
