import { ServiceError } from './errors'
import type { Account, Organization } from './organization'
import type { ListingFault } from './organization-faults'
import type { PageTokens } from './page-tokens'
import type { ListRequest } from './request'

const MOST = 20
const PURPOSE = 'ListAccounts'

/**
 * Validates a ListAccounts request and answers it. AWS does not document the order of accounts: here it is that in
 * which they joined.
 *
 * @param fault changes the page; those that concern no page do nothing here
 * @throws ServiceError InvalidInputException
 */
export function accountsPage(
  { MaxResults = MOST, NextToken }: ListRequest,
  organization: Organization,
  tokens: PageTokens,
  fault: ListingFault | undefined,
): { Accounts: object[]; NextToken?: string } {
  if (MaxResults < 1) throw invalidInput('MIN_VALUE_EXCEEDED', 'a smaller value than allowed')
  if (MaxResults > MOST) throw invalidInput('MAX_VALUE_EXCEEDED', 'a larger value than allowed')
  const after = NextToken === undefined ? 0 : tokens.redeem(NextToken, PURPOSE).sequence
  const left = organization
    .accounts()
    .filter(({ sequence, faults }) => sequence > after && faults.unlisted !== true)
  const page = fault === 'empty-page' ? [] : left.slice(0, MaxResults)
  const token = () => tokens.issue({ startedAt: 0, sequence: page.at(-1)?.sequence ?? after }, PURPOSE)
  const continues = (page.length < left.length || fault === 'empty-page') && fault !== 'end-early'
  const repeated = fault === 'repeat-token' ? NextToken : undefined
  return {
    Accounts: page.map((account) => toWire(account, organization)),
    NextToken: repeated ?? (continues ? token() : undefined),
  }
}

/** Of a token. */
export function invalidToken(): ServiceError {
  return invalidInput('INVALID_NEXT_TOKEN', 'an invalid token')
}

function invalidInput(Reason: string, what: string): ServiceError {
  const message = `You specified ${what} for a parameter.`
  return new ServiceError('InvalidInputException', message, 400, { Reason })
}

/** Without Status, which AWS retired on 2026-09-09. */
function toWire({ id, name, state, path, joinedAt }: Account, organization: Organization): object {
  return {
    Id: id,
    Arn: `arn:aws:organizations::${organization.ownAccountId}:account/${organization.id}/${id}`,
    Email: `${id}@example.com`,
    Name: name,
    State: state,
    Paths: [path],
    JoinedMethod: 'CREATED',
    JoinedTimestamp: joinedAt.getTime() / 1000,
  }
}
