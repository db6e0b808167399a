import { ACCOUNT_ID, ORGANIZATION_ID, ORGANIZATIONAL_UNIT_ID } from '../archive/names'
import { type Invalid, isListOf, isText, type Unchecked } from './checks'

/** Which accounts of an organization are swept, and how. All but the first need the first. */
export interface OrganizationProps {
  /** The organization whose accounts are swept: the stack's account must be a member that may list them. @default - the stack's account alone */
  readonly organizationId?: string
  /** The accounts that are swept. @default - all, and each that joins later */
  readonly includeAccounts?: readonly string[]
  /** Accounts that are not swept. @default - none */
  readonly excludeAccounts?: readonly string[]
  /** Organizational units whose accounts, and those of units below, are not swept. @default - none */
  readonly excludeOrganizationalUnits?: readonly string[]
  /** Name of the role that the function assumes in the other accounts. @default 'session-archive-reader' */
  readonly memberRoleName?: string
  /** Root or organizational units in whose accounts a StackSet makes that role. @default - none: deploy `session-archive member-role` yourself */
  readonly deployMemberRoles?: readonly string[]
  /** What the stack's account is to that StackSet: SELF in the management account. @default 'DELEGATED_ADMIN' */
  readonly deployMemberRolesAs?: 'SELF' | 'DELEGATED_ADMIN'
}

type Key = keyof OrganizationProps

const NEED_ORGANIZATION = [
  'includeAccounts',
  'excludeAccounts',
  'excludeOrganizationalUnits',
  'memberRoleName',
  'deployMemberRoles',
  'deployMemberRolesAs',
] as const satisfies readonly Key[]
const ROOT_ID = /^r-[a-z0-9]{4,32}$/
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/
const CALLERS: readonly unknown[] = ['SELF', 'DELEGATED_ADMIN', undefined]

/** @throws Error naming the prop, the value received and what was expected */
export function checkOrganizationProps(props: Unchecked<OrganizationProps>, invalid: Invalid<Key>): void {
  const { organizationId, includeAccounts, excludeAccounts, excludeOrganizationalUnits } = props
  const { memberRoleName, deployMemberRoles, deployMemberRolesAs } = props

  if (!isText(organizationId, ORGANIZATION_ID))
    throw invalid('organizationId', 'the id of an organization, such as "o-a1b2c3d4e5"')
  for (const key of ['includeAccounts', 'excludeAccounts'] as const)
    if (!isListOf(props[key], (account) => ACCOUNT_ID.test(account)))
      throw invalid(key, 'different accounts of 12 digits, such as "111122223333,444455556666"')
  if (!isListOf(excludeOrganizationalUnits, isUnit))
    throw invalid(
      'excludeOrganizationalUnits',
      'ids of different organizational units, such as "ou-ab12-11111111"',
    )
  if (!isText(memberRoleName, ROLE_NAME))
    throw invalid('memberRoleName', 'the name of a role without its path, such as "session-archive-reader"')
  if (!isListOf(deployMemberRoles, (id) => ROOT_ID.test(id) || isUnit(id)))
    throw invalid(
      'deployMemberRoles',
      'ids of the root or of different organizational units, such as "r-ab12" or "ou-ab12-11111111"',
    )
  if (!CALLERS.includes(deployMemberRolesAs))
    throw invalid('deployMemberRolesAs', '"SELF" (in the management account) or "DELEGATED_ADMIN"')

  for (const key of NEED_ORGANIZATION)
    if (props[key] !== undefined && organizationId === undefined)
      throw invalid(key, 'none without organizationId')
  if (deployMemberRolesAs !== undefined && deployMemberRoles === undefined)
    throw invalid('deployMemberRolesAs', 'none without deployMemberRoles')
  const both = list(excludeAccounts).filter((account) => list(includeAccounts).includes(account))
  if (both.length > 0)
    throw invalid('excludeAccounts', `none that includeAccounts names, as it does ${both.join(', ')}`)
}

function isUnit(id: string): boolean {
  return ORGANIZATIONAL_UNIT_ID.test(id)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
