import fc from 'fast-check'
import { randomSeed } from '../live'
import { organizationHistory } from './history'
import { runOrganization } from './run-history'

test.each([1, randomSeed()])(
  'no session of an organization is lost in 2 random histories of seed %i',
  (seed) => fc.assert(fc.asyncProperty(organizationHistory, runOrganization), { seed, numRuns: 2 }),
)
