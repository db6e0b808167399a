import { randomUUID } from 'node:crypto'
import pMap from 'p-map'
import type { Table } from '../../archive/batch-get'
import { expiry } from '../../archive/expiry'
import { RETENTION } from '../../archive/names'
import {
  BEGUN,
  newRetentionId,
  type RetentionBegun,
  type RetentionReceipt,
  type RetentionState,
  type Wanted,
} from '../../archive/retention'
import {
  type Expiring,
  putRetention,
  readExpiring,
  readPage,
  readRetentionState,
  requireExpiring,
  saveRetentionState,
  writeExpiry,
} from '../../archive/retention-table'
import { version } from '../../package.json'

export interface RetentionJob {
  readonly sessions: Table
  readonly sweeps: Table
  readonly wanted: Wanted
  readonly now: () => Date
  /** What the records are before the change. Asked only if none is resumed. */
  readonly survey: () => Promise<RetentionBegun['From']>
  readonly onPage?: (state: RetentionState) => void
  readonly pageSize?: number
}

const PAGE_SIZE = 200
/** Each touches six indexes, too: sweeps must not be throttled meanwhile. */
const WRITES_AT_ONCE = 8
/** A change that has been silent for longer is not going on any more: it saves its state with each page, and with slow ones in between. */
const SILENT_MS = 2 * 60 * 1000
/** A change that was silent for so long asks whether it is still its turn before it goes on writing. */
const SURE_MS = SILENT_MS / 2
/** Of a record that others change all the time. */
const ATTEMPTS = 10

/**
 * Gives every stored record the expiry that the wanted retention says. A change that was stopped goes on where it
 * was, if it wanted the same.
 *
 * @throws Error if a change that wants another retention is going on
 */
export async function changeRetention(job: RetentionJob): Promise<RetentionReceipt> {
  let state = await begin(job)
  await announce(job, state)
  while (!state.IsOver) {
    state = await walkPage(job, state)
    job.onPage?.(state)
  }
  const receipt = receiptOf(state, job.wanted, 'complete', job.now())
  await putRetention(job.sweeps, receipt)
  await save(job, state)
  return receipt
}

/** The change that wants the same and has not ended, if there is one. */
export function resumable(
  state: RetentionState | undefined,
  { RetentionDays }: Wanted,
): RetentionState | undefined {
  return state && !state.IsOver && state.RetentionDays === RetentionDays ? state : undefined
}

async function begin(job: RetentionJob): Promise<Begun> {
  const { sweeps } = job
  const known: Begun | undefined = await readRetentionState(sweeps)
  const state = await nextState(job, known)
  const written = await saveRetentionState(sweeps, state, known?.HeldBy)
  const isOurs = written === 'written' || (await readRetentionState(sweeps))?.HeldBy === state.HeldBy
  if (!isOurs) throw anotherBegan()
  return state
}

async function nextState(job: RetentionJob, known: Begun | undefined): Promise<Begun> {
  const { wanted, now } = job
  const HeldBy = randomUUID()
  const resumed = resumable(known, wanted)
  if (resumed !== undefined) return { ...settled(resumed), HeldBy, SavedAt: now().toISOString() }
  const isLeft = known !== undefined && !known.IsOver
  if (isLeft && now().getTime() - Date.parse(known.SavedAt) < SILENT_MS)
    throw new Error(
      `a change of the retention to ${daysText(known.RetentionDays)} was going on at ${known.SavedAt}: expected it to have ended, or to have been stopped for two minutes`,
    )
  const From = await job.survey()
  if (isLeft) await announce(job, known) // it may have been stopped before it was
  const at = now()
  const StartedAt = at.toISOString()
  return {
    ...wanted,
    ...{ RunId: newRetentionId(at), HeldBy, StartedAt, SavedAt: StartedAt, From },
    ...{ Read: 0, Changed: 0, Uncertain: 0 },
    ...(isLeft && { Superseded: receiptOf(settled(known), known, 'superseded', at) }),
  }
}

/** A state with the receipt of the change that it replaced, which may not have been written yet. */
type Begun = RetentionState & { readonly Superseded?: RetentionReceipt }

/** What was about to be changed when the process was killed may have been. */
function settled<State extends RetentionState>({ Pending = 0, ...state }: State) {
  return { ...state, Uncertain: state.Uncertain + Pending }
}

