import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type CallLog, recorded } from './calls'
import { ServiceError } from './errors'
import type { Faults } from './faults'
import { type HttpAnswer, jsonAnswer, jsonError } from './http-answer'
import { type NodesOperation, nodesPage } from './nodes-page'
import { CallNumber } from './organization-faults'
import { PageTokens } from './page-tokens'
import { parseNodes } from './request'
import { signerOf } from './signature'
import type { Asked } from './ssm'
import { Throttle } from './throttle'
import type { World } from './world'

/** DescribeInstanceInformation and DescribeInstanceProperties in the protocol AWS JSON 1.1. */
export class NodesEndpoint {
  private readonly sources = new Map<World, ReturnType<typeof newState>>()

  constructor(
    private readonly askedBy: (signer: ReturnType<typeof signerOf>) => Asked,
    private readonly calls: CallLog,
  ) {}

  /**
   * @returns undefined if the connection is to be reset
   * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
   * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceProperties.html
   */
  async answer(headers: IncomingHttpHeaders, body: string): Promise<HttpAnswer | undefined> {
    try {
      const operation = operationOf(headers)
      const { accountId, region, find } = this.askedBy(signerOf(headers, 'ssm'))
      const record = (outcome: string) => this.calls.recordOther({ operation, accountId, region, outcome })
      const page = await recorded(record, async () => {
        const { world, faults } = find()
        return this.describe(operation, world, faults, body)
      })
      return page && jsonAnswer(200, page)
    } catch (error) {
      if (error instanceof ServiceError) return jsonError(error)
      throw error
    }
  }

  private async describe(
    operation: NodesOperation,
    world: World,
    { nodes = {} }: Readonly<Faults>,
    body: string,
  ): Promise<object | undefined> {
    const { tokens, ...state } = this.stateOf(world)
    const { callNumber, throttle } = state[operation]
    const suffers =
      operation === 'DescribeInstanceInformation'
        ? nodes.describeInstanceInformation
        : nodes.describeInstanceProperties
    const fault = callNumber.next(suffers)
    const { latencyMs = 0, perSecond } = nodes
    if (latencyMs > 0) await delay(latencyMs, undefined, { ref: false })
    if (fault === 'reset') return undefined
    if (fault === 'deny')
      throw new ServiceError(
        'AccessDeniedException',
        `User is not authorized to perform: ssm:${operation} because no identity-based policy allows the ssm:${operation} action`,
      )
    if (fault === 'error')
      throw new ServiceError('InternalServerError', 'An error occurred on the server side.', 500)
    if (fault === 'throttle' || !throttle.lets(perSecond))
      throw new ServiceError('ThrottlingException', 'Rate exceeded')
    return nodesPage(operation, parseNodes(body), world, tokens, nodes, fault)
  }

  private stateOf(world: World) {
    const state = this.sources.get(world) ?? newState(world)
    this.sources.set(world, state)
    return state
  }
}

/** @throws ServiceError UnknownOperationException */
function operationOf(headers: IncomingHttpHeaders): NodesOperation {
  const target = headers['x-amz-target']
  if (target === 'AmazonSSM.DescribeInstanceInformation') return 'DescribeInstanceInformation'
  if (target === 'AmazonSSM.DescribeInstanceProperties') return 'DescribeInstanceProperties'
  throw new ServiceError('UnknownOperationException', 'The requested operation is not known.')
}

/** Lasts as long as the emulator. */
function newState({ clock }: World) {
  const state = () => ({ throttle: new Throttle(), callNumber: new CallNumber() })
  return {
    tokens: new PageTokens(clock, {}),
    DescribeInstanceInformation: state(),
    DescribeInstanceProperties: state(),
  }
}
