import { createHash } from 'node:crypto'
import { GetCommand, PutCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { batchGet, type Table } from './batch-get'
import type { Outcome, Receipt, RoundReceipt, Witness } from './receipt'
import { REFUSED, type Refusal } from './refusal'
import {
  putRosterAccount,
  putRosterListing,
  type RosterAccount,
  type RosterListing,
  readRoster,
  readRosterAccounts,
} from './roster'
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

  /** The states of many sources, by source, without what they still have to list; one that was never swept is absent. */
  async readStates(sources: readonly Source[]): Promise<Map<string, SweepState>> {
    const states = await batchGet<SweepState & { readonly Source: string }>({
      ...this.table,
      keys: sources.map(stateKey),
      attributes: ['Source', 'LastCompleteAt', 'AttemptedAt', 'Outcome', 'Failures', 'LastSessionAt'],
      consistent: false,
    })
    return new Map(states.map(({ Source, ...state }) => [Source, state]))
  }

  readRoster() {
    return readRoster(this.table)
  }

  readRosterAccounts(accountIds: readonly string[], consistent = false) {
    return readRosterAccounts(this.table, accountIds, consistent)
  }

  /** Writes an account, unless somebody else has written it since `stored` was read. */
  async putRosterAccount(account: RosterAccount, stored: RosterAccount | undefined): Promise<void> {
    await putRosterAccount(this.table, account, stored?.UpdatedAt)
  }

  putRosterListing(listing: Omit<RosterListing, 'Source' | 'ItemId'>): Promise<void> {
    return putRosterListing(this.table, listing)
  }

  /** Saves what a sweep still has to list, so that the next one can go on. */
  async savePlan(source: Source, plan: Plan): Promise<void> {
    await this.updateState(source, plan, {
      UpdateExpression: 'SET Pending = :plan',
      ExpressionAttributeValues: { ':plan': plan },
    })
  }

  /** Advances the source to a completed sweep, never backwards. @param heard if CloudTrail was asked */
  async complete(source: Source, plan: Plan, attempt: Attempt, heard?: Heard): Promise<void> {
    const { Kind, BegunAt, OldestOpenStart, ChainTooLongAt } = plan
    const { AttemptedAt, Outcome, LastSessionAt } = attempt
    await this.updateState(
      source,
      plan,
      toUpdate({
        LastCompleteAt: BegunAt,
        OldestOpenStart,
        ...(Kind === 'full' && { LastFullAt: BegunAt, ChainTooLongAt }),
        Pending: undefined,
        ...{ AttemptedAt, Outcome, LastSessionAt },
        Failures: undefined,
        ...(heard?.WitnessedUntil !== undefined && { WitnessedUntil: heard.WitnessedUntil }),
        ...(heard !== undefined && { WitnessPending: heard.WitnessPending }),
      }),
    )
  }

  /** Notes a sweep that was not complete, unless a later one has begun. */
  async attempted(source: Source, { AttemptedAt, Outcome, LastSessionAt, Failures }: Attempt): Promise<void> {
    const update = toUpdate({
      ...{ AttemptedAt, Outcome, Failures },
      ...(LastSessionAt !== undefined && { LastSessionAt }),
    })
    const command = new UpdateCommand({
      TableName: this.table.tableName,
      Key: stateKey(source),
      ...update,
      ConditionExpression: 'attribute_not_exists(AttemptedAt) OR AttemptedAt <= :AttemptedAt',
    })
    await writeIf(this.table.client.send(command))
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
  async putReceipt(receipt: Receipt | RoundReceipt): Promise<void> {
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

  /** Keeps a call that was refused, once. */
  async putRefusal(source: Source, sweepId: string, refusal: Refusal): Promise<void> {
    const ItemId = `${REFUSED}${refusal.RefusedAt}#${refusal.EventId}`
    await this.putNew({ Source: sourceKey(source), ItemId, ...refusal, FirstSweepId: sweepId })
  }

  /** What CloudTrail said in a sweep, by its receipt. */
  async readWitness(source: Source, sweepId: string): Promise<Witness | undefined> {
    const { Item } = await this.table.client.send(
      new GetCommand({
        TableName: this.table.tableName,
        Key: { Source: sourceKey(source), ItemId: sweepId },
        ProjectionExpression: 'Witness',
        ConsistentRead: true,
      }),
    )
    return Item?.Witness
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

type StateUpdate = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

/** What a sweep leaves in its source's state, whatever became of it. */
export interface Attempt extends Pick<SweepState, 'LastSessionAt' | 'Failures'> {
  readonly AttemptedAt: string
  readonly Outcome: Outcome
}

/** What a sweep leaves in its source's state of what CloudTrail said. */
export type Heard = Pick<SweepState, 'WitnessedUntil' | 'WitnessPending'>

/** Sets what is given, and removes what is undefined. */
function toUpdate(state: SweepState): StateUpdate {
  const given = Object.entries(state).filter(([, value]) => value !== undefined)
  const gone = Object.entries(state).flatMap(([name, value]) => (value === undefined ? [`#${name}`] : []))
  const set = `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}`
  return {
    UpdateExpression: gone.length === 0 ? set : `${set} REMOVE ${gone.join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(Object.keys(state).map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  }
}

/** Sorts after every receipt and rejected session of its source. */
function stateKey(source: Source) {
  return { Source: sourceKey(source), ItemId: 'STATE' }
}
