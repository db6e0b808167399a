import assert from 'node:assert/strict'
import type { Receipt } from '../../archive/receipt'
import { expectedMembers, membersOf } from '../support/expected-record'
import type { Stage } from '../support/stage'
import { HOUR } from '../support/times'
import { BEGINNING, shownAt, type Truth } from './model-world'

type Records = ReadonlyMap<unknown, Record<string, unknown>>

/** The archive holds exactly what AWS shows, and nothing that it never showed. */
export function checkArchive(truths: readonly Truth[], records: Records, time: number): void {
  for (const truth of truths) {
    const { id } = truth
    const record = records.get(id)
    const shown = shownAt(truth, time)
    if (shown !== undefined) {
      assert.ok(record, `${id} is lost`)
      assert.deepEqual(membersOf(record), expectedMembers(shown))
      const isOpen = time < truth.end
      assert.equal(record.State, isOpen ? 'Active' : 'History', `${id} is in the other list`)
      assert.equal(record.OpenSource !== undefined, isOpen, `${id} is open in ${record.OpenSource}`)
      for (const name of ['MissingSince', 'LastKnownActiveAt', 'EndUnknown'])
        assert.equal(record[name], undefined, `${id} is not missing`)
    } else if (record !== undefined) {
      assert.ok(time >= truth.start, `${id} is invented`)
      assert.deepEqual(membersOf(record), expectedMembers(truth.whileOpen))
    }
  }
}

/** The archive holds what a complete sweep says it covers. */
export function checkCoverage(
  truths: readonly Truth[],
  records: Records,
  { CoversFrom = '', CoversUntil = '', Kind, Sliced, ItemId, InvokedAfter = '' }: Receipt,
  began: number,
  finished: number,
): void {
  for (const { id, start, end, appears, dated } of truths) {
    const ended = new Date(end).toISOString()
    const wasShown = appears === end && (dated || (Kind === 'full' && !Sliced))
    const record = records.get(id)
    if (wasShown && CoversFrom < ended && ended < CoversUntil) {
      assert.equal(record?.State, 'History', `${id} ended at ${ended}, covered and not archived`)
      // The window found it, not by luck the look-up of vanished sessions.
      const isOutside = record?.SweepId === ItemId && new Date(start).toISOString() < InvokedAfter
      assert.equal(isOutside, false, `${id} ended at ${ended}, outside the window since ${InvokedAfter}`)
    }
    if (start < began && finished < end)
      assert.ok(records.has(id), `${id} was open all the time, and is lost`)
  }
}

/** STATE moves on to the beginning of a sweep only if its receipt says that it is complete. */
export function checkState({ state, receipts }: Awaited<ReturnType<Stage['sweepsItems']>>): void {
  const complete = receipts.filter(({ Outcome }) => Outcome === 'complete')
  const begins = [undefined, ...complete.map(({ CoversUntil }) => CoversUntil)]
  const time = state?.LastCompleteAt
  assert.ok(begins.includes(time), `STATE tells of a complete sweep at ${time}, and no receipt does`)
}

/** What was rejected is odd, and everything odd that a sweep without faults was shown is kept. */
export function checkRejected(
  { rejected }: Awaited<ReturnType<Stage['sweepsItems']>>,
  odd: readonly string[],
  shown: ReadonlySet<string>,
): void {
  const kept = rejected.map(({ RawJson }) => RawJson)
  for (const text of kept) assert.ok(odd.includes(String(text)), `${text} was rejected`)
  for (const text of shown) assert.ok(kept.includes(text), `${text} is lost`)
}

/** A session that was in no list when noticed, nor 49 hours later, ended after it was last known active. */
export function checkUnknownEnds(truths: readonly Truth[], records: Records, noticed: number): void {
  for (const { id, start, end, appears } of truths) {
    const record = records.get(id)
    if (record === undefined || appears !== undefined || end > noticed - HOUR) continue
    assert.equal(record.EndUnknown, true, `the end of ${id} is unknown`)
    assert.equal(record.OpenSource, undefined)
    const lastKnown = Date.parse(String(record.LastKnownActiveAt))
    const isPossible = lastKnown >= Math.max(start, BEGINNING) && lastKnown <= end + 1000
    assert.ok(isPossible, `${id} was active at ${record.LastKnownActiveAt}`)
  }
}
