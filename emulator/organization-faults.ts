/** What goes wrong in an organization, beside DescribeSessions, whose faults are in faults.ts. */

/** The same for every call, or decided for each by its number from 1. */
export type Suffers<Fault> = Fault | ((call: number) => Fault | undefined)

/**
 * What a ListAccounts request can suffer:
 * - `deny`, `throttle`, `error`: the answer is AccessDeniedException, TooManyRequestsException or ServiceException;
 * - `reset`: the connection is reset;
 * - `empty-page`: the page has no accounts, and a token;
 * - `repeat-token`: the answer has the request's own token, if the request has one;
 * - `end-early`: the page has no token, as if it were the last.
 */
export type ListingFault = (typeof LISTING_FAULTS)[number]
export const LISTING_FAULTS = [
  'deny',
  'throttle',
  'error',
  'reset',
  'empty-page',
  'repeat-token',
  'end-early',
] as const

/** What goes wrong with ListAccounts. Every member may be changed at any time. */
export interface ListingFaults {
  /** Milliseconds before every answer. A second request meanwhile is refused. @default 2 */
  latencyMs?: number
  /** @default - nothing */
  listAccounts?: Suffers<ListingFault>
  /** ListRegions requests per second and account; AWS allows 5. @default - any number */
  listRegionsPerSecond?: number
}

/**
 * What an AssumeRole request can suffer:
 * - `no role`, `throttle`, `error`: the answer is AccessDenied, Throttling or InternalFailure;
 * - `reset`: the connection is reset;
 * - `wrong account`: the answer has the credentials of another account.
 */
export type RoleFault = (typeof ROLE_FAULTS)[number]
export const ROLE_FAULTS = ['no role', 'throttle', 'error', 'reset', 'wrong account'] as const

/** `deny`, `throttle`, `error`: ListRegions answers AccessDenied-, TooManyRequests- or InternalServerException. */
export type RegionsFault = (typeof REGIONS_FAULTS)[number]
export const REGIONS_FAULTS = ['deny', 'throttle', 'error', 'reset'] as const

/** What goes wrong with one account. Every member may be changed at any time. */
export interface AccountFaults {
  /** @default - nothing */
  assumeRole?: Suffers<RoleFault>
  /** Regions in which STS issues no credentials for it. @default - none */
  stsDisabledIn?: readonly string[]
  /** @default - nothing */
  listRegions?: Suffers<RegionsFault>
  /** Milliseconds before AssumeRole and ListRegions answer. @default 0 */
  latencyMs?: number
  /** ListAccounts leaves it out, though it is in the organization. @default false */
  unlisted?: boolean
}

/** Numbers the calls, and says what each suffers. */
export class CallNumber {
  private calls = 0

  next<Fault>(suffers: Suffers<Fault> | undefined): Fault | undefined {
    this.calls += 1
    return isScript(suffers) ? suffers(this.calls) : suffers
  }
}

function isScript<Fault>(
  suffers: Suffers<Fault> | undefined,
): suffers is (call: number) => Fault | undefined {
  return typeof suffers === 'function'
}
