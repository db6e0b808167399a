import fc from 'fast-check'
import { history } from './history'
import { runHistory } from './run-history'

export interface LiveOptions {
  /** How many histories. */
  readonly runs: number
  /** The same seed makes the same histories. */
  readonly seed: number
  /** @default - as long as it takes */
  readonly timeLimitMs?: number
}

/**
 * Lives through random histories: worlds of sessions × schedules of sweeps × faults on every call.
 *
 * @throws Error with the seed and the shortest history that shows the failure
 */
export async function live({ runs, seed, timeLimitMs }: LiveOptions): Promise<void> {
  await fc.assert(fc.asyncProperty(history, runHistory), {
    numRuns: runs,
    seed,
    interruptAfterTimeLimit: timeLimitMs,
    markInterruptAsFailure: true,
  })
}

export function randomSeed(): number {
  return Date.now() % 0x7fffffff
}
