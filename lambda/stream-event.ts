import type { Item } from '../evidence/item'
import type { Change } from '../evidence/log'
import { toLine } from '../evidence/to-entry'

/** A change of a table, as Lambda delivers it. */
interface StreamRecord {
  readonly eventSourceARN: string
  readonly dynamodb: {
    readonly Keys: Item
    readonly OldImage?: Item
    readonly NewImage?: Item
    readonly SequenceNumber: string
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number
  }
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string }
}

/** The names of the archive's tables. */
export interface TableNames {
  readonly sessionsTable: string
  readonly sweepsTable: string
}

/** A record was given another retention. Whether somebody changed the retention then, the change does not tell. */
export interface ChangedExpiry {
  readonly at: Date
  /** Absent: for ever. */
  readonly days?: number
}

/** What an event says for the log. */
export interface Read {
  readonly changes: readonly Change[]
  /** Why changes are none that this software makes. */
  readonly unexpected: readonly string[]
  readonly expiries: readonly ChangedExpiry[]
}

/** @throws Error if the event is no event of the streams of these tables */
export function readStreamEvent(event: unknown, names: TableNames): Read {
  if (!isStreamEvent(event))
    throw new Error(
      `received ${JSON.stringify(event)?.slice(0, 200)}, expected an event of the tables' streams with both images`,
    )
  const changes: Change[] = []
  const reasons: string[] = []
  const expiries: ChangedExpiry[] = []
  for (const record of event.Records) {
    const { dynamodb, eventSourceARN, userIdentity } = record
    const [, name, label] = /:table\/([^/]+)\/stream\/(.+)$/.exec(eventSourceARN) ?? []
    const table =
      name === names.sessionsTable ? 'Sessions' : name === names.sweepsTable ? 'Sweeps' : undefined
    if (table === undefined)
      throw new Error(
        `received a change of ${eventSourceARN}, expected one of ${names.sessionsTable} or ${names.sweepsTable}`,
      )
    const at = new Date(dynamodb.ApproximateCreationDateTime * 1000)
    const isExpiry = userIdentity?.principalId === 'dynamodb.amazonaws.com' && userIdentity.type === 'Service'
    const { Keys: keys, OldImage: before, NewImage: after } = dynamodb
    const said = toLine({ table, keys, before, after, at, isExpiry })
    if (said === undefined) continue
    changes.push({ id: `${table}/${label}/${dynamodb.SequenceNumber}`, at, entry: said.line })
    if (said.unexpected !== undefined) reasons.push(`${table}: ${said.unexpected}`)
    if (said.expiry !== undefined) expiries.push({ at, ...said.expiry })
  }
  return { changes, unexpected: reasons, expiries }
}

function isStreamEvent(event: unknown): event is { readonly Records: readonly StreamRecord[] } {
  return isObject(event) && Array.isArray(event.Records) && event.Records.every(isRecord)
}

function isRecord(record: unknown): boolean {
  if (!isObject(record) || typeof record.eventSourceARN !== 'string' || !isObject(record.dynamodb))
    return false
  const { Keys, OldImage, NewImage, SequenceNumber, ApproximateCreationDateTime } = record.dynamodb
  const images = [OldImage, NewImage].filter((image) => image !== undefined)
  return (
    isItem(Keys) &&
    images.length > 0 &&
    images.every(isItem) &&
    typeof SequenceNumber === 'string' &&
    typeof ApproximateCreationDateTime === 'number'
  )
}

function isItem(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isObject)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
