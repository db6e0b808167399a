import { GetCommand, PutCommand, paginateQuery, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Table } from './batch-get'
import { type Ended, endedBy } from './expiry'
import { RETENTION } from './names'
import { requireKnownSchema, SCHEMA_VERSION, type SessionRecord } from './record'
import type { RetentionBegun, RetentionReceipt, RetentionState } from './retention'
import { type Written, writeIf } from './write-if'

/** What an expiry depends on, and what it is. */
export type Expiring = Ended & Pick<SessionRecord, 'SessionId' | 'Revision' | 'SchemaVersion' | 'ExpiresAt'>

/**
 * @throws NewerSchemaError
 * @throws Error if somebody else than the archiver wrote the record so that no expiry can be given to it
 */
export function requireExpiring(record: Expiring): void {
  requireKnownSchema(record)
  const { SessionId, Revision } = record
  const end = endedBy(record)
  if (typeof Revision !== 'number' || Number.isNaN(Date.parse(end ?? '1970')))
    throw new Error(
      `session ${JSON.stringify(SessionId)}: received Revision ${Revision} and the end ${end}, expected a number and a time: the archiver did not write this record`,
    )
}

export interface ExpiringPage {
  readonly records: readonly Expiring[]
  /** Where the next page begins. Absent: there is none. */
  readonly position?: string
}

const NAMES = [
  ...['SessionId', 'State', 'EndDate', 'EndUnknown', 'MissingSince'],
  ...['ObservedAt', 'Revision', 'SchemaVersion', 'ExpiresAt'],
] as const satisfies readonly (keyof Expiring)[]
const PROJECTION = {
  ProjectionExpression: NAMES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(NAMES.map((name) => [`#${name}`, name])),
}

/** Every record, page by page, in an order that stays. @param after where to begin */
export async function readPage(
  { client, tableName }: Table,
  after: string | undefined,
  pageSize: number,
): Promise<ExpiringPage> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new ScanCommand({
      TableName: tableName,
      ...PROJECTION,
      Limit: pageSize,
      ConsistentRead: true,
      ExclusiveStartKey: after === undefined ? undefined : { SessionId: after },
    }),
  )
  return { records: Items as Expiring[], position: LastEvaluatedKey?.SessionId }
}

/** Undefined: it is gone. */
export async function readExpiring(
  { client, tableName }: Table,
  SessionId: string,
): Promise<Expiring | undefined> {
  const command = new GetCommand({
    TableName: tableName,
    Key: { SessionId },
    ...PROJECTION,
    ConsistentRead: true,
  })
  const { Item } = await client.send(command)
  return Item as Expiring | undefined
}

/** Gives a record another expiry, unless it was changed since it was read. Nothing else of it changes. */
export function writeExpiry(
  { client, tableName }: Table,
  { SessionId, Revision }: Expiring,
  expiresAt: number | undefined,
): Promise<Written> {
  const command = new UpdateCommand({
    TableName: tableName,
    Key: { SessionId },
    UpdateExpression: `${expiresAt === undefined ? 'REMOVE ExpiresAt' : 'SET ExpiresAt = :expiresAt'} ADD Revision :one`,
    ConditionExpression: 'Revision = :revision AND NOT SchemaVersion > :SchemaVersion',
    ExpressionAttributeValues: {
      ':one': 1,
      ':revision': Revision,
      ':SchemaVersion': SCHEMA_VERSION,
      ...(expiresAt !== undefined && { ':expiresAt': expiresAt }),
    },
  })
  return writeIf(client.send(command))
}

const STATE = { Source: RETENTION, ItemId: 'STATE' }

export async function readRetentionState({ client, tableName }: Table): Promise<RetentionState | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: STATE, ConsistentRead: true })
  const { Item } = await client.send(command)
  return Item as RetentionState | undefined
}

/**
 * Saves how far a change is, unless another process has begun one or goes on with it.
 *
 * @param over who held the state that it replaces. @default - nobody
 */
export function saveRetentionState(
  { client, tableName }: Table,
  state: RetentionState,
  over?: string,
): Promise<Written> {
  const command = new PutCommand({
    TableName: tableName,
    Item: { ...STATE, ...state },
    ConditionExpression: over === undefined ? 'attribute_not_exists(HeldBy)' : 'HeldBy = :over',
    ExpressionAttributeValues: over === undefined ? undefined : { ':over': over },
  })
  return writeIf(client.send(command))
}

/** Keeps what is said of a change of the retention, once. */
export async function putRetention(
  { client, tableName }: Table,
  item: RetentionBegun | RetentionReceipt,
): Promise<void> {
  const ConditionExpression = 'attribute_not_exists(ItemId)'
  await writeIf(client.send(new PutCommand({ TableName: tableName, Item: item, ConditionExpression })))
}

/** All that is kept of changes of the retention, in order of time: the receipts, then what was begun. */
export async function readRetention({
  client,
  tableName,
}: Table): Promise<(RetentionBegun | RetentionReceipt)[]> {
  const pages = paginateQuery(
    { client },
    {
      TableName: tableName,
      KeyConditionExpression: '#source = :retention AND ItemId < :state',
      ExpressionAttributeNames: { '#source': 'Source' },
      ExpressionAttributeValues: { ':retention': RETENTION, ':state': STATE.ItemId },
      ConsistentRead: true,
    },
  )
  const items: (RetentionBegun | RetentionReceipt)[] = []
  for await (const { Items = [] } of pages) items.push(...(Items as typeof items))
  return items
}
