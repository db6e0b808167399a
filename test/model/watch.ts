import assert from 'node:assert/strict'
import type { Receipt } from '../../archive/receipt'
import type { DatabaseCall } from '../support/database-proxy'

/** A record, as its last write left it. */
interface Written {
  readonly firstArchivedAt: string
  content: number
  sweepId: string
  /** Whether the answer of the write was lost. */
  wasLost: boolean
}

/** The writes of a sweep that reached the table. */
interface Writes {
  archived: number
  updated: number
  /** Those whose answer was lost and that another sweep wrote over. */
  overtaken: number
}

/** Sees every write that reaches the Sessions table, and checks that it damages no record. */
export class Watch {
  private readonly records = new Map<string, Written>()
  private readonly sweeps = new Map<string, Writes>()
  private readonly lost = new WeakSet<DatabaseCall>()
  /** The first thing that was wrong with a write. */
  private damage: unknown

  constructor(private readonly sessionsTable: string) {}

  /** The answer of this call will be lost. */
  lose(call: DatabaseCall): void {
    this.lost.add(call)
  }

  see(call: DatabaseCall, status: number): void {
    if (status !== 200 || call.body.TableName !== this.sessionsTable) return
    try {
      this.inspect(call)
    } catch (error) {
      this.damage ??= error
    }
  }

  /** @throws AssertionError if a write was wrong */
  checkWrites(): void {
    if (this.damage !== undefined) throw this.damage
  }

  private inspect(call: DatabaseCall): void {
    const { operation, body } = call
    if (operation === 'PutItem') {
      const { SessionId, Details, FirstArchivedAt, SweepId } = body.Item
      const id = SessionId.S
      assert.equal(this.records.has(id), false, `${id} was put twice`)
      this.records.set(id, {
        firstArchivedAt: FirstArchivedAt.S,
        content: 0,
        sweepId: SweepId.S,
        wasLost: false,
      })
      this.writesOf(SweepId.S).archived += 1
      this.wrote(call, id, Details.S, SweepId.S)
    }
    if (operation === 'UpdateItem') {
      const { FirstArchivedAt, Details, SweepId = '' } = attributesSetBy(body)
      assert.equal(FirstArchivedAt, undefined, 'FirstArchivedAt never changes')
      if (Details === undefined) return // a mark, not a content
      this.writesOf(SweepId).updated += 1
      this.wrote(call, body.Key.SessionId.S, Details, SweepId)
    }
  }

  private wrote(call: DatabaseCall, id: string, details: string, sweepId: string): void {
    const record = this.records.get(id)
    assert.ok(record, `${id} was updated before it was put`)
    const content = Number(details.slice(1))
    assert.ok(content >= record.content, `${id} went back from v${record.content} to v${content}`)
    if (record.wasLost && record.sweepId !== sweepId) this.writesOf(record.sweepId).overtaken += 1
    Object.assign(record, { content, sweepId, wasLost: this.lost.has(call) })
  }

  private writesOf(sweepId: string): Writes {
    const writes = this.sweeps.get(sweepId) ?? { archived: 0, updated: 0, overtaken: 0 }
    this.sweeps.set(sweepId, writes)
    return writes
  }

  /**
   * A receipt counts what was written. It need not count writes whose answers were lost: none of them if the sweep
   * failed, else those that another sweep wrote over before this one could read them.
   */
  checkReceipt({ ItemId, Outcome, Archived, Updated, Unchanged, Rejected, Seen }: Receipt): void {
    const { archived, updated, overtaken } = this.writesOf(ItemId)
    const isTrue = Archived <= archived && Updated <= updated
    assert.ok(isTrue, `receipt ${ItemId} counts writes that never were`)
    if (Outcome === 'failed') return
    const uncounted = archived + updated - Archived - Updated
    assert.ok(uncounted <= overtaken, `receipt ${ItemId} does not count ${uncounted} writes`)
    assert.equal(Archived + Updated + Unchanged + Rejected, Seen)
  }

  checkRecords(records: readonly Record<string, unknown>[]): void {
    for (const { SessionId, FirstArchivedAt, Details } of records) {
      const record = this.records.get(String(SessionId))
      assert.equal(FirstArchivedAt, record?.firstArchivedAt)
      assert.equal(Details, `v${record?.content}`)
    }
  }
}

/** The texts that an UpdateItem sets, by attribute. */
function attributesSetBy({ ExpressionAttributeNames, ExpressionAttributeValues }: DatabaseCall['body']) {
  const names: [string, string][] = Object.entries(ExpressionAttributeNames)
  return Object.fromEntries(
    names
      .filter(([placeholder]) => /^#\d+$/.test(placeholder))
      .map(([placeholder, name]) => [name, ExpressionAttributeValues[placeholder.replace('#', ':')].S]),
  ) as Record<string, string | undefined>
}
