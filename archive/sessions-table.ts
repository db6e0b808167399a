import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import pLimit from 'p-limit'
import { batchGet, type Table } from './batch-get'
import {
  ATTRIBUTES,
  durationSeconds,
  ownerAttributes,
  SCHEMA_VERSION,
  type SessionRecord,
  targetAttributes,
} from './record'
import { type Source, sourceKey } from './source'
import { SESSIONS } from './tables'
import type { TargetFacts } from './target'
import { isLongLasting, type Stored, type TrailFacts } from './to-record'
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
  'TargetAsOf',
  'ExecutedBy',
  'FirstArchivedAt',
  'ObservedAt',
  'SweepId',
  'Revision',
  'ContentHash',
  'SchemaVersion',
] as const satisfies (keyof Stored)[]

const FACTS = [
  'TargetName',
  'ComputerName',
  'PlatformType',
  'PlatformName',
  'PlatformVersion',
  'IPAddress',
  'TargetSource',
  'TargetAsOf',
] as const satisfies (keyof TargetFacts)[]

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
   * The history has the last word: it replaces what was seen of an open session, and never the other way round. Both
   * replace what was recovered.
   *
   * @param seenFrom the earliest time at which AWS can have shown this content
   * @param stored what `record` was made to replace
   * @throws UnstorableError
   */
  update(
    { FirstArchivedAt: _never, Salt: _once, Revision: _counted, ...record }: SessionRecord,
    seenFrom: string,
    stored: Stored,
  ): Promise<Written> {
    const wasOpen = '#State = :Active'
    const isReopened = stored.State === 'Recovered' && record.State === 'Active'
    const isOlder = 'ObservedAt < :seenFrom'
    const differs = '(ContentHash <> :ContentHash OR attribute_exists(MissingSince))'
    const isNews =
      record.State === 'History'
        ? `(${wasOpen} OR (${isOlder} AND ${differs}))`
        : `${wasOpen} AND ${isOlder} AND ${differs}`
    const [condition, values] =
      stored.State === 'Recovered'
        ? ['#State = :Recovered', { ':Recovered': 'Recovered' }]
        : [isNews, { ':Active': 'Active', ':seenFrom': seenFrom, ':ContentHash': record.ContentHash }]
    // What the record says of its owner depends on it.
    const [isSame, executedBy] =
      stored.ExecutedBy === undefined
        ? ['attribute_not_exists(ExecutedBy)', {}]
        : ['ExecutedBy = :ExecutedBy', { ':ExecutedBy': stored.ExecutedBy }]
    return this.set(record.SessionId, {
      attributes: record,
      remove: [
        ...TRANSIENT.filter((name) => record[name] === undefined),
        ...(isReopened ? ['EndDate', 'DurationSeconds'] : []),
      ],
      condition: `${IS_OF} AND ${isSame} AND ${condition}`,
      names: { '#State': 'State', '#Region': 'Region' },
      values: { ':AccountId': record.AccountId, ':Region': record.Region, ...values, ...executedBy },
    })
  }

  /** Names the person who had ECS start a session. What is known already stays. */
  nameExecutor(sessionId: string, source: Source, facts: TrailFacts, SweepId: string): Promise<Written> {
    return this.set(sessionId, {
      attributes: { ...facts, ...ownerAttributes(facts.ExecutedBy), SweepId },
      condition: `${IS_OF} AND attribute_not_exists(ExecutedBy)`,
      ...ofSource(source),
    })
  }

  /** Notes what is known of a session's target, if that was not found out when the session was archived. */
  nameTarget(sessionId: string, source: Source, facts: TargetFacts, SweepId: string): Promise<Written> {
    return this.set(sessionId, {
      attributes: { ...targetAttributes(facts), SweepId },
      condition: `${IS_OF} AND attribute_not_exists(TargetAsOf)`,
      ...ofSource(source),
    })
  }

  /** What the latest session on a target says of it; undefined: nothing, or it is a target of another source. */
  async lastFacts(target: string, { accountId, region }: Source): Promise<TargetFacts | undefined> {
    const { partitionKey } = SESSIONS.indexes.ByTarget
    const { Items = [] } = await this.table.client.send(
      new QueryCommand({
        TableName: this.table.tableName,
        IndexName: 'ByTarget' satisfies keyof typeof SESSIONS.indexes,
        KeyConditionExpression: `${partitionKey} = :target`,
        ExpressionAttributeNames: { '#Region': 'Region' },
        ExpressionAttributeValues: { ':target': target },
        ProjectionExpression: `AccountId, #Region, ${FACTS.join(', ')}`,
        ScanIndexForward: false,
        Limit: 1,
      }),
    )
    const [latest] = Items as (TargetFacts & Pick<SessionRecord, 'AccountId' | 'Region'>)[]
    if (latest?.TargetAsOf === undefined) return undefined
    const { AccountId, Region, ...facts } = latest
    return AccountId === accountId && Region === region ? facts : undefined
  }

  /** Notes the end of a recovered session, from the call that ended it. */
  endRecovered(
    { SessionId, StartDate, AccountId, Region }: Stored,
    EndDate: string,
    SweepId: string,
    ExpiresAt?: number,
  ): Promise<Written> {
    const source = { accountId: AccountId, region: Region }
    const LongSource = isLongLasting(StartDate, EndDate) ? sourceKey(source) : undefined
    const { names, values } = ofSource(source)
    return this.set(SessionId, {
      attributes: {
        EndDate,
        DurationSeconds: durationSeconds(StartDate, EndDate),
        LongSource,
        ExpiresAt,
        SweepId,
      },
      remove: ['EndedBefore', ...(LongSource === undefined ? ['LongSource'] : [])],
      condition: `${IS_OF} AND #State = :Recovered AND attribute_not_exists(EndDate)`,
      names: { ...names, '#State': 'State' },
      values: { ...values, ':Recovered': 'Recovered' },
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

  /**
   * Gives up waiting for a missing session's end: it is marked instead of given an invented one.
   *
   * @param missingSince since when it is missing: if it was seen again meanwhile, it is not given up
   */
  async markEndUnknown(
    sessionId: string,
    source: Source,
    missingSince: string,
    ExpiresAt?: number,
  ): Promise<void> {
    await this.set(sessionId, {
      attributes: { EndUnknown: true, LongSource: sourceKey(source), ExpiresAt },
      remove: ['OpenSource'],
      condition: 'attribute_exists(OpenSource) AND MissingSince = :missingSince',
      values: { ':missingSince': missingSince },
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

/** The record is of a source. */
const IS_OF = 'AccountId = :AccountId AND #Region = :Region'

function ofSource({ accountId, region }: Source) {
  return { names: { '#Region': 'Region' }, values: { ':AccountId': accountId, ':Region': region } }
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
