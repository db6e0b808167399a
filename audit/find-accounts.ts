import { ACCOUNT_ID } from '../archive/names'
import type { Roster } from '../archive/roster'
import { isNameInAnyCase } from './asked-names'

/** No account has such a name. */
export class UnknownAccountError extends Error {
  override readonly name = 'UnknownAccountError'
  /** @param known the names that there are, in order. Untrusted text, as what is asked is */
  constructor(
    readonly asked: string,
    readonly known: readonly string[],
  ) {
    super(`received account ${JSON.stringify(asked)}, expected one that the roster names`)
  }
}

/**
 * The ids of the accounts that are asked for: by id, or by the name that they have now, in upper or lower case. A
 * name that ends in `*` stands for all that begin so. Several accounts may have one name.
 *
 * @throws UnknownAccountError
 */
export function accountIdsOf(asked: readonly string[], { accounts }: Pick<Roster, 'accounts'>): string[] {
  const named = [...accounts.values()].flatMap(({ ItemId, AccountName }) =>
    AccountName === undefined ? [] : [{ ItemId, AccountName }],
  )
  const ids = asked.flatMap((one) => {
    if (ACCOUNT_ID.test(one)) return [one]
    const found = named.filter(({ AccountName }) => isNameInAnyCase(AccountName, one))
    if (found.length === 0)
      throw new UnknownAccountError(one, [...new Set(named.map(({ AccountName }) => AccountName))].sort())
    return found.map(({ ItemId }) => ItemId)
  })
  return [...new Set(ids)]
}
