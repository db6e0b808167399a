import assert from 'node:assert/strict'
import type { Receipt } from '../../archive/receipt'
import type { DatabaseCall } from '../support/database-proxy'

/** Sees every write that reaches the Sessions table, and that none of them damages a record. */
export class Watch {
  private readonly contents = new Map<string, number>()
  private readonly firstArchivedAt = new Map<string, string>()
  private readonly puts = new Map<string, number>()
  private readonly updates = new Map<string, number>()
  private readonly lastWriter = new Map<string, string>()
  private readonly lost = new WeakSet<DatabaseCall>()
  /** By session: the write whose answer was lost is the last one. */
  private readonly lastWasLost = new Set<string>()
  /** Writes of a sweep whose answers were lost, and that another one wrote over. */
  private readonly overtaken = new Map<string, number>()

  constructor(private readonly sessionsTable: string) {}

  /** The first thing that was wrong with a write. */
  private damage: unknown

  /** The answer of this call will not arrive. */
  lose(call: DatabaseCall): void {
    this.lost.add(call)
  }

  see(call: DatabaseCall, status: number): void {
    try {
      this.inspect(call, status)
    } catch (error) {
      this.damage ??= error
    }
  }

  /** @throws AssertionError where a write was wrong */
  checkWrites(): void {
    if (this.damage !== undefined) throw this.damage
  }

  private inspect(call: DatabaseCall, status: number): void {
    const { operation, body } = call
    if (status !== 200 || body.TableName !== this.sessionsTable) return
    if (operation === 'PutItem') {
      const { SessionId, Details, FirstArchivedAt, SweepId } = body.Item
      assert.equal(this.firstArchivedAt.has(SessionId.S), false, `${SessionId.S} was put twice`)
      this.firstArchivedAt.set(SessionId.S, FirstArchivedAt.S)
      this.advance(SessionId.S, Details.S)
      count(this.puts, SweepId.S)
      this.wrote(call, SessionId.S, SweepId.S)
    }
    if (operation === 'UpdateItem') {
      const set = (name: string): string | undefined => {
        const names: [string, string][] = Object.entries(body.ExpressionAttributeNames)
        const placeholder = names.find(([key, value]) => value === name && /^#\d+$/.test(key))?.[0]
        return placeholder && body.ExpressionAttributeValues[placeholder.replace('#', ':')].S
      }
      assert.equal(set('FirstArchivedAt'), undefined, 'FirstArchivedAt never changes')
      const details = set('Details')
      if (details === undefined) return // a mark, not a content
      this.advance(body.Key.SessionId.S, details)
      const writer = String(set('SweepId'))
      count(this.updates, writer)
      this.wrote(call, body.Key.SessionId.S, writer)
    }
  }

  private wrote(call: DatabaseCall, id: string, writer: string): void {
    const before = this.lastWriter.get(id)
    if (before !== undefined && before !== writer && this.lastWasLost.has(id)) count(this.overtaken, before)
    this.lastWriter.set(id, writer)
    if (this.lost.has(call)) this.lastWasLost.add(id)
    else this.lastWasLost.delete(id)
  }

  /** No record ever goes back to an older content. */
  private advance(id: string, details: string): void {
    const content = Number(details.slice(1))
    const before = this.contents.get(id) ?? 0
    assert.ok(content >= before, `${id} went back from v${before} to v${content}`)
    this.contents.set(id, content)
  }

  /**
   * A receipt tells what was written. A failed sweep cannot know of writes whose answers were lost, and no sweep
   * of one that another wrote over before it could be asked for.
   */
  checkReceipt({ ItemId, Outcome, Archived, Updated, Unchanged, Rejected, Seen }: Receipt): void {
    assert.equal(Rejected, 0)
    const put = this.puts.get(ItemId) ?? 0
    const updated = this.updates.get(ItemId) ?? 0
    assert.ok(Archived <= put && Updated <= updated, `receipt ${ItemId} tells of writes that never were`)
    if (Outcome !== 'failed') {
      const untold = put + updated - Archived - Updated
      assert.ok(
        untold <= (this.overtaken.get(ItemId) ?? 0),
        `receipt ${ItemId} does not tell of ${untold} writes`,
      )
      assert.equal(Archived + Updated + Unchanged, Seen)
    }
  }

  checkRecords(records: readonly Record<string, unknown>[]): void {
    for (const { SessionId, FirstArchivedAt, Details } of records) {
      assert.equal(FirstArchivedAt, this.firstArchivedAt.get(String(SessionId)))
      assert.equal(Details, `v${this.contents.get(String(SessionId))}`)
    }
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
