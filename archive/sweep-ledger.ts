import { createHash, randomBytes } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Rejection } from './session-store'
import { type Source, sourceKey } from './source'

/** What one sweep did: the evidence that nothing was missed. Times are ISO 8601, UTC. */
export interface Receipt {
  /** See {@link sourceKey}. */
  readonly Source: string
  /** Sorts by the time the sweep started; unique. */
  readonly SweepId: string
  readonly Kind: 'full'
  readonly StartedAt: string
  readonly FinishedAt: string
  /** List calls that were answered. */
  readonly Pages: number
  /** Sessions on those pages; one that was listed twice counts twice. */
  readonly Seen: number
  readonly Archived: number
  readonly Updated: number
  readonly Unchanged: number
  readonly Rejected: number
  /** Times the listing had to begin again, because the service did not accept its own token. */
  readonly Restarts: number
  /** `complete`: every page was drained and every write acknowledged. */
  readonly Outcome: 'complete' | 'failed'
  /** Why the sweep failed. */
  readonly Error?: string
  /** Of this software. */
  readonly Version: string
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
      await this.props.client.send(command).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      })
    }
  }
}
