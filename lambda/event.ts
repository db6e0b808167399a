import { ACCOUNT_ID, REGION } from '../archive/names'
import type { Source } from '../archive/source'
import type { Planned } from '../sweep/sweep-planned'

/** What an event asks for. */
export type Asked =
  | { readonly kind: 'round' }
  | { readonly kind: 'planned'; readonly planned: Planned }
  /** full: a full sweep, due or not. */
  | { readonly kind: 'sweep'; readonly source: Source; readonly full: boolean }

const MEMBERS: readonly string[] = ['account', 'region', 'sweep']

/**
 * Reads an event: `{}` from the schedule, messages of the queue, or `{"account": …, "region": …, "sweep": "full"}`
 * from a person. Account and region are the function's own by default. An event of EventBridge asks for a round.
 *
 * @throws Error naming the member, its value and what was expected
 */
export function readEvent(event: unknown, home: Source): Asked {
  if (!isObject(event))
    throw new Error(
      `event: received ${JSON.stringify(event)}, expected an object such as {"region": "eu-west-1"}`,
    )
  if ('Records' in event) return { kind: 'planned', planned: readMessage(event.Records) }
  const { account = home.accountId, region = home.region, sweep } = event
  if (Object.keys(event).length === 0 || 'detail-type' in event) return { kind: 'round' }
  const other = Object.keys(event).find((name) => !MEMBERS.includes(name))
  if (other !== undefined)
    throw new Error(`event: received the member ${JSON.stringify(other)}, expected ${MEMBERS.join(', ')}`)
  if (typeof account !== 'string' || !ACCOUNT_ID.test(account))
    throw new Error(`event.account: received ${JSON.stringify(account)}, expected an account of 12 digits`)
  if (typeof region !== 'string' || !REGION.test(region))
    throw new Error(`event.region: received ${JSON.stringify(region)}, expected a region such as "eu-west-1"`)
  if (sweep !== undefined && sweep !== 'full')
    throw new Error(`event.sweep: received ${JSON.stringify(sweep)}, expected "full"`)
  return { kind: 'sweep', source: { accountId: account, region }, full: sweep === 'full' }
}

const MESSAGE = '{"plannedAt": "2026-11-24T09:30:00.000Z", "sources": ["111122223333/eu-west-1"]}'

/** The event source mapping hands over one message at a time. */
function readMessage(records: unknown): Planned {
  const [record, ...others]: unknown[] = Array.isArray(records) ? records : []
  if (!isObject(record) || typeof record.body !== 'string' || others.length > 0)
    throw new Error('event.Records: received no single message, expected one with a body')
  const { body } = record
  const message = parse(body)
  const { plannedAt, sources } = isObject(message) ? message : {}
  const isTime = typeof plannedAt === 'string' && !Number.isNaN(Date.parse(plannedAt))
  if (!isTime || !Array.isArray(sources))
    throw new Error(`message: received ${body.slice(0, 200)}, expected ${MESSAGE}`)
  return { plannedAt: new Date(plannedAt).toISOString(), sources: sources.map(readSource) }
}

function readSource(text: unknown): Source {
  const [accountId = '', region = '', ...rest] = typeof text === 'string' ? text.split('/') : []
  if (!ACCOUNT_ID.test(accountId) || !REGION.test(region) || rest.length > 0)
    throw new Error(`message: received the source ${JSON.stringify(text)}, expected "111122223333/eu-west-1"`)
  return { accountId, region }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
