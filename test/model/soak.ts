import { Command } from 'commander'
import fc from 'fast-check'
import { wholeNumber } from '../../cli/parsers'
import { history } from './history'
import { runHistory } from './run-history'

interface SoakFlags {
  readonly runs: number
  readonly seed?: number
}

/** Any number of the histories of which `npm test` runs 500. */
new Command('soak')
  .option('--runs <n>', 'histories to live through', wholeNumber(1), 5000)
  .option('--seed <n>', 'repeat the histories of another run', wholeNumber(0))
  .action(async ({ runs, seed = Date.now() % 0x7fffffff }: SoakFlags) => {
    console.log(`${runs} histories, seed ${seed}`)
    let lived = 0
    const live = fc.asyncProperty(history, async (one) => {
      await runHistory(one)
      lived += 1
      if (lived % 500 === 0) console.log(`${lived} held`)
    })
    await fc.assert(live, { numRuns: runs, seed })
    console.log('all held')
  })
  .parseAsync()
  .then(
    () => process.exit(),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
