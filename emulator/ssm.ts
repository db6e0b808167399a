import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallLog } from './calls'
import { ServiceError } from './errors'
import { type Fault, FaultSource, type Faults } from './faults'
import { type HttpAnswer, jsonAnswer, jsonError } from './http-answer'
import { PageTokens } from './page-tokens'
import { type DescribeSessionsRequest, parseRequest } from './request'
import { sessionPage } from './session-page'
import { assertSigned } from './signature'
import type { World } from './world'

const ACCESS_DENIED =
  'User is not authorized to perform: ssm:DescribeSessions because no identity-based policy allows it'

const REFUSALS: Partial<Record<Fault, ServiceError>> = {
  deny: new ServiceError('AccessDeniedException', ACCESS_DENIED),
  throttle: new ServiceError('ThrottlingException', 'Rate exceeded'),
  error: new ServiceError('InternalServerError', 'An error occurred on the server side.', 500),
}

/** DescribeSessions in the protocol AWS JSON 1.1, with faults. */
export class SsmEndpoint {
  private readonly tokens: PageTokens
  private readonly source: FaultSource

  constructor(
    private readonly world: World,
    private readonly faults: Readonly<Faults>,
    private readonly calls: CallLog,
  ) {
    this.tokens = new PageTokens(world.clock, faults)
    this.source = new FaultSource(faults)
  }

  /** @returns undefined if the connection is to be reset */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      if (headers['x-amz-target'] !== 'AmazonSSM.DescribeSessions')
        throw new ServiceError('UnknownOperationException', 'The requested operation is not known.')
      assertSigned(headers, 'ssm')
      return await this.describeSessions(parseRequest(body))
    } catch (error) {
      if (error instanceof ServiceError) return jsonError(error)
      throw error
    }
  }

  private async describeSessions(request: DescribeSessionsRequest): Promise<HttpAnswer | undefined> {
    const fault = this.source.next(request)
    const { latencyMs = 0 } = this.faults
    // Unreferenced: a server that closes does not wait for its latency.
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false })
    try {
      const page = fault === 'reset' ? undefined : this.page(request, fault)
      this.calls.record({ request, outcome: page === undefined ? 'reset' : 'OK' })
      if (page === undefined) return undefined
      const answer = jsonAnswer(200, page)
      return { ...answer, body: this.faults.rewrite?.(answer.body, request) ?? answer.body }
    } catch (error) {
      if (error instanceof ServiceError) this.calls.record({ request, outcome: error.code })
      throw error
    }
  }

  private page(request: DescribeSessionsRequest, fault: Fault | undefined) {
    const refusal = fault && REFUSALS[fault]
    if (refusal !== undefined) throw refusal
    return sessionPage(request, this.world, this.tokens, fault)
  }
}
