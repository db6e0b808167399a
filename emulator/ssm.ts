import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, jsonAnswer, jsonError } from './answer'
import type { CallLog } from './calls'
import { describeSessions } from './describe-sessions'
import { accessDenied, internalServerError, ServiceError, throttled, unknownOperation } from './errors'
import { type Fault, FaultSource, type Faults } from './faults'
import { PageTokens } from './page-tokens'
import type { Random } from './random'
import { type DescribeSessionsRequest, parseRequest } from './request'
import { assertSigned } from './signature'
import type { World } from './world'

/** DescribeSessions in the protocol AWS JSON 1.1, with the faults it is told to have. */
export class SsmEndpoint {
  private readonly tokens: PageTokens
  private readonly source: FaultSource

  constructor(
    private readonly world: World,
    private readonly faults: Readonly<Faults>,
    private readonly calls: CallLog,
    random: Random,
  ) {
    this.tokens = new PageTokens(world.clock, faults)
    this.source = new FaultSource(faults, random)
  }

  /** @returns undefined if the connection is to be reset instead */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<Answer | undefined> {
    try {
      if (headers['x-amz-target'] !== 'AmazonSSM.DescribeSessions') throw unknownOperation()
      assertSigned(headers, 'ssm')
      return await this.call(parseRequest(body))
    } catch (error) {
      if (error instanceof ServiceError) return jsonError(error)
      throw error
    }
  }

  private async call(request: DescribeSessionsRequest): Promise<Answer | undefined> {
    const fault = this.source.next(request)
    // Unreferenced: a server that closes does not wait for its latency.
    if (this.faults.latencyMs > 0) await delay(this.faults.latencyMs, undefined, { ref: false })
    const { outcome, answer } = fault === 'reset' ? { outcome: fault } : this.run(request, fault)
    this.calls.record({ request, outcome })
    return answer
  }

  private run(
    request: DescribeSessionsRequest,
    fault: Fault | undefined,
  ): { outcome: string; answer: Answer } {
    try {
      if (fault === 'deny') throw accessDenied()
      if (fault === 'throttle') throw throttled()
      if (fault === 'error') throw internalServerError()
      return {
        outcome: 'OK',
        answer: jsonAnswer(200, describeSessions(request, this.world, this.tokens, fault)),
      }
    } catch (error) {
      if (error instanceof ServiceError) return { outcome: error.code, answer: jsonError(error) }
      throw error
    }
  }
}
