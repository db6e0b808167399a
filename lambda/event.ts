import { REGION } from '../archive/names'
import type { Source } from '../archive/source'

/** What an event asks for. */
export interface SweepRequest {
  readonly source: Source
  /** Whether a full sweep is asked for, due or not. */
  readonly full: boolean
}

/**
 * Reads `{"account": …, "region": …, "sweep": "full"}`. Every member is optional: account and region are the
 * function's own by default. Other members are ignored, so that an event of EventBridge will do.
 *
 * @param functionArn `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
 * @throws Error naming the member, its value and what was expected
 */
export function readEvent(event: unknown, functionArn: string, ownRegion: string): SweepRequest {
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw new Error(
      `event: received ${JSON.stringify(event)}, expected an object such as {"region": "eu-west-1"}`,
    )
  const [, , , , ownAccount = ''] = functionArn.split(':')
  const { account = ownAccount, region = ownRegion, sweep }: Partial<Record<string, unknown>> = { ...event }
  if (!ownAccount)
    throw new Error(`invokedFunctionArn: received ${JSON.stringify(functionArn)}, expected an ARN`)
  if (account !== ownAccount)
    throw new Error(
      `event.account: received ${JSON.stringify(account)}, expected "${ownAccount}": this version sweeps its own account only`,
    )
  if (typeof region !== 'string' || !REGION.test(region))
    throw new Error(`event.region: received ${JSON.stringify(region)}, expected a region such as "eu-west-1"`)
  if (sweep !== undefined && sweep !== 'full')
    throw new Error(`event.sweep: received ${JSON.stringify(sweep)}, expected "full"`)
  return { source: { accountId: ownAccount, region }, full: sweep === 'full' }
}
