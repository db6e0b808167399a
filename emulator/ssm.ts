import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import { type Fault, FaultSource, type Faults } from './faults'
import { type HttpAnswer, jsonAnswer, jsonError } from './http-answer'
import { PageTokens } from './page-tokens'
import { type DescribeSessionsRequest, parseRequest } from './request'
import { sessionPage } from './session-page'
import { type Signer, signerOf } from './signature'
import type { World } from './world'

/** Whose sessions a request is for. */
export interface Asked {
  readonly accountId: string
  readonly region: string
  /** @throws ServiceError if it may not be asked */
  readonly find: () => { readonly world: World; readonly faults: Readonly<Faults> }
}

/** DescribeSessions in the protocol AWS JSON 1.1, with faults. */
export class SsmEndpoint {
  private readonly sources = new Map<World, { tokens: PageTokens; faultSource: FaultSource }>()

  constructor(
    private readonly askedBy: (signer: Signer) => Asked,
    private readonly calls: CallLog,
  ) {}

  /** @returns undefined if the connection is to be reset */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      if (headers['x-amz-target'] !== 'AmazonSSM.DescribeSessions')
        throw new ServiceError('UnknownOperationException', 'The requested operation is not known.')
      const asked = this.askedBy(signerOf(headers, 'ssm'))
      return await this.describeSessions(asked, parseRequest(body))
    } catch (error) {
      if (error instanceof ServiceError) return jsonError(error)
      throw error
    }
  }

  private async describeSessions(
    { accountId, region, find }: Asked,
    request: DescribeSessionsRequest,
  ): Promise<HttpAnswer | undefined> {
    const record = (outcome: string) =>
      this.calls.record({ request, outcome, source: `${accountId}/${region}` })
    return recorded(record, async () => {
      const { world, faults } = find()
      const { tokens, faultSource } = this.stateOf(world, faults)
      const fault = faultSource.next(request)
      const { latencyMs = 0 } = faults
      // Unreferenced: a server that closes does not wait for its latency.
      if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false })
      const page = fault === 'reset' ? undefined : this.page(request, world, tokens, fault)
      if (page === undefined) return undefined
      const answer = jsonAnswer(200, page)
      return { ...answer, body: faults.rewrite?.(answer.body, request) ?? answer.body }
    })
  }

  /** Lasts as long as the emulator: a source's calls are numbered from its first. */
  private stateOf(world: World, faults: Readonly<Faults>) {
    const state = this.sources.get(world) ?? {
      tokens: new PageTokens(world.clock, faults),
      faultSource: new FaultSource(faults),
    }
    this.sources.set(world, state)
    return state
  }

  private page(request: DescribeSessionsRequest, world: World, tokens: PageTokens, fault: Fault | undefined) {
    const refusal = refusalFor(fault, world)
    if (refusal !== undefined) throw refusal
    return sessionPage(request, world, tokens, fault)
  }
}

function refusalFor(fault: Fault | undefined, { accountId, region }: World): ServiceError | undefined {
  if (fault === 'throttle') return new ServiceError('ThrottlingException', 'Rate exceeded')
  if (fault === 'error')
    return new ServiceError('InternalServerError', 'An error occurred on the server side.', 500)
  if (fault === 'deny')
    return new ServiceError(
      'AccessDeniedException',
      'User is not authorized to perform: ssm:DescribeSessions because no identity-based policy allows it',
    )
  if (fault !== 'deny-by-policy') return undefined
  const role = `arn:aws:sts::${accountId}:assumed-role/session-archive-reader/session-archive`
  return new ServiceError(
    'AccessDeniedException',
    `User: ${role} is not authorized to perform: ssm:DescribeSessions on resource: arn:aws:ssm:${region}:${accountId}:* with an explicit deny in a service control policy`,
  )
}
