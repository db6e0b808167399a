import { REGION, readAccountFaults, readFaults, readListingFaults } from './fault-descriptions'
import type { Faults } from './faults'
import {
  asBoolean,
  asObject,
  asObjectOf,
  asString,
  JsonError,
  listOf,
  matching,
  oneOf,
  optional,
} from './json'
import { ACCOUNT_STATES, type AccountState, REGION_STATUSES, type RegionStatus } from './organization'
import type { AccountFaults, ListingFaults } from './organization-faults'

/** What a file says about an organization. Absent members have the defaults of organization.ts. */
export interface OrganizationDescription {
  readonly organizationId?: string
  readonly ownAccount?: string
  readonly ownRegion?: string
  readonly roleName?: string
  readonly accounts: readonly AccountDescription[]
  readonly faults: ListingFaults
}

export interface AccountDescription {
  readonly id: string
  readonly name?: string
  readonly state?: AccountState
  /** Organizational units from the top: `ou-ab12-production/ou-ab12-payments`. */
  readonly ou?: string
  /** false: AssumeRole is denied. */
  readonly role: boolean
  /** By name. @default - the own region */
  readonly regions?: Readonly<Record<string, RegionDescription>>
  readonly faults: AccountFaults
}

export interface RegionDescription {
  readonly status: RegionStatus
  /** A number to make up, or a file of what DescribeSessions printed. */
  readonly sessions: number | string
  /** With the seed of those that are random. */
  readonly faultsFor: (seed: number) => Faults
}

const ACCOUNT = matching(/^\d{12}$/, 'a string of 12 digits')
const ROLE = matching(/^[\w+=,.@-]{1,64}$/, 'the name of a role, without a path')
const ORGANIZATION = matching(/^o-[a-z0-9]{10,32}$/, 'an organization such as o-exampleorgid')
const UNITS = matching(
  /^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}(\/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})*$/,
  'organizational units such as ou-ab12-production/ou-ab12-payments',
)
const MOST_SESSIONS = 1_000_000

/** @throws JsonError */
export function readDescription(value: unknown): OrganizationDescription {
  const known = ['organizationId', 'ownAccount', 'ownRegion', 'roleName', 'accounts', 'faults']
  const { organizationId, ownAccount, ownRegion, roleName, accounts, faults } = asObjectOf(
    value,
    'the file',
    known,
  )
  return {
    organizationId: optional(organizationId, 'organizationId', ORGANIZATION),
    ownAccount: optional(ownAccount, 'ownAccount', ACCOUNT),
    ownRegion: optional(ownRegion, 'ownRegion', REGION),
    roleName: optional(roleName, 'roleName', ROLE),
    accounts: different(listOf(readAccount, 'accounts')(accounts, 'accounts')),
    faults: readListingFaults(faults ?? {}, 'faults'),
  }
}

function different(accounts: readonly AccountDescription[]): readonly AccountDescription[] {
  const ids = accounts.map(({ id }) => id)
  const second = ids.findIndex((id, index) => ids.indexOf(id) < index)
  if (second >= 0) throw new JsonError(`accounts[${second}].id`, ids[second], 'each account only once')
  return accounts
}

function readAccount(value: unknown, path: string): AccountDescription {
  const known = ['id', 'name', 'state', 'ou', 'role', 'regions', 'faults']
  const { id, name, state, ou, role, regions, faults } = asObjectOf(value, path, known)
  return {
    id: ACCOUNT(id, `${path}.id`),
    name: optional(name, `${path}.name`, asString),
    state: optional(state, `${path}.state`, oneOf(ACCOUNT_STATES)),
    ou: optional(ou, `${path}.ou`, UNITS),
    role: optional(role, `${path}.role`, asBoolean) ?? true,
    regions: optional(regions, `${path}.regions`, readRegions),
    faults: readAccountFaults(faults ?? {}, `${path}.faults`),
  }
}

function readRegions(value: unknown, path: string): Record<string, RegionDescription> {
  return Object.fromEntries(
    Object.entries(asObject(value, path)).map(([region, description]) => [
      REGION(region, path),
      readRegion(description, `${path}.${region}`),
    ]),
  )
}

function readRegion(value: unknown, path: string): RegionDescription {
  const { status, sessions, faults } = asObjectOf(value, path, ['status', 'sessions', 'faults'])
  return {
    status: optional(status, `${path}.status`, oneOf(REGION_STATUSES)) ?? 'ENABLED_BY_DEFAULT',
    sessions: optional(sessions, `${path}.sessions`, readSessions) ?? 0,
    faultsFor: readFaults(faults ?? {}, `${path}.faults`),
  }
}

function readSessions(value: unknown, path: string): number | string {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_SESSIONS)
    return value
  throw new JsonError(path, value, `a whole number from 0 to ${MOST_SESSIONS}, or the name of a file`)
}
