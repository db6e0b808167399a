import { createHash, randomBytes } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { batchGet } from './batch-get'
import type { Rejection } from './sessions-table'
import { type Source, sourceKey } from './source'

/** `full`: everything that the service shows. `recent`: what can have ended since the last complete sweep. */
export type SweepKind = 'full' | 'recent'

/** What one sweep did: the evidence that nothing was missed. Times are ISO 8601, UTC. */
export interface Receipt {
  /** See {@link sourceKey}. */
  readonly Source: string
  /** Sorts by the time the sweep started; unique. */
  readonly SweepId: string
  /** Absent where the sweep failed before it could know. */
  readonly Kind?: SweepKind
  /** Whether the listing was cut into slices of time: those do not show a session without a StartDate. */
  readonly Sliced?: boolean
  /** By the archiver's own clock. */
  readonly StartedAt: string
  readonly FinishedAt: string
  /**
   * Of a complete sweep: every session that ended between these two times, by the service's clock, was shown
   * to it, or had been shown to an earlier sweep as open.
   */
  readonly CoversFrom?: string
  readonly CoversUntil?: string
  /** The filter of a recent sweep. */
  readonly InvokedAfter?: string
  /** List calls that were answered. */
  readonly Pages: number
  /** Sessions on those pages; one that was listed twice counts twice. */
  readonly Seen: number
  readonly Archived: number
  readonly Updated: number
  readonly Unchanged: number
  readonly Rejected: number
  /** Sessions in the Active list. */
  readonly Open: number
  /** New ones that no recent sweep would have been shown: found only because the sweep was full. */
  readonly MissedByRecent: number
  /** Times a listing had to begin again, because the service did not accept its own token. */
  readonly Restarts: number
  /**
   * `complete`: every page was drained and every write acknowledged, by this sweep or by those it went on
   * from. `incomplete`: the time ran out; the next sweep goes on.
   */
  readonly Outcome: 'complete' | 'incomplete' | 'failed'
  /** Why the sweep failed. */
  readonly Error?: string
  /** Of this software. */
  readonly Version: string
}

/**
 * What is known of a source between sweeps. Times are by the service's clock, ISO 8601, UTC: the begin of a
 * sweep is when it began to list.
 */
export interface SourceState {
  /** Begin of the last complete sweep. */
  readonly CompleteBegun?: string
  /** StartDate of the oldest session that was open then. */
  readonly OldestOpen?: string
  /** Begin of the last complete full sweep. */
  readonly FullBegun?: string
  /** Begin of the last full sweep whose listing, as one chain of pages, was too long for one invocation. */
  readonly ChainRanOut?: string
  /** A sweep that has not been finished yet. */
  readonly Pending?: Plan
}

/** What a sweep has still to list. */
export interface Plan {
  readonly Kind: SweepKind
  readonly Begun: string
  readonly OldestOpen?: string
  /** From where on its completion would cover the ends of sessions. Absent for a full sweep: 30 days back. */
  readonly CoversFrom?: string
  readonly InvokedAfter?: string
  /** Where a recent sweep would have begun to look: anything new that started before was missed by those. */
  readonly RecentFrom?: string
  /** Oldest first. */
  readonly Slices: readonly Slice[]
  /** Whether the listing is not one chain of pages. */
  readonly Sliced: boolean
  /** Of a full sweep: what {@link SourceState} is to say when it is complete. */
  readonly ChainRanOut?: string
}

/** The sessions that started in a span of time; an absent bound is open. ISO 8601, UTC, whole seconds. */
export interface Slice {
  /** Inclusive. */
  readonly From?: string
  /** Exclusive. */
  readonly To?: string
}

export interface SweepLedgerProps {
  readonly client: DynamoDBDocumentClient
  readonly tableName: string
}

/** The raw JSON of one item: code points of at most four bytes each, within DynamoDB's 400 KB. */
const RAW_JSON_PART = /.{1,90000}/gsu

/** The id of a sweep that starts now. */
export function newSweepId(startedAt: Date): string {
  return `${startedAt.toISOString()}-${randomBytes(4).toString('hex')}`
}

