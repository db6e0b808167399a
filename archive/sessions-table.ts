import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { paginateQuery } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import pLimit from 'p-limit'
import { batchGet, type Table } from './batch-get'
import { ATTRIBUTES, SCHEMA_VERSION, type SessionRecord } from './record'
import { type Source, sourceKey } from './source'
import { SESSIONS } from './tables'
import type { Stored } from './to-record'
import { type Written, writeIf } from './write-if'

/** An open session, as last recorded. */
export interface OpenSession {
  readonly SessionId: string
  readonly ObservedAt: string
  /** Since when it is in neither list. */
  readonly MissingSince?: string
}

/** The SDK cannot write a value: a number without end, a member that is named like JavaScript's own. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError'
}

const STORED = [
  'SessionId',
  'StartDate',
  'EndDate',
  'State',
  'MissingSince',
  'AccountId',
  'AccountName',
  'Region',
  'FirstArchivedAt',
  'ObservedAt',
  'SweepId',
  'Revision',
  'ContentHash',
  'SchemaVersion',
] as const satisfies (keyof Stored)[]

const TRANSIENT = Object.entries(ATTRIBUTES).flatMap(([name, kind]) => (kind === 'transient' ? [name] : []))

/** Of all pages that are being stored together: the SDK has 50 connections, and a bucket of retries for 100 throttled calls. */
const WRITES_AT_ONCE = 50

/**
 * The Sessions table. Every write carries a condition, so a duplicate, late or concurrent observation can
 * never put an older content over a newer one, and nothing here deletes.
 */
export class SessionsTable {
  private readonly inTurn = pLimit(WRITES_AT_ONCE)

  constructor(private readonly table: Table) {}

  /** What the archive holds of these sessions, by SessionId. Every write is conditional: an old answer does no harm. */
  async read(sessionIds: readonly string[], consistent = false): Promise<Map<string, Stored>> {
    const items = await batchGet<Stored>({
      ...this.table,
      keys: sessionIds.map((SessionId) => ({ SessionId })),
      attributes: STORED,
      consistent,
    })
    return new Map(items.map((item) => [item.SessionId, item]))
  }

  /**
   * Writes the record if the archive does not have the session.
   *
   * @throws UnstorableError
   */
  create(record: SessionRecord): Promise<Written> {
    const command = new PutItemCommand({
      TableName: this.table.tableName,
      Item: toItem(record),
      ConditionExpression: 'attribute_not_exists(SessionId)',
    })
    return this.inTurn(() => writeIf(this.table.client.send(command)))
  }

  /**
   * Writes the record if the archive has another content, seen before this one. Members that `record` lacks are kept.
   * The history has the last word: it replaces what was seen of an open session, and never the other way round.
   *
   * @param seenFrom the earliest time at which AWS can have shown this content
   * @throws UnstorableError
   */
  update(
    { FirstArchivedAt: _never, Salt: _once, Revision: _counted, ...record }: SessionRecord,
    seenFrom: string,
  ): Promise<Written> {
    const wasOpen = '#State = :Active'
    const isOlder = 'ObservedAt < :seenFrom'
    const isHere = 'AccountId = :AccountId AND #Region = :Region'
    const differs = '(ContentHash <> :ContentHash OR attribute_exists(MissingSince))'
    return this.set(record.SessionId, {
      attributes: record,
      remove: TRANSIENT.filter((name) => record[name] === undefined),
      condition:
        record.State === 'History'
          ? `${isHere} AND (${wasOpen} OR (${isOlder} AND ${differs}))`
          : `${isHere} AND ${wasOpen} AND ${isOlder} AND ${differs}`,
      names: { '#State': 'State', '#Region': 'Region' },
      values: {
        ':AccountId': record.AccountId,
        ':Region': record.Region,
        ':Active': 'Active',
        ':seenFrom': seenFrom,
        ':ContentHash': record.ContentHash,
      },
    })
  }

  /** The source's sessions that have not ended, as far as the archive knows. */
  async openSessions(source: Source): Promise<OpenSession[]> {
    const pages = paginateQuery(
      { client: this.table.client },
      {
        TableName: this.table.tableName,
        IndexName: 'OpenSessions' satisfies keyof typeof SESSIONS.indexes,
        KeyConditionExpression: `${SESSIONS.indexes.OpenSessions.partitionKey} = :source`,
        ExpressionAttributeValues: { ':source': sourceKey(source) },
        ProjectionExpression: 'SessionId, ObservedAt, MissingSince',
      },
    )
    const open: OpenSession[] = []
    for await (const { Items = [] } of pages) open.push(...(Items as OpenSession[]))
    return open
  }

  /** Notes that an open session is in no list any more. */
  async markMissing(sessionId: string, MissingSince: string, LastKnownActiveAt: string): Promise<void> {
    await this.set(sessionId, {
      attributes: { MissingSince, LastKnownActiveAt },
      condition: 'attribute_exists(OpenSource) AND attribute_not_exists(MissingSince)',
    })
  }

  /** Gives up waiting for a missing session's end: it is marked instead of given an invented one. */
  async markEndUnknown(sessionId: string, source: Source, ExpiresAt?: number): Promise<void> {
    await this.set(sessionId, {
      attributes: { EndUnknown: true, LongSource: sourceKey(source), ExpiresAt },
      remove: ['OpenSource'],
      condition: 'attribute_exists(OpenSource) AND attribute_exists(MissingSince)',
    })
  }

  private set(SessionId: string, { attributes, remove = [], condition, names, values }: Change) {
    const entries = Object.entries(attributes).filter(
      ([name, value]) => name !== 'SessionId' && value !== undefined,
    )
    const clauses = [
      `SET ${entries.map((_entry, n) => `#${n} = :${n}`).join(', ')}`,
      ...(remove.length > 0 ? [`REMOVE ${remove.join(', ')}`] : []),
      'ADD Revision :one',
    ]
    const command = new UpdateItemCommand({
      TableName: this.table.tableName,
      Key: toItem({ SessionId }),
      UpdateExpression: clauses.join(' '),
      ConditionExpression: `(${condition}) AND NOT SchemaVersion > :SchemaVersion`,
      ExpressionAttributeNames: {
        ...Object.fromEntries(entries.map(([name], n) => [`#${n}`, name])),
        ...names,
      },
      ExpressionAttributeValues: toItem({
        ...Object.fromEntries(entries.map(([, value], n) => [`:${n}`, value])),
        ':SchemaVersion': SCHEMA_VERSION,
        ':one': 1,
        ...values,
      }),
    })
    return this.inTurn(() => writeIf(this.table.client.send(command)))
  }
}

/** @throws UnstorableError */
function toItem(attributes: object) {
  try {
    return marshall(attributes, { removeUndefinedValues: true })
  } catch (cause) {
    throw new UnstorableError(`received a value that no item can hold: ${cause}`, { cause })
  }
}

interface Change {
  readonly attributes: Partial<SessionRecord>
  readonly remove?: readonly string[]
  readonly condition: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, unknown>>
}
