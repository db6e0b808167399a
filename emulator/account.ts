import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import { type HttpAnswer, jsonAnswer } from './http-answer'
import { type Account, type Organization, unrecognizedClient } from './organization'
import { CallNumber } from './organization-faults'
import { PageTokens } from './page-tokens'
import { invalidRequest, regionsPage } from './regions-page'
import { parseListRequest } from './request'
import { signerOf } from './signature'
import { Throttle } from './throttle'
import type { World } from './world'

/** ListRegions of Account Management, as REST with JSON. It is about the caller's account. */
export class AccountEndpoint {
  private readonly tokens: PageTokens
  private readonly states = new Map<string, { callNumber: CallNumber; throttle: Throttle }>()

  /** @param home the world if there is no organization */
  constructor(
    private readonly home: World,
    private readonly organization: Organization | undefined,
    private readonly calls: CallLog,
  ) {
    this.tokens = new PageTokens(home.clock, {}, () => invalidRequest('nextToken'))
  }

  /**
   * @returns undefined if the connection is to be reset
   * @see https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
   */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      const signer = signerOf(headers, 'account')
      const accountId = this.organization?.accountOf(signer) ?? this.home.accountId
      const record = (outcome: string) =>
        this.calls.recordOther({ operation: 'ListRegions', accountId, region: signer.region, outcome })
      const page = await recorded(record, () => this.listRegions(accountId, body))
      return page && { ...jsonAnswer(200, page), contentType: 'application/json' }
    } catch (error) {
      if (error instanceof ServiceError) return refusal(error)
      throw error
    }
  }

  private async listRegions(accountId: string, body: string): Promise<object | undefined> {
    const { home, organization, tokens } = this
    const request = parseListRequest(body)
    if (organization === undefined)
      return regionsPage(request, { [home.region]: 'ENABLED_BY_DEFAULT' }, tokens, accountId)
    const account = organization.usable(accountId)
    if (account === undefined) throw unrecognizedClient()
    const { callNumber, throttle } = this.stateOf(account)
    const fault = callNumber.next(account.faults.listRegions)
    await delay(account.faults.latencyMs ?? 0, undefined, { ref: false })
    if (fault === 'deny' || request.AccountId !== undefined)
      throw new ServiceError('AccessDeniedException', DENIED, 403)
    if (fault === 'throttle' || !throttle.lets(organization.faults.listRegionsPerSecond))
      throw new ServiceError('TooManyRequestsException', 'Too Many Requests', 429)
    if (fault === 'error') throw new ServiceError('InternalServerException', 'Internal server error', 500)
    return fault === 'reset' ? undefined : regionsPage(request, account.regions, tokens, accountId)
  }

  private stateOf({ id }: Account) {
    const state = this.states.get(id) ?? { callNumber: new CallNumber(), throttle: new Throttle() }
    this.states.set(id, state)
    return state
  }
}

const DENIED = 'User is not authorized to perform: account:ListRegions'

function refusal({ status, code, message, members }: ServiceError): HttpAnswer {
  const body = jsonAnswer(status, { message, ...members })
  return { ...body, contentType: 'application/json', headers: { 'x-amzn-ErrorType': code } }
}
