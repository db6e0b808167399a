import fc from 'fast-check'
import { randomSeed } from '../live'
import { runEvidence } from './run-history'

test.each([1, randomSeed()])(
  'the log holds every change once, and every tampering is seen, in 3 random histories of seed %i',
  (seed) => fc.assert(fc.asyncProperty(fc.nat(), runEvidence), { seed, numRuns: 3 }),
)
