import { setTimeout as sleep } from 'node:timers/promises'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { durationSeconds, type Observation, type Session, type SessionRecord, toRecord } from './record'

/** A session that cannot be stored, and why. */
export interface Rejection {
  readonly session: Session
  readonly reason: string
}

/** What became of the sessions of a page. */
export interface Upserted {
  readonly archived: number
  readonly updated: number
  /** Already in the archive with the same content, or with a newer one. */
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

export interface SessionStoreProps {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
  /** Days after its end at which a record expires. @default - never */
  readonly retentionDays?: number
}

type Outcome = 'archived' | 'updated' | 'unchanged'
type Stored = Pick<SessionRecord, 'SessionId' | 'ContentHash' | 'StartDate' | 'EndDate'>

/** BatchGetItem takes at most 100 keys. */
const BATCH_KEYS = 100
/** Waits between attempts at keys that BatchGetItem left unprocessed, milliseconds. */
const UNPROCESSED_BACKOFF = [50, 100, 200, 400, 800, 1600, 3200, 6400]
const DAY_SECONDS = 24 * 60 * 60

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
    const records = new Map<string, { record: SessionRecord; session: Session }>()
    let repeated = 0
    for (const observation of observations) {
      const { session } = observation
      try {
        const record = toRecord(observation)
        if (records.has(record.SessionId)) repeated += 1
        records.set(record.SessionId, { record, session })
      } catch (error) {
        rejected.push({ session, reason: String(error) })
      }
    }

    const stored = await this.read([...records.keys()])
    const settled = await Promise.all(
      [...records.values()].map(async ({ record, session }): Promise<Outcome | Rejection | Failure> => {
        try {
          return await this.write(record, stored.get(record.SessionId))
        } catch (error) {
          return isRefusal(error) ? { session, reason: String(error) } : { failure: error }
        }
      }),
    )

    const count = (outcome: Outcome) => settled.filter((result) => result === outcome).length
    const upserted: Upserted = {
      archived: count('archived'),
      updated: count('updated'),
      unchanged: count('unchanged') + repeated,
      rejected: [
        ...rejected,
        ...settled.filter((result) => typeof result === 'object' && 'reason' in result),
      ],
    }
    const failed = settled.find((result) => typeof result === 'object' && 'failure' in result)
    if (failed) throw new UpsertError(upserted, failed.failure)
    return upserted
  }

  private async write(record: SessionRecord, stored: Stored | undefined): Promise<Outcome> {
    if (stored === undefined) {
      if (await this.create(record)) return 'archived'
    } else if (stored.ContentHash === record.ContentHash) {
      return 'unchanged'
    }
    return (await this.update(record, stored)) ? 'updated' : 'unchanged'
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

  /** True where the archive held another content, observed earlier. Members that `record` lacks are kept. */
  private update(record: SessionRecord, stored: Stored | undefined): Promise<boolean> {
    const { SessionId, ...attributes } = { ...record, ...this.derived(record, stored) }
    const names = Object.keys(attributes)
    const isOlder = 'ObservedAt < :ObservedAt'
    const differs = 'ContentHash <> :ContentHash'
    return conditionMet(
      this.props.client.send(
        new UpdateCommand({
          TableName: this.props.tableName,
          Key: { SessionId },
          UpdateExpression: `SET ${names.map((_name, n) => `#${n} = :${n}`).join(', ')} ADD Revision :one`,
          ConditionExpression: `${isOlder} AND ${differs}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, n) => [`#${n}`, name])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(Object.values(attributes).map((value, n) => [`:${n}`, value])),
            ':one': 1,
            ':ObservedAt': record.ObservedAt,
            ':ContentHash': record.ContentHash,
          },
        }),
      ),
    )
  }

  private derived(record: SessionRecord, stored: Stored | undefined): Record<string, number> {
    const endDate = record.EndDate ?? stored?.EndDate
    const duration = durationSeconds(record.StartDate ?? stored?.StartDate, endDate)
    const { retentionDays } = this.props
    return {
      ...(duration !== undefined && { DurationSeconds: duration }),
      ...(retentionDays !== undefined && {
        ExpiresAt: Math.ceil(Date.parse(endDate ?? record.ObservedAt) / 1000) + retentionDays * DAY_SECONDS,
      }),
    }
  }

  /** What the archive holds of the sessions, by SessionId; eventually consistent, as every write is conditional. */
  private async read(sessionIds: readonly string[]): Promise<Map<string, Stored>> {
    const batches = Array.from({ length: Math.ceil(sessionIds.length / BATCH_KEYS) }, (_, n) =>
      sessionIds.slice(n * BATCH_KEYS, (n + 1) * BATCH_KEYS),
    )
    const items = (await Promise.all(batches.map((batch) => this.readBatch(batch)))).flat()
    return new Map(items.map((item) => [item.SessionId, item]))
  }

  private async readBatch(sessionIds: readonly string[]): Promise<Stored[]> {
    const { client, tableName } = this.props
    const items: Stored[] = []
    let request: BatchGetCommandOutput['UnprocessedKeys'] = {
      [tableName]: {
        Keys: sessionIds.map((SessionId) => ({ SessionId })),
        ProjectionExpression: 'SessionId, ContentHash, StartDate, EndDate',
      },
    }
    for (const wait of [...UNPROCESSED_BACKOFF, undefined]) {
      const { Responses, UnprocessedKeys }: BatchGetCommandOutput = await client.send(
        new BatchGetCommand({ RequestItems: request }),
      )
      items.push(...((Responses?.[tableName] ?? []) as Stored[]))
      if (!UnprocessedKeys?.[tableName]) return items
      request = UnprocessedKeys
      if (wait !== undefined) await sleep(wait * (0.5 + Math.random() / 2))
    }
    throw new Error(`${tableName}: keys were left unprocessed by ${UNPROCESSED_BACKOFF.length + 1} reads`)
  }
}

interface Failure {
  readonly failure: unknown
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

/** The database will never take this item, however often it is offered. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException'
}
