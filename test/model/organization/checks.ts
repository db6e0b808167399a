import assert from 'node:assert/strict'
import type { Roster } from '../../../archive/roster'
import type { Organization } from '../../../emulator/organization'
import { HOUR } from '../../support/times'
import { canSweep, isInScope, type SessionTruth } from './truth'

type Item = Readonly<Record<string, unknown>>
type Records = ReadonlyMap<unknown, Item>

/** The archive has every session that ended in a time that a receipt covers, and invents none. */
export function checkCovered(
  truths: readonly SessionTruth[],
  records: Records,
  items: readonly Item[],
): void {
  for (const { id, source, end } of truths) {
    const ended = new Date(end).toISOString()
    const covering = items.find(
      ({ Source, CoversFrom, CoversUntil }) =>
        Source === source &&
        CoversFrom !== undefined &&
        String(CoversFrom) < ended &&
        ended < String(CoversUntil),
    )
    if (covering !== undefined)
      assert.equal(
        records.get(id)?.State,
        'History',
        `${id} ended at ${ended}, covered by ${covering.ItemId}`,
      )
  }
  for (const [id, { AccountId, Region }] of records)
    assert.equal(
      truths.find((truth) => truth.id === id)?.source,
      `${AccountId}/${Region}`,
      `${id} is of another source`,
    )
}

/** Whoever is retired or excluded is so in truth; after a round without faults, whoever is to be swept is swept. */
export function checkRoster(organization: Organization, { accounts }: Roster, isClean: boolean): void {
  for (const { ItemId, State, Reason } of accounts.values())
    if (State !== 'swept' && isClean)
      assert.equal(isInScope(organization, ItemId), false, `${ItemId} is ${State} (${Reason})`)
  if (!isClean) return
  for (const { id } of organization.accounts())
    if (isInScope(organization, id)) assert.equal(accounts.get(id)?.State, 'swept', `${id} is not swept`)
}

/** After a round without faults, nobody that can be swept has waited for more than a day and a period. */
export function checkWaits(items: readonly Item[], now: Date): void {
  for (const { ItemId, State, Regions } of items.filter(({ Source }) => Source === 'ROSTER')) {
    if (State !== 'swept') continue
    for (const [region, { State: state }] of Object.entries(Object(Regions) as Record<string, Item>)) {
      const source = `${ItemId}/${region}`
      if (state !== 'swept') continue
      const { AttemptedAt } = items.find((item) => item.Source === source && item.ItemId === 'STATE') ?? {}
      const waited = now.getTime() - Date.parse(String(AttemptedAt))
      assert.ok(waited <= 25 * HOUR, `${source} waits since ${AttemptedAt}`)
    }
  }
}

/** What AWS shows now of a source that can be swept is in the archive, in the list that shows it. */
export function checkShown(
  organization: Organization,
  truths: readonly SessionTruth[],
  records: Records,
  now: number,
): void {
  for (const { id, source, start, end } of truths) {
    if (!canSweep(organization, source) || now < start || now > end + 30 * 24 * HOUR) continue
    assert.equal(records.get(id)?.State, now < end ? 'Active' : 'History', `${id} of ${source} is lost`)
  }
}
