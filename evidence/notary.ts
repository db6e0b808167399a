/** Checkpoints that CloudTrail wrote down: the archive names each in a call of KMS, whose encryption context is kept. */

import type { Notarised } from './checkpoint'
import { verifyTrail } from './trail/verify-trail'
import type { TrailTrust } from './trust'

const CALL = 'GenerateDataKeyWithoutPlaintext'
const NAME = 'ssm-session-archive-'
/** Of a log of a deployed archive: its account and region, and its bucket. */
const ORIGIN = /^ssm-session-archive\/(\d{12}\/[a-z0-9-]+)\/[^/]+$/

/** What CloudTrail wrote down of a log in a period, by the size of the log. */
export async function readNotary(
  { folder, name }: TrailTrust,
  origin: string,
  from: Date,
  until: Date,
): Promise<Map<number, Notarised[]>> {
  const [, source] = ORIGIN.exec(origin) ?? []
  const notarised = new Map<number, Notarised[]>()
  if (source === undefined) return notarised
  const trail = await verifyTrail(folder, { from, until, sources: [source], trail: name })
  for await (const { event } of trail.events()) {
    const call = callOf(event, origin)
    if (call !== undefined) notarised.set(call.size, [...(notarised.get(call.size) ?? []), call])
  }
  return notarised
}

function callOf(event: Readonly<Record<string, unknown>>, origin: string): Notarised | undefined {
  const { eventSource, eventName, eventTime, errorCode } = event
  if (eventSource !== 'kms.amazonaws.com' || eventName !== CALL || errorCode !== undefined) return undefined
  const context = membersOf(membersOf(event.requestParameters).encryptionContext)
  const [size, root] = [context[`${NAME}size`], context[`${NAME}root`]]
  if (context[`${NAME}origin`] !== origin || typeof size !== 'string' || !/^\d{1,15}$/.test(size))
    return undefined
  if (typeof root !== 'string' || typeof eventTime !== 'string') return undefined
  return { size: Number(size), root, at: eventTime }
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
