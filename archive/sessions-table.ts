import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { batchGet } from './batch-get'
import {
  durationSeconds,
  LONG_SECONDS,
  NewerSchemaError,
  type Observation,
  requireKnownSchema,
  SCHEMA_VERSION,
  type Session,
  type SessionRecord,
  toRecord,
} from './record'
import { type Source, sourceKey } from './source'
import { SESSIONS } from './tables'

/** A session that cannot be stored, and why. */
export interface Rejection {
  readonly session: Session
  readonly reason: string
}

/** What became of the sessions of a page. */
export interface Upserted {
  /** New in the archive. */
  readonly archived: readonly SessionRecord[]
  readonly updated: readonly SessionRecord[]
  /** How many were already in the archive with the same content, or with a newer one. */
  readonly unchanged: number
  readonly rejected: readonly Rejection[]
}

/** Some of a page was not stored; `upserted` tells what was. */
export class UpsertError extends Error {
  override readonly name = 'UpsertError'
  constructor(
    readonly upserted: Upserted,
    cause: unknown,
  ) {
    super(`a page of sessions was not stored completely: ${cause}`, { cause })
  }
}

/** What is known of a session that has not ended as far as the archive knows. */
export interface OpenSession {
  readonly SessionId: string
  readonly ObservedAt: string
  /** Since when it is in no list of the service. */
  readonly MissingSince?: string
}

export interface SessionStoreProps {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
}

type Outcome = 'archived' | 'updated' | 'unchanged'
const STORED = [
  'SessionId',
  'ContentHash',
  'State',
  'StartDate',
  'EndDate',
  'SweepId',
  'MissingSince',
  'SchemaVersion',
] as const
type Stored = Pick<SessionRecord, (typeof STORED)[number]>

const DAY_SECONDS = 24 * 60 * 60

/** Of a page, two of which are written at a time: more would only wait for one of the SDK's 50 connections. */
const WRITES_AT_ONCE = 25

/** Attributes that an update takes away where it does not give them. */
const OF_THE_MOMENT = ['OpenIn', 'LongIn', 'MissingSince', 'LastKnownActiveAt', 'EndUnknown']

/**
 * The Sessions table. Every write carries a condition, so a duplicate, late or concurrent observation can
 * never put an older content over a newer one, and nothing here deletes.
 */
export class SessionStore {
  constructor(private readonly props: SessionStoreProps) {}

  /**
   * Stores what is new or changed among the sessions of a page; writes nothing for the rest.
   *
   * @throws UpsertError after every session of the page was tried
   */
  async upsert(observations: readonly Observation[]): Promise<Upserted> {
    const rejected: Rejection[] = []
    const candidates = new Map<string, Candidate>()
    for (const observation of observations) {
      try {
        const record = toRecord(observation)
        candidates.set(record.SessionId, { record, observation })
      } catch (error) {
        rejected.push({ session: observation.session, reason: String(error) })
      }
    }
    const repeated = observations.length - rejected.length - candidates.size

    const stored = await this.read([...candidates.keys()])
    const results: Result[] = []
    const waiting = candidates.values()
    const writeInTurn = async () => {
      for (const candidate of waiting) results.push(await this.attempt(candidate, stored))
    }
    await Promise.all(Array.from({ length: WRITES_AT_ONCE }, writeInTurn))

    const records = (wanted: Outcome) =>
      results.flatMap((result) => ('outcome' in result && result.outcome === wanted ? [result.record] : []))
    const upserted: Upserted = {
      archived: records('archived'),
      updated: records('updated'),
      unchanged: records('unchanged').length + repeated,
      rejected: [
        ...rejected,
        ...results.flatMap((result) => ('rejection' in result ? [result.rejection] : [])),
      ],
    }
    const failed = results.find((result) => 'failure' in result)
    if (failed) throw new UpsertError(upserted, failed.failure)
    return upserted
  }

  private async attempt(candidate: Candidate, stored: ReadonlyMap<string, Stored>): Promise<Result> {
    const { record, observation } = candidate
    try {
      return { record, outcome: await this.write(candidate, stored.get(record.SessionId)) }
    } catch (error) {
      return isRefusal(error)
        ? { rejection: { session: observation.session, reason: String(error) } }
        : { failure: error }
    }
  }

  private async write(candidate: Candidate, stored: Stored | undefined): Promise<Outcome> {
    const { record } = candidate
    if (stored !== undefined && !differs(record, stored)) return 'unchanged'
    if (stored !== undefined) requireKnownSchema(stored)
    const written = stored === undefined ? await this.create(record) : await this.update(candidate, stored)
    if (written) return stored === undefined ? 'archived' : 'updated'

    // Someone was there first. Or it was this very call, tried again after its answer was lost.
    const current = (await this.read([record.SessionId], true)).get(record.SessionId)
    const isOurs = current?.SweepId === record.SweepId && current.ContentHash === record.ContentHash
    if (isOurs) return stored === undefined ? 'archived' : 'updated'
    if (stored === undefined && current !== undefined) return this.write(candidate, current)
    return 'unchanged'
  }

  /** True where the session was not in the archive before. */
  private create(record: SessionRecord): Promise<boolean> {
    return conditionMet(
      this.props.client.send(
        new PutCommand({
          TableName: this.props.tableName,
          Item: {
            ...record,
            ...this.derived(record, undefined),
            FirstArchivedAt: record.ObservedAt,
            Revision: 1,
          },
          ConditionExpression: 'attribute_not_exists(SessionId)',
        }),
      ),
    )
  }

