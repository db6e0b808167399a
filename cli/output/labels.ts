import { grouped } from './format'

/** Names of accounts are untrusted text: what is here is for `printable`, or for `html`. */

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

/** So many are named, of however many there are. */
export const NAMED = 10

/** `a, b, c and 990 others`, with at most ten names. */
export function someOf(names: readonly string[], others = 'others'): string {
  if (names.length <= NAMED) return names.join(', ')
  return `${names.slice(0, NAMED).join(', ')} and ${grouped(names.length - NAMED)} ${others}`
}
