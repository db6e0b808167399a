import type { SessionRecord } from '../../archive/record'
import { grouped } from './format'

/** Names of accounts and targets are untrusted text: what is here is for `printable`, or for `html`. */

/** `Shop (111122223333)`, or the id alone. */
export function accountLabel(accountId: string, accountName: string | undefined): string {
  return accountName === undefined ? accountId : `${accountName} (${accountId})`
}

/** `Shop (111122223333)/eu-west-1` */
export function sourceLabel({
  source,
  accountName,
}: {
  readonly source: string
  readonly accountName?: string
}): string {
  const [accountId = '', ...region] = source.split('/')
  return [accountLabel(accountId, accountName), ...region].join('/')
}

/** What begins as an id does, or has its form with letters of other alphabets: the Cyrillic i and the Latin one look alike. */
const ALMOST_ID = /^\W*(m?i-|ecs:|")|^\W{0,9}([m\W]?[i\W]-[0-9a-f\W]{8,}$|[e\W][c\W][s\W]:)/i

/**
 * The target's name, or its id. A name that could be taken for an id is in quotation marks: whoever may tag a machine
 * may call it like another one.
 */
export function targetLabel({
  Target,
  TargetName,
}: Pick<SessionRecord, 'TargetName'> & { readonly Target?: unknown }): unknown {
  if (typeof TargetName !== 'string') return Target
  return ALMOST_ID.test(TargetName) ? JSON.stringify(TargetName) : TargetName
}

/** So many are named, of however many there are. */
export const NAMED = 10

/** `a, b, c and 990 others`, with at most ten names. */
export function someOf(names: readonly string[], others = 'others'): string {
  if (names.length <= NAMED) return names.join(', ')
  return `${names.slice(0, NAMED).join(', ')} and ${grouped(names.length - NAMED)} ${others}`
}
