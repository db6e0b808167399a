import { live, randomSeed } from './live'

const seed = randomSeed()

test(`no session is lost and no record is damaged in 500 random histories of seed ${seed}`, () =>
  live({ runs: 500, seed, timeLimitMs: 800_000 }))
