import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { accountsPage, invalidToken } from './accounts-page'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import { type HttpAnswer, jsonAnswer } from './http-answer'
import type { Organization } from './organization'
import { CallNumber } from './organization-faults'
import { PageTokens } from './page-tokens'
import { parseListRequest } from './request'
import { signerOf } from './signature'

/** ListAccounts of AWS Organizations in the protocol AWS JSON 1.1. One request at a time: a second is refused. */
export class OrganizationsEndpoint {
  private readonly callNumber = new CallNumber()
  private readonly tokens: PageTokens | undefined
  private underWay = 0

  /** @param accountId of the only account, if there is no organization */
  constructor(
    private readonly accountId: string,
    private readonly organization: Organization | undefined,
    private readonly calls: CallLog,
  ) {
    this.tokens = organization && new PageTokens(organization.clock, {}, invalidToken)
  }

  /**
   * @returns undefined if the connection is to be reset
   * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
   */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      if (headers['x-amz-target'] !== 'AWSOrganizationsV20161128.ListAccounts')
        throw new ServiceError('UnknownOperationException', 'The requested operation is not known.')
      const signer = signerOf(headers, 'organizations')
      const accountId = this.organization?.accountOf(signer) ?? this.accountId
      const record = (outcome: string) =>
        this.calls.recordOther({ operation: 'ListAccounts', accountId, region: signer.region, outcome })
      this.underWay += 1
      const page = await recorded(record, () => this.listAccounts(accountId, body)).finally(() => {
        this.underWay -= 1
      })
      return page && jsonAnswer(200, page)
    } catch (error) {
      if (error instanceof ServiceError) return refusal(error)
      throw error
    }
  }

  private async listAccounts(callerId: string, body: string): Promise<object | undefined> {
    const { organization, tokens } = this
    if (organization === undefined || tokens === undefined)
      throw new ServiceError('AWSOrganizationsNotInUseException', NOT_IN_USE)
    if (this.underWay > 1) throw new ServiceError('TooManyRequestsException', IN_PROGRESS)
    const { latencyMs = 2, listAccounts } = organization.faults
    const fault = this.callNumber.next(listAccounts)
    await delay(latencyMs, undefined, { ref: false })
    if (fault === 'deny' || callerId !== organization.ownAccountId)
      throw new ServiceError('AccessDeniedException', DENIED)
    if (fault === 'throttle') throw new ServiceError('TooManyRequestsException', THROTTLED)
    if (fault === 'error') throw new ServiceError('ServiceException', FAILED, 500)
    return fault === 'reset' ? undefined : accountsPage(parseListRequest(body), organization, tokens, fault)
  }
}

const NOT_IN_USE = 'Your account is not a member of an organization.'
const IN_PROGRESS =
  "AWS Organizations can't complete your request because another request is already in progress. Try again later."
const DENIED = "You don't have permissions to access this resource."
const THROTTLED = 'You have sent too many requests in too short a period of time. Try again later.'
const FAILED =
  "AWS Organizations can't complete your request because of an internal service error. Try again later."

function refusal({ status, code, message, members }: ServiceError): HttpAnswer {
  return jsonAnswer(status, { __type: code, Message: message, ...members })
}
