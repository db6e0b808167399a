import fc from 'fast-check'
import { randomSeed } from '../live'
import { runWitness } from './run-history'

const seed = randomSeed()

test(`what CloudTrail knows is archived, and what AWS hides is counted, in 1,000 random histories of seed ${seed}`, () =>
  fc.assert(fc.asyncProperty(fc.nat(), runWitness), { seed, numRuns: 1000 }))
