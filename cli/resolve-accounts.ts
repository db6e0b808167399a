import type { Table } from '../archive/batch-get'
import { ACCOUNT_ID } from '../archive/names'
import { readRoster } from '../archive/roster'
import { accountIdsOf, UnknownAccountError } from '../audit/find-accounts'
import { someOf } from './output/labels'

/**
 * The ids of the accounts that are asked for.
 *
 * @throws Error if no account has such a name
 */
export async function resolveAccounts(
  asked: readonly string[] | undefined,
  sweeps: Table,
): Promise<readonly string[] | undefined> {
  if (asked?.some((one) => !ACCOUNT_ID.test(one)) !== true) return asked
  try {
    return accountIdsOf(asked, await readRoster(sweeps))
  } catch (error) {
    if (!(error instanceof UnknownAccountError)) throw error
    const { asked: name, known } = error
    const names = known.length === 0 ? 'an id, as no account has a name here' : `one of ${someOf(known)}`
    throw new Error(`--account ${JSON.stringify(name)}: no account is called so, expected ${names}`, {
      cause: error,
    })
  }
}