  /**
   * True where the archive held another content, seen before this one. Members that `record` lacks are kept.
   * The history has the last word: it replaces what was seen of an open session, and never the other way round.
   */
  private update({ record, observation }: Candidate, stored: Stored): Promise<boolean> {
    const wasOpen = '#State = :Active'
    const isOlder = 'ObservedAt < :seenFrom'
    const differs = '(ContentHash <> :ContentHash OR attribute_exists(MissingSince))'
    const isHistory = record.State === 'History'
    const attributes = { ...record, ...this.derived(record, stored) }
    return this.set(record.SessionId, {
      attributes,
      remove: OF_THE_MOMENT.filter((name) => !(name in attributes)),
      also: 'ADD Revision :one',
      condition: isHistory
        ? `${wasOpen} OR (${isOlder} AND ${differs})`
        : `${wasOpen} AND ${isOlder} AND ${differs}`,
      names: { '#State': 'State' },
      values: {
        ':one': 1,
        ':Active': 'Active',
        ':seenFrom': observation.seenFrom.toISOString(),
        ':ContentHash': record.ContentHash,
      },
    })
  }

  /** The source's sessions that have not ended, as far as the archive knows. */
  async openSessions(source: Source): Promise<OpenSession[]> {
    const pages = paginateQuery(
      { client: this.props.client },
      {
        TableName: this.props.tableName,
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
  async markMissing(sessionId: string, since: Date, lastKnownActiveAt: string): Promise<void> {
    await this.set(sessionId, {
      attributes: { MissingSince: since.toISOString(), LastKnownActiveAt: lastKnownActiveAt },
      condition: 'attribute_exists(OpenIn) AND attribute_not_exists(MissingSince)',
    })
  }

  /** Gives up waiting for a missing session's end: it is marked instead of given an invented one. */
  async markEndUnknown(sessionId: string, source: Source): Promise<void> {
    await this.set(sessionId, {
      attributes: { EndUnknown: true, LongIn: sourceKey(source) },
      remove: ['OpenIn'],
      condition: 'attribute_exists(OpenIn) AND attribute_exists(MissingSince)',
    })
  }

  /** True where the condition was met. */
  private set(sessionId: string, { attributes, remove = [], also = '', condition, names, values }: Change) {
    const entries = Object.entries(attributes).filter(([name]) => name !== 'SessionId')
    const removal = remove.length === 0 ? '' : `REMOVE ${remove.join(', ')}`
    const input: UpdateCommandInput = {
      TableName: this.props.tableName,
      Key: { SessionId: sessionId },
      UpdateExpression: `SET ${entries.map((_entry, n) => `#${n} = :${n}`).join(', ')} ${removal} ${also}`,
      ConditionExpression: `(${condition}) AND NOT SchemaVersion > :SchemaVersion`,
      ExpressionAttributeNames: {
        ...Object.fromEntries(entries.map(([name], n) => [`#${n}`, name])),
        ...names,
      },
      ExpressionAttributeValues: {
        ...Object.fromEntries(entries.map(([, value], n) => [`:${n}`, value])),
        ':SchemaVersion': SCHEMA_VERSION,
        ...values,
      },
    }
    return conditionMet(this.props.client.send(new UpdateCommand(input)))
  }

  private derived(record: SessionRecord, stored: Stored | undefined): Record<string, string | number> {
    const endDate = record.EndDate ?? stored?.EndDate
    const duration = durationSeconds(record.StartDate ?? stored?.StartDate, endDate)
    const hasEnded = record.State === 'History'
    const atMost = durationSeconds(record.StartDate ?? stored?.StartDate, endDate ?? record.ObservedAt)
    const isLong = hasEnded && atMost !== undefined && atMost >= LONG_SECONDS
    const { retentionDays } = this.props
    return {
      ...(duration !== undefined && { DurationSeconds: duration }),
      ...(isLong && { LongIn: sourceKey({ accountId: record.AccountId, region: record.Region }) }),
      ...(retentionDays !== undefined && {
        ExpiresAt: Math.ceil(Date.parse(endDate ?? record.ObservedAt) / 1000) + retentionDays * DAY_SECONDS,
      }),
    }
  }

  /** What the archive holds of the sessions, by SessionId. Every write is conditional: an old answer does no harm. */
  private async read(sessionIds: readonly string[], consistent = false): Promise<Map<string, Stored>> {
    const items = await batchGet<Stored>({
      client: this.props.client,
      tableName: this.props.tableName,
      keys: sessionIds.map((SessionId) => ({ SessionId })),
      attributes: STORED,
      consistent,
    })
    return new Map(items.map((item) => [item.SessionId, item]))
  }
}

interface Candidate {
  readonly record: SessionRecord
  readonly observation: Observation
}

type Result =
  | { readonly record: SessionRecord; readonly outcome: Outcome }
  | { readonly rejection: Rejection }
  | { readonly failure: unknown }

interface Change {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
  readonly also?: string
  readonly condition: string
  readonly names?: Readonly<Record<string, string>>
  readonly values?: Readonly<Record<string, unknown>>
}

/** Whether an observation says anything new. A missing session that is seen again is missing no more. */
function differs(record: SessionRecord, stored: Stored): boolean {
  if (record.State === 'Active' && stored.State === 'History') return false
  return record.ContentHash !== stored.ContentHash || stored.MissingSince !== undefined
}

/** A failed condition is a normal outcome: someone newer was there first. */
async function conditionMet(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** The database will never take this item, or this version may not, however often it is offered. */
function isRefusal(error: unknown): boolean {
  return error instanceof NewerSchemaError || (error instanceof Error && error.name === 'ValidationException')
}