/** Says what is going to be changed, before it is. */
async function announce({ sweeps }: RetentionJob, state: Begun): Promise<void> {
  const { RunId, StartedAt, RetentionDays, By, From, Superseded } = state
  if (Superseded !== undefined) await putRetention(sweeps, Superseded)
  await putRetention(sweeps, {
    ...{ Source: RETENTION, ItemId: `${BEGUN}${RunId}`, StartedAt, From, Version: version },
    ...kept({ RetentionDays, By }),
  })
}

async function walkPage(job: RetentionJob, before: RetentionState): Promise<RetentionState> {
  const { sessions, wanted, pageSize = PAGE_SIZE } = job
  const { records, position } = await readPage(sessions, before.Position, pageSize)
  const wrong = records.filter((record) => isWrong(record, wanted))
  const hold = holder(job, { ...before, Pending: wrong.length })
  if (wrong.length > 0) await hold(true)
  const outcomes = await pMap(wrong, (record) => change(job, record, hold), { concurrency: WRITES_AT_ONCE })
  const sum = (of: keyof Change) => outcomes.reduce((all, one) => all + one[of], 0)
  const state = {
    ...before,
    ...{ Position: records.at(-1)?.SessionId ?? before.Position, IsOver: position === undefined },
    Read: before.Read + records.length,
    Changed: before.Changed + sum('changed'),
    Uncertain: before.Uncertain + sum('uncertain'),
  }
  await save(job, { ...state, IsOver: false }) // once it is over, its receipt comes first
  return state
}

function isWrong(record: Expiring, { RetentionDays }: Wanted): boolean {
  requireExpiring(record)
  return record.ExpiresAt !== expiry(record, RetentionDays)
}

/** Writes to a record: those that were acknowledged, and those whose answer was lost. */
interface Change {
  readonly changed: number
  readonly uncertain: number
}

/** Makes sure that no other change has begun. A record that was read before is then this one's to write. */
type Hold = (isDoubtful: boolean) => Promise<void>

function holder(job: RetentionJob, state: RetentionState): Hold {
  let savedAt = 0
  return async (isDoubtful) => {
    const at = job.now().getTime()
    if (!isDoubtful && at - savedAt < SURE_MS) return
    await save(job, state)
    savedAt = at
  }
}

/** Others may change the record meanwhile: they win, and it is read again. */
async function change({ sessions, wanted }: RetentionJob, found: Expiring, hold: Hold): Promise<Change> {
  let record = found
  let uncertain = 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await hold(attempt > 0)
    const written = await writeExpiry(sessions, record, expiry(record, wanted.RetentionDays))
    if (written === 'written') return { changed: 1, uncertain }
    if (written === 'unsure') uncertain += 1
    const fresh = await readExpiring(sessions, record.SessionId)
    if (fresh === undefined || !isWrong(fresh, wanted)) return { changed: 0, uncertain }
    record = fresh
  }
  throw new Error(
    `session ${JSON.stringify(found.SessionId)}: ${ATTEMPTS} times, others changed its record at the same time`,
  )
}

async function save({ sweeps, now }: RetentionJob, state: RetentionState): Promise<void> {
  const saved = { ...state, SavedAt: now().toISOString() }
  if ((await saveRetentionState(sweeps, saved, state.HeldBy)) !== 'written') throw anotherBegan()
}

function anotherBegan(): Error {
  return new Error(
    'another change of the retention has begun, or another process goes on with this one: expected one at a time',
  )
}

function receiptOf(
  { RunId, StartedAt, Read, Changed, Uncertain }: RetentionState,
  wanted: Wanted,
  Outcome: RetentionReceipt['Outcome'],
  now: Date,
): RetentionReceipt {
  return {
    ...{ Source: RETENTION, ItemId: RunId, StartedAt, FinishedAt: now.toISOString(), Outcome },
    ...kept(wanted),
    ...{ Read, Changed, Uncertain, Version: version },
  }
}

function kept({ RetentionDays, By }: Wanted): Wanted {
  return { ...(RetentionDays !== undefined && { RetentionDays }), ...(By !== undefined && { By }) }
}

/** `90 days`, `forever` */
export function daysText(days: number | undefined): string {
  return days === undefined ? 'forever' : `${days} days`
}
