import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import type { Faults } from './faults'
import { type HttpAnswer, jsonAnswer, jsonError } from './http-answer'
import { eventsPage, invalidToken } from './lookup-page'
import { CallNumber } from './organization-faults'
import { PageTokens } from './page-tokens'
import { parseLookUp } from './request'
import { signerOf } from './signature'
import type { Asked } from './ssm'
import { Throttle } from './throttle'
import type { World } from './world'

/** LookupEvents of CloudTrail in the protocol AWS JSON 1.1. It is about the caller's account, in one region. */
export class CloudTrailEndpoint {
  private readonly sources = new Map<World, ReturnType<typeof newState>>()

  constructor(
    private readonly askedBy: (signer: ReturnType<typeof signerOf>) => Asked,
    private readonly calls: CallLog,
  ) {}

  /**
   * @returns undefined if the connection is to be reset
   * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
   */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      if (!String(headers['x-amz-target']).endsWith('CloudTrail_20131101.LookupEvents'))
        throw new ServiceError('UnknownOperationException', 'The requested operation is not known.')
      const { accountId, region, find } = this.askedBy(signerOf(headers, 'cloudtrail'))
      const record = (outcome: string) =>
        this.calls.recordOther({ operation: 'LookupEvents', accountId, region, outcome })
      const page = await recorded(record, async () => {
        const { world, faults } = find()
        return this.lookUpEvents(world, faults, body)
      })
      return page && jsonAnswer(200, page)
    } catch (error) {
      if (error instanceof ServiceError) return jsonError(error)
      throw error
    }
  }

  private async lookUpEvents(world: World, { lookUps = {} }: Readonly<Faults>, body: string) {
    const { throttle, callNumber, tokens } = this.stateOf(world)
    const fault = callNumber.next(lookUps.lookUpEvents)
    const { latencyMs = 0, perSecond } = lookUps
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false })
    if (fault === 'reset') return undefined
    if (fault === 'deny') throw new ServiceError('AccessDeniedException', DENIED)
    if (fault === 'error') throw new ServiceError('InternalFailure', 'The request failed.', 500)
    if (fault === 'throttle' || !throttle.lets(perSecond))
      throw new ServiceError('ThrottlingException', 'Rate exceeded')
    return eventsPage(parseLookUp(body), world, tokens, lookUps, fault)
  }

  private stateOf(world: World) {
    const state = this.sources.get(world) ?? newState(world)
    this.sources.set(world, state)
    return state
  }
}

const DENIED =
  'User is not authorized to perform: cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action'

/** Lasts as long as the emulator. */
function newState({ clock }: World) {
  return {
    throttle: new Throttle(),
    callNumber: new CallNumber(),
    tokens: new PageTokens(clock, {}, invalidToken),
  }
}
