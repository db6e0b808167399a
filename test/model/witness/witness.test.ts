import fc from 'fast-check'
import { runWitness } from './run-history'

test('what CloudTrail knows is archived, and what AWS hides is counted, in 8 random histories', () =>
  fc.assert(fc.asyncProperty(fc.nat(), runWitness), { seed: 1, numRuns: 8 }))