/** The Sweeps table. */
export class SweepLedger {
  constructor(private readonly props: SweepLedgerProps) {}

  async readState(source: Source): Promise<SourceState> {
    const { Item } = await this.props.client.send(
      new GetCommand({ TableName: this.props.tableName, Key: stateKey(source), ConsistentRead: true }),
    )
    return Item ?? {}
  }

  /** When the last complete sweep of each of these sources began, by source; one that has none is absent. */
  async lastComplete(sources: readonly Source[]): Promise<Map<string, Date>> {
    const states = await batchGet<{ Source: string; CompleteBegun?: string }>({
      ...this.props,
      keys: sources.map(stateKey),
      attributes: ['Source', 'CompleteBegun'],
      consistent: false,
    })
    return new Map(
      states.flatMap(({ Source, CompleteBegun }) =>
        CompleteBegun === undefined ? [] : [[Source, new Date(CompleteBegun)]],
      ),
    )
  }

  /** Keeps what a sweep has still to list, for the next one to go on. */
  async savePlan(source: Source, plan: Plan): Promise<void> {
    await this.updateState(source, plan, {
      UpdateExpression: 'SET Pending = :plan',
      ExpressionAttributeValues: { ':plan': plan },
    })
  }

  /** Advances the source to a completed sweep, never backwards. */
  async complete(source: Source, plan: Plan): Promise<void> {
    const { Kind, Begun, OldestOpen, ChainRanOut } = plan
    const state = Object.entries({
      CompleteBegun: Begun,
      OldestOpen,
      ...(Kind === 'full' && { FullBegun: Begun, ChainRanOut }),
      Pending: undefined,
    } satisfies { [name in keyof SourceState]: SourceState[name] | undefined })
    const given = state.filter(([, value]) => value !== undefined)
    const gone = state.flatMap(([name, value]) => (value === undefined ? [name] : []))
    await this.updateState(source, plan, {
      UpdateExpression: `SET ${given.map(([name]) => `${name} = :${name}`).join(', ')} REMOVE ${gone.join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
    })
  }

  /** Unless a sweep that began later is complete already. */
  private async updateState(source: Source, { Begun }: Plan, update: StateUpdate): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.props.tableName,
      Key: stateKey(source),
      ...update,
      ConditionExpression: 'attribute_not_exists(CompleteBegun) OR CompleteBegun < :now',
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':now': Begun },
    })
    await unlessConditionFails(this.props.client.send(command))
  }

  async putReceipt(receipt: Receipt): Promise<void> {
    await this.props.client.send(new PutCommand({ TableName: this.props.tableName, Item: receipt }))
  }

  /**
   * Keeps a session that could not be stored: its raw JSON, in as many items as its length needs, once
   * however often it is seen. The key is `REJECTED#<SHA-256 of the JSON>#<part>`.
   */
  async putRejected(source: Source, sweepId: string, { session, reason }: Rejection): Promise<void> {
    const json = JSON.stringify(session)
    const hash = createHash('sha256').update(json).digest('hex')
    const parts = json.match(RAW_JSON_PART) ?? []
    for (const [index, RawJson] of parts.entries()) {
      const command = new PutCommand({
        TableName: this.props.tableName,
        Item: {
          Source: sourceKey(source),
          SweepId: `REJECTED#${hash}#${index + 1}`,
          Parts: parts.length,
          RawJson,
          Reason: reason.slice(0, 1000),
          FirstSweepId: sweepId,
        },
        ConditionExpression: 'attribute_not_exists(SweepId)',
      })
      await unlessConditionFails(this.props.client.send(command))
    }
  }
}

type StateUpdate = Pick<UpdateCommandInput, 'UpdateExpression' | 'ExpressionAttributeValues'>

/** Sorts after every receipt and rejected session of its source. */
function stateKey(source: Source) {
  return { Source: sourceKey(source), SweepId: 'STATE' }
}

async function unlessConditionFails(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  })
}
