import fc from 'fast-check'
import { randomSeed } from '../live'
import { runEvidence } from './run-history'

const seed = randomSeed()

test(`the log holds every change once, and every tampering is seen, in 500 random histories of seed ${seed}`, () =>
  fc.assert(fc.asyncProperty(fc.nat(), runEvidence), { seed, numRuns: 500 }))
