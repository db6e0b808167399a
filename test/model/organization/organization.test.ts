import fc from 'fast-check'
import { organizationHistory } from './history'
import { runOrganization } from './run-history'

test('no session of an organization is lost in 2 random histories', () =>
  fc.assert(fc.asyncProperty(organizationHistory, runOrganization), { seed: 1, numRuns: 2 }))
