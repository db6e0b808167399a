import type { Suffers } from './organization-faults'
import type { TrailEvent } from './trail-event'

/**
 * What a LookupEvents request can suffer:
 * - `deny`, `throttle`, `error`: the answer is AccessDeniedException, ThrottlingException or InternalFailure;
 * - `reset`: the connection is reset;
 * - `empty-page`: the page has no events, and a token;
 * - `repeat-token`: the answer has the request's own token, if the request has one;
 * - `unreadable`: the first event of the page is no JSON.
 */
export type LookUpFault =
  | 'deny'
  | 'throttle'
  | 'error'
  | 'reset'
  | 'empty-page'
  | 'repeat-token'
  | 'unreadable'

/** What goes wrong with LookupEvents. Every member may be changed at any time. */
export interface LookUpFaults {
  /** @default - nothing */
  lookUpEvents?: Suffers<LookUpFault>
  /** Requests per second and source; AWS allows 2. @default - any number */
  perSecond?: number
  /** Milliseconds before every answer. @default 0 */
  latencyMs?: number
  /** Milliseconds after which an event is found; infinite: it is lost. @default - a few minutes */
  deliveryMs?: (event: TrailEvent) => number
  /** Whether an event is found twice. @default - no */
  isTwice?: (event: TrailEvent) => boolean
}
