import { live, randomSeed } from './live'

const seed = randomSeed()
/** Also for making a failing history shorter. */
const timeLimitMs = 900_000

test(`no session is lost and no record is damaged in 500 random histories of seed ${seed}`, async () => {
  await live({ runs: 500, seed, timeLimitMs })
}, 1_000_000)
