import { type Fault, type Faults, randomFaults } from './faults'
import { asBoolean, asObjectOf, listOf, matching, numberFrom, oneOf, optional } from './json'
import {
  type AccountFaults,
  LISTING_FAULTS,
  type ListingFaults,
  REGIONS_FAULTS,
  ROLE_FAULTS,
} from './organization-faults'

/** What a file says about faults in an organization. */

export const REGION = matching(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'a region such as eu-west-1')
const MILLISECONDS = numberFrom(0, 2 ** 31 - 1)
const PER_SECOND = numberFrom(0.001, 1_000_000)
const PROBABILITY = numberFrom(0, 1)

/** Of DescribeSessions: kinds that a file gives a probability. */
const RANDOM: readonly Fault[] = [
  ...(['deny', 'deny-by-policy', 'error', 'reset', 'empty-page', 'short-page'] as const),
  ...(['filter-after-page', 'repeat-token', 'expire-token'] as const),
]

/** @throws JsonError */
export function readListingFaults(value: unknown, path: string): ListingFaults {
  const known = ['latency', 'listAccounts', 'listRegionsPerSecond']
  const { latency, listAccounts, listRegionsPerSecond } = asObjectOf(value, path, known)
  return {
    latencyMs: optional(latency, `${path}.latency`, MILLISECONDS),
    listAccounts: optional(listAccounts, `${path}.listAccounts`, oneOf(LISTING_FAULTS)),
    listRegionsPerSecond: optional(listRegionsPerSecond, `${path}.listRegionsPerSecond`, PER_SECOND),
  }
}

/** @throws JsonError */
export function readAccountFaults(value: unknown, path: string): AccountFaults {
  const known = ['latency', 'assumeRole', 'stsDisabledIn', 'listRegions', 'unlisted']
  const { latency, assumeRole, stsDisabledIn, listRegions, unlisted } = asObjectOf(value, path, known)
  return {
    latencyMs: optional(latency, `${path}.latency`, MILLISECONDS),
    assumeRole: optional(assumeRole, `${path}.assumeRole`, oneOf(ROLE_FAULTS)),
    stsDisabledIn: optional(stsDisabledIn, `${path}.stsDisabledIn`, listOf(REGION, 'regions')),
    listRegions: optional(listRegions, `${path}.listRegions`, oneOf(REGIONS_FAULTS)),
    unlisted: optional(unlisted, `${path}.unlisted`, asBoolean),
  }
}

/** @throws JsonError */
export function readFaults(value: unknown, path: string): (seed: number) => Faults {
  const { latency, throttle, ...others } = asObjectOf(value, path, ['latency', 'throttle', ...RANDOM])
  const random = Object.fromEntries(
    Object.entries(others).map(([kind, chance]) => [kind, PROBABILITY(chance, `${path}.${kind}`)]),
  )
  const faults = {
    latencyMs: optional(latency, `${path}.latency`, MILLISECONDS),
    requestsPerSecond: optional(throttle, `${path}.throttle`, PER_SECOND),
  }
  return (seed) =>
    Object.keys(random).length === 0 ? faults : { ...faults, script: randomFaults(random, seed) }
}
