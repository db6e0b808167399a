import fc from 'fast-check'
import { runEvidence } from './run-history'

test('the log holds every change once, and every tampering is seen, in 3 random histories', () =>
  fc.assert(fc.asyncProperty(fc.nat(), runEvidence), { seed: 1, numRuns: 3 }))
