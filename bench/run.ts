import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { buildFunction } from '../lib/function-code'
import { CACHE, node24 } from './node24'
import type { Counts, Place } from './place'

/** What an invocation took, from the handler's call to its result. */
export interface Run extends Counts {
  readonly seconds: number
  /** Processor time. */
  readonly cpuSeconds: number
  /** The most memory that was resident, start-up included. */
  readonly peakMb: number
  /** Of ours: the sweep's. */
  readonly outcome?: 'complete' | 'incomplete'
}

/** The function's, as deployed. */
const MEMORY_MB = 512
/** As Lambda's runtime starts Node.js 24: 5 % of the memory for new objects, 90 % for old ones. */
export const FLAGS = [
  `--max-semi-space-size=${Math.floor(MEMORY_MB * 0.05)}`,
  `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`,
]
const HANDLERS: Readonly<Record<string, string>> = { ours: '../lambda/archiver.ts' }

/** Bundles `ours` or one of the contenders, and invokes it once in its own process. */
export async function run(contender: string, { environment, counts }: Place): Promise<Run> {
  const handler = HANDLERS[contender] ?? `contenders/${contender}.ts`
  buildFunction(CACHE, join(__dirname, handler))
  const before = await counts()
  const { stdout } = await promisify(execFile)(
    node24(),
    [...FLAGS, join(__dirname, 'contenders/invoke.mjs'), join(CACHE, basename(handler, '.ts'))],
    { env: environment },
  )
  const after = await counts()
  return {
    ...JSON.parse(stdout.trim().split('\n').at(-1) ?? ''),
    listCalls: after.listCalls - before.listCalls,
    writes: after.writes - before.writes,
    reads: after.reads - before.reads,
    records: after.records,
    serverSeconds: after.serverSeconds - before.serverSeconds,
  }
}
