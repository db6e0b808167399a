import { live, randomSeed } from './live'

test.each([1, randomSeed()])(
  'no session is lost and no record is damaged in 8 random histories of seed %i',
  (seed) => live({ runs: 8, seed }),
)
