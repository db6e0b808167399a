import fc from 'fast-check'
import { history } from './history'
import { runHistory } from './run-history'

/**
 * Random worlds of sessions × random schedules of sweeps × random faults on every call. A failure prints its
 * seed and the shortest history that shows it; `npm run soak -- --runs N` lives through any number more.
 */
test('whatever happens, no session is lost and no record is damaged', async () => {
  await fc.assert(fc.asyncProperty(history, runHistory), {
    numRuns: 500,
    interruptAfterTimeLimit: 900_000, // a failure is made shorter for so long; a slow machine fails
    markInterruptAsFailure: true,
  })
}, 1_000_000)
