import { createHash } from 'node:crypto'
import { GetCommand, PutCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { batchGet, type Table } from './batch-get'
import type { Receipt } from './receipt'
import { type Source, sourceKey } from './source'
import type { Plan, SweepState } from './sweep-state'
import type { Rejection } from './upsert'
import { writeIf } from './write-if'

/** The raw JSON of one item: code points of at most four bytes each, within DynamoDB's 400 KB. */
const RAW_JSON_PART = /.{1,90000}/gsu

/** The Sweeps table: receipts, rejected sessions, and what is known of each source between sweeps. */
export class SweepsTable {
  constructor(private readonly table: Table) {}

  async readState(source: Source): Promise<SweepState> {
    const { Item } = await this.table.client.send(
      new GetCommand({ TableName: this.table.tableName, Key: stateKey(source), ConsistentRead: true }),
    )
    return Item ?? {}
  }

  /** When the last complete sweep of each of these sources began, by source; one that has none is absent. */
  async lastComplete(sources: readonly Source[], abortSignal?: AbortSignal): Promise<Map<string, Date>> {
    const states = await batchGet<{ Source: string; LastCompleteAt?: string }>({
      ...this.table,
      keys: sources.map(stateKey),
      attributes: ['Source', 'LastCompleteAt'],
      consistent: false,
      abortSignal,
    })
    return new Map(
      states.flatMap(({ Source, LastCompleteAt }) =>
        LastCompleteAt === undefined ? [] : [[Source, new Date(LastCompleteAt)]],
      ),
    )
  }

  /** Saves what a sweep still has to list, so that the next one can go on. */
  async savePlan(source: Source, plan: Plan): Promise<void> {
    await this.updateState(source, plan, {
      UpdateExpression: 'SET Pending = :plan',
      ExpressionAttributeValues: { ':plan': plan },
    })
  }

  /** Advances the source to a completed sweep, never backwards. */
  async complete(source: Source, plan: Plan): Promise<void> {
    const { Kind, BegunAt, OldestOpenStart, ChainTooLongAt } = plan
    const state = Object.entries({
      LastCompleteAt: BegunAt,
      OldestOpenStart,
      ...(Kind === 'full' && { LastFullAt: BegunAt, ChainTooLongAt }),
      Pending: undefined,
    } satisfies SweepState)
    const given = state.filter(([, value]) => value !== undefined)
    const gone = state.flatMap(([name, value]) => (value === undefined ? [name] : []))
    await this.updateState(source, plan, {
      UpdateExpression: `SET ${given.map(([name]) => `${name} = :${name}`).join(', ')} REMOVE ${gone.join(', ')}`,
      ExpressionAttributeValues: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
    })
  }

  /** Does nothing if a later sweep has completed. */
  private async updateState(source: Source, { BegunAt }: Plan, update: StateUpdate): Promise<void> {
    const command = new UpdateCommand({
      TableName: this.table.tableName,
      Key: stateKey(source),
      ...update,
      ConditionExpression: 'attribute_not_exists(LastCompleteAt) OR LastCompleteAt < :begun',
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':begun': BegunAt },
    })
    await writeIf(this.table.client.send(command))
  }

  /** A receipt is never replaced: the first one of a sweep stays. */
  async putReceipt(receipt: Receipt): Promise<void> {
    await this.putNew(receipt)
  }

  /**
   * Keeps the text of a session that could not be stored, as AWS sent it: once, in as many items as its length needs. The key is `REJECTED#<SHA-256 of the text>#<part>`.
   */
  async putRejected(source: Source, sweepId: string, { rawJson, reason }: Rejection): Promise<void> {
    const hash = createHash('sha256').update(rawJson).digest('hex')
    const parts = rawJson.match(RAW_JSON_PART) ?? []
    for (const [index, RawJson] of parts.entries())
      await this.putNew({
        Source: sourceKey(source),
        ItemId: `REJECTED#${hash}#${index + 1}`,
        Parts: parts.length,
        RawJson,
        Reason: reason.slice(0, 1000).toWellFormed(),
        FirstSweepId: sweepId,
      })
  }

  private async putNew(item: object): Promise<void> {
    const command = new PutCommand({
      TableName: this.table.tableName,
      Item: item,
      ConditionExpression: 'attribute_not_exists(ItemId)',
    })
    await writeIf(this.table.client.send(command))
  }
}

type StateUpdate = Pick<UpdateCommandInput, 'UpdateExpression' | 'ExpressionAttributeValues'>

/** Sorts after every receipt and rejected session of its source. */
function stateKey(source: Source) {
  return { Source: sourceKey(source), ItemId: 'STATE' }
}
