import type { Random } from './random'
import type { DescribeSessionsRequest } from './request'

/**
 * What a request can suffer. `deny`, `throttle` and `error` answer AccessDeniedException, ThrottlingException and
 * InternalServerError, `reset` resets
 * the connection, `empty` and `short` answer a page of no or half the sessions with a token, `repeat-token` gives the
 * request's own token again, `expire-token` refuses it. The last two do nothing to a request without a token.
 */
export type Fault =
  | 'deny'
  | 'throttle'
  | 'error'
  | 'reset'
  | 'empty'
  | 'short'
  | 'repeat-token'
  | 'expire-token'

/**
 * Decides over one request.
 *
 * @param call the request's number since the start, from 1
 */
export type FaultScript = (call: number, request: DescribeSessionsRequest) => Fault | undefined

/** What goes wrong with DescribeSessions. Every member may be changed at any time. Probabilities are from 0 to 1. */
export interface Faults {
  /** Milliseconds before every answer. @default 0 */
  latencyMs: number
  /** Token bucket in real time: requests a second, and how many at once after a rest. @default - no throttling */
  throttle: { readonly ratePerSecond: number; readonly burst: number } | undefined
  /** Probability of InternalServerError. @default 0 */
  errorProbability: number
  /** Probability of a reset connection instead of the answer. @default 0 */
  resetProbability: number
  /** Probability of a page of at most half of MaxResults, with a token. @default 0 */
  shortPageProbability: number
  /** Probability of a page without sessions, with a token. @default 0 */
  emptyPageProbability: number
  /** Probability that a request's token is answered with the same token. @default 0 */
  repeatTokenProbability: number
  /** Age in seconds of the world's clock after which a token is refused. @default Infinity */
  tokenLifetimeSeconds: number
  /** Asked first for every request; where it returns undefined, the others decide. @default - none */
  script: FaultScript | undefined
}

export const NO_FAULTS: Readonly<Faults> = {
  latencyMs: 0,
  throttle: undefined,
  errorProbability: 0,
  resetProbability: 0,
  shortPageProbability: 0,
  emptyPageProbability: 0,
  repeatTokenProbability: 0,
  tokenLifetimeSeconds: Number.POSITIVE_INFINITY,
  script: undefined,
}

/** Decides what each request suffers: at most one fault, the script's before the throttle's before a random one. */
export class FaultSource {
  private calls = 0
  private throttleTokens = Number.POSITIVE_INFINITY
  private refilledAt = 0

  constructor(
    private readonly faults: Readonly<Faults>,
    private readonly random: Random,
  ) {}

  next(request: DescribeSessionsRequest): Fault | undefined {
    this.calls += 1
    return this.faults.script?.(this.calls, request) ?? this.throttle() ?? this.draw()
  }

  private throttle(): Fault | undefined {
    if (this.faults.throttle === undefined) return undefined
    const { ratePerSecond, burst } = this.faults.throttle
    const now = performance.now()
    const refill = ((now - this.refilledAt) / 1000) * ratePerSecond
    this.refilledAt = now
    this.throttleTokens = Math.min(burst, this.throttleTokens + refill)
    if (this.throttleTokens < 1) return 'throttle'
    this.throttleTokens -= 1
    return undefined
  }

  private draw(): Fault | undefined {
    const { random, faults } = this
    if (random.chance(faults.errorProbability)) return 'error'
    if (random.chance(faults.resetProbability)) return 'reset'
    if (random.chance(faults.emptyPageProbability)) return 'empty'
    if (random.chance(faults.shortPageProbability)) return 'short'
    if (random.chance(faults.repeatTokenProbability)) return 'repeat-token'
    return undefined
  }
}
