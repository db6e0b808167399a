import assert from 'node:assert/strict'
import { type Part, PERSON } from './cast'

type Item = Readonly<Record<string, unknown>>

interface Kept {
  readonly records: ReadonlyMap<unknown, Item>
  readonly receipts: readonly Item[]
  readonly refusals: readonly Item[]
  /** Whether no sweep failed or died: then everything is counted once. */
  readonly isExact: boolean
}

/** Holds the archive against what is true, after all of CloudTrail's events have come. */
export function check(parts: readonly Part[], { records, receipts, refusals, isExact }: Kept): void {
  for (const part of parts) checkRecord(part, records.get(part.id))
  assert.ok(records.size <= parts.length)

  const missing = parts.filter(
    (part) => part.fate === 'hidden' && !part.isOld && !part.isExec && isKnown(part),
  )
  const counted = sum(receipts, 'Uncorroborated')
  if (isExact || missing.length === 0) assert.equal(counted, missing.length, 'Uncorroborated')
  else assert.ok(counted >= missing.length, `Uncorroborated ${counted}, expected ${missing.length} or more`)

  const tried = parts.filter((part) => part.fate === 'refused' && !part.lost.includes(nameOf(part)))
  assert.deepEqual(
    refusals.map(({ EventId }) => EventId).sort(),
    tried.flatMap(({ eventIds }) => eventIds).sort(),
  )
  assert.equal(sum(receipts, 'Unreadable'), 0)
}

function checkRecord(part: Part, record: Item | undefined): void {
  const { id, fate, isOld, isExec, lost } = part
  const isSession = fate === 'listed' || fate === 'slips' || fate === 'hidden'
  const isShown = fate === 'listed' && !isOld
  const isDue = isSession && (isShown || isKnown(part))
  assert.equal(record !== undefined, isDue, `${id} is ${record === undefined ? 'not ' : ''}archived`)
  if (record === undefined) return
  const isLost = fate === 'hidden' || isOld
  assert.equal(record.State === 'Recovered', isLost, `${id} is ${record.State}`)
  const isNamed = isExec && !lost.includes('ExecuteCommand')
  assert.equal(record.ExecutedBy, isNamed ? PERSON : undefined, `${id} is executed by ${record.ExecutedBy}`)
  if (isNamed) assert.equal(record.OwnerName, 'mary')
  assert.equal(Date.parse(String(record.StartDate)), part.startedAt, `${id} starts at ${record.StartDate}`)
  if (isLost && part.isTerminated)
    assert.equal(
      Date.parse(String(record.EndDate)),
      part.startedAt + 3_600_000,
      `${id} ends at ${record.EndDate}`,
    )
  if (isLost && !part.isTerminated)
    assert.ok(record.EndedBefore !== undefined && record.EndDate === undefined)
}

/** Whether CloudTrail tells of its start. ECS Exec is a call of a person, and one of ECS. */
function isKnown({ isExec, lost }: Part): boolean {
  return !lost.includes('StartSession') || (isExec && !lost.includes('ExecuteCommand'))
}

function nameOf({ isExec }: Part): string {
  return isExec ? 'ExecuteCommand' : 'StartSession'
}

function sum(receipts: readonly Item[], name: string): number {
  return receipts.reduce(
    (total, { Witness }) => total + Number((Witness as Item | undefined)?.[name] ?? 0),
    0,
  )
}
