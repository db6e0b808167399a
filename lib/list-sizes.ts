import { ENVIRONMENT } from '../archive/names'
import { type Invalid, shown, type Unchecked } from './checks'
import type { OrganizationProps } from './organization-props'
import type { SweepProps } from './sweep-props'

/** What Lambda takes of names and values of variables. Bytes. */
const ENVIRONMENT_BYTES = 4_096
/** Two names of tables of 255 each, a queue's address, the role's name, ids and numbers, at their longest. */
const OTHER_VALUES_BYTES = 800
const NAMES_BYTES = Object.values(ENVIRONMENT).join('').length
/** What is left for {@link LISTS}. */
export const LISTS_BYTES = ENVIRONMENT_BYTES - OTHER_VALUES_BYTES - NAMES_BYTES

const LISTS = [
  'regions',
  'excludeRegions',
  'includeAccounts',
  'excludeAccounts',
  'excludeOrganizationalUnits',
] as const satisfies readonly (keyof SweepProps | keyof OrganizationProps)[]

/** @throws Error naming the longest list if they do not fit into the function's environment */
export function checkListSizes(
  props: Unchecked<SweepProps & OrganizationProps>,
  invalid: Invalid<(typeof LISTS)[number]>,
): void {
  const sizes = LISTS.map((key) => {
    const value = props[key]
    const items: readonly unknown[] = Array.isArray(value) ? value : []
    return { key, items, bytes: items.join(',').length }
  })
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0)
  const [longest] = sizes.sort((a, b) => b.bytes - a.bytes)
  if (longest === undefined || bytes <= LISTS_BYTES) return
  const { key, items } = longest
  throw invalid(
    key,
    `lists of regions, accounts and units of ${LISTS_BYTES} bytes together (they have ${bytes}), as Lambda keeps them in the function's environment; ${items.length > 200 ? 'name organizational units instead' : 'shorten them'}`,
    `a list of ${items.length}, ${shown(items[0])} …`,
  )
}
