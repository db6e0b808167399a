import { ListAccountsCommand, type OrganizationsClient } from '@aws-sdk/client-organizations'
import { RepeatedTokenError } from './list-sessions'

/** An account as AWS Organizations lists it. */
export interface ListedAccount {
  readonly accountId: string
  readonly name: string | undefined
  /** ACTIVE, SUSPENDED, PENDING_CLOSURE …; AWS may add others. */
  readonly state: string | undefined
  /** `o-…/r-…/ou-…/111122223333/` */
  readonly path: string | undefined
}

/**
 * Every account of the organization, page after page: Organizations refuses two calls at once.
 *
 * @throws RepeatedTokenError
 * @throws Error if the listing has no own account, and so is not whole
 * @throws OrganizationsServiceException if the client's own retries did not help
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 */
export async function listAccounts(
  organizations: OrganizationsClient,
  ownAccountId: string,
  abortSignal?: AbortSignal,
): Promise<ListedAccount[]> {
  const accounts = new Map<string, ListedAccount>()
  const tokens = new Set<string>()
  let NextToken: string | undefined
  do {
    const page = await organizations.send(new ListAccountsCommand({ NextToken }), { abortSignal })
    for (const { Id, Name, State, Paths } of page.Accounts ?? [])
      if (Id !== undefined) accounts.set(Id, { accountId: Id, name: Name, state: State, path: Paths?.[0] })
    NextToken = page.NextToken || undefined
    if (NextToken !== undefined && tokens.has(NextToken))
      throw new RepeatedTokenError('ListAccounts returned the same NextToken twice in one listing')
    tokens.add(NextToken ?? '')
  } while (NextToken !== undefined)
  if (!accounts.has(ownAccountId))
    throw new Error(`ListAccounts: received ${accounts.size} accounts, expected ${ownAccountId} among them`)
  return [...accounts.values()]
}
