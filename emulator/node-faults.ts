import type { Suffers } from './organization-faults'

/**
 * What a DescribeInstanceInformation or DescribeInstanceProperties request can suffer:
 * - `deny`, `throttle`, `error`: the answer is AccessDeniedException, ThrottlingException or InternalServerError;
 * - `reset`: the connection is reset;
 * - `empty-page`: the page has no nodes, and a token;
 * - `repeat-token`: the answer has the request's own token, or one if the request has none.
 */
export type NodeFault = 'deny' | 'throttle' | 'error' | 'reset' | 'empty-page' | 'repeat-token'

/** What goes wrong with either. Every member may be changed at any time. */
export interface NodeFaults {
  /** @default - nothing */
  describeInstanceInformation?: Suffers<NodeFault>
  /** @default - nothing */
  describeInstanceProperties?: Suffers<NodeFault>
  /** Requests per second, source and operation. @default - any number */
  perSecond?: number
  /** Milliseconds before every answer. @default 0 */
  latencyMs?: number
  /**
   * Whether a request that names a node which is not known is refused, as AWS documents it, or the node left out.
   *
   * @default false
   */
  refusesUnknown?: boolean
}
