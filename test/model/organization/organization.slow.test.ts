import fc from 'fast-check'
import { randomSeed } from '../live'
import { organizationHistory } from './history'
import { runOrganization } from './run-history'

const seed = randomSeed()

test(`no session of an organization is lost in 60 random histories of seed ${seed}`, () =>
  fc.assert(fc.asyncProperty(organizationHistory, runOrganization), { seed, numRuns: 60 }))
