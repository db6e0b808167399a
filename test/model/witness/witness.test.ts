import fc from 'fast-check'
import { randomSeed } from '../live'
import { runWitness } from './run-history'

test.each([1, randomSeed()])(
  'what CloudTrail knows is archived, and what AWS hides is counted, in 8 random histories of seed %i',
  (seed) => fc.assert(fc.asyncProperty(fc.nat(), runWitness), { seed, numRuns: 8 }),
)
