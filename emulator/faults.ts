import type { LookUpFaults } from './lookup-faults'
import type { NodeFaults } from './node-faults'
import { Random } from './random'
import type { DescribeSessionsRequest } from './request'
import { Throttle } from './throttle'

/**
 * What a request can suffer:
 * - `deny`, `throttle`, `error`: the answer is AccessDeniedException, ThrottlingException or InternalServerError;
 * - `deny-by-policy`: the answer is AccessDeniedException, and blames a service control policy;
 * - `reset`: the connection is reset;
 * - `empty-page`, `short-page`: the page has no sessions, or at most half of MaxResults, and a token;
 * - `filter-after-page`: the page is cut before the filters apply, so it may have few sessions or none;
 * - `repeat-token`: the answer has the request's own token, if the request has one;
 * - `expire-token`: the request's token is refused, if the request has one.
 */
export type Fault =
  | 'deny'
  | 'deny-by-policy'
  | 'throttle'
  | 'error'
  | 'reset'
  | 'empty-page'
  | 'short-page'
  | 'filter-after-page'
  | 'repeat-token'
  | 'expire-token'

/**
 * Decides what one request suffers.
 *
 * @param call the request's number since the start, from 1
 */
export type FaultScript = (call: number, request: DescribeSessionsRequest) => Fault | undefined

/** What goes wrong with DescribeSessions, with LookupEvents and with nodes. Every member may be changed at any time. */
export interface Faults {
  /** Milliseconds before every answer. @default 0 */
  latencyMs?: number
  /**
   * A token bucket in real time, which holds the requests of one second, and at least one.
   *
   * @default - no throttling
   */
  requestsPerSecond?: number
  /** Age in seconds, by the world's clock, after which a token is refused. @default - tokens do not expire */
  tokenLifetimeSeconds?: number
  /** Changes the text of a page: to one that no session of the world makes. @default - none */
  rewrite?: (body: string, request: DescribeSessionsRequest) => string
  /** Is asked first. @default - no other faults */
  script?: FaultScript
  /** @default - nothing goes wrong with LookupEvents */
  lookUps?: LookUpFaults
  /** @default - nothing goes wrong with DescribeInstanceInformation and DescribeInstanceProperties */
  nodes?: NodeFaults
}

/**
 * Draws at most one fault per request.
 *
 * @param probabilities from 0 to 1
 * @param seed repeats the draws of another run
 */
export function randomFaults(probabilities: Partial<Record<Fault, number>>, seed: number): FaultScript {
  const random = new Random(seed)
  const kinds = Object.keys(probabilities) as Fault[]
  return () => kinds.find((kind) => random.chance(probabilities[kind] ?? 0))
}

/** Decides what each request suffers: one fault at most. */
export class FaultSource {
  private calls = 0
  private readonly throttle = new Throttle()

  constructor(private readonly faults: Readonly<Faults>) {}

  next(request: DescribeSessionsRequest): Fault | undefined {
    this.calls += 1
    const scripted = this.faults.script?.(this.calls, request)
    if (scripted !== undefined) return scripted
    return this.throttle.lets(this.faults.requestsPerSecond) ? undefined : 'throttle'
  }
}
