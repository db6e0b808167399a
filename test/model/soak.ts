import { parseArgs } from 'node:util'
import { live, randomSeed } from './live'

/** `npm run soak -- --runs 500 --seed 7`: any number of random histories. */
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } })
const runs = Number(values.runs ?? 5_000)
const seed = Number(values.seed ?? randomSeed())
console.log(`${runs} histories of seed ${seed}`)
live({ runs, seed }).then(
  () => {
    console.log('all held')
    process.exit()
  },
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
