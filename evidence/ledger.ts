/** What all entries of a log say together. */
import type { Notarised } from './checkpoint'
import { Coverage } from './coverage'
import type { Entry, ReceiptEntry, RemovedEntry, RevisionEntry } from './entry'
import { Findings } from './findings'
import { Retention } from './retention'
import { SessionStates } from './session-states'
import { unexpected } from './to-entry'

/** Days on which sessions started, UTC. */
export interface Period {
  /** The first day, `YYYY-MM-DD`. */
  readonly from: string
  /** The day after the last. */
  readonly to: string
}

/** Whether a session belongs to the period. One without a start belongs to all. */
export function isIn({ from, to }: Period, startDay = ''): boolean {
  return startDay === '' || (startDay >= from && startDay < to)
}

/** A sweep whose receipt does not account for its records yet. */
interface Sweep {
  readonly id: string
  readonly source: string
  archived: number
  updated: number
  receipt?: ReceiptEntry
  /** Whether a session of the period is among them. */
  isInPeriod: boolean
  /** When the newest receipt was written that the log had, when it last told of the sweep. */
  toldAt: string
  /** Days from a session's start until its record expires: the fewest of its records. */
  keptDays: number
}

/** The records of a sweep and its receipt reach the log at different times. */
const PENDING_MS = 60 * 60 * 1000
const DAY_MS = 24 * 60 * 60 * 1000

const NEW = { isSuspect: false, isGone: false, isFound: false }

export class Ledger {
  readonly sessions = new SessionStates()
  readonly coverage = new Coverage()
  /** When the archiver asked CloudTrail who started a session. */
  readonly corroboration = new Coverage()
  /** Sessions that CloudTrail knows and AWS did not list. */
  readonly uncorroborated = new Findings()
  /** Records that were given another expiry. */
  readonly retention = new Retention()
  /** What no code of this software does. */
  readonly unexpected = new Findings()
  /** Records of the period that are gone, and not since their time was over. */
  readonly removed = new Findings()
  readonly count = { entries: 0, sessions: 0, undated: 0, receipts: 0, expired: 0, rejected: 0, refused: 0 }
  private readonly sweeps = new Map<string, Sweep>()
  /** Recent ones that their receipts account for, with `toldAt`. */
  private readonly settled = new Map<string, string>()
  /** Checkpoints that CloudTrail wrote down, by their size; the largest that is one of this history. */
  notary: ReadonlyMap<number, readonly Notarised[]> = new Map()
  notarised?: Notarised
  /** When the newest receipt was written. */
  newest = ''
  /** The same at the time of an earlier checkpoint. */
  newestEarlier?: string

  constructor(readonly period: Period) {}

  /** Entries are read in the log's order. */
  read(entry: Entry, index: number): void {
    this.count.entries += 1
    const reason = unexpected(entry)
    const isAsked = !('session' in entry) || isIn(this.period, entry.startDay)
    if (reason !== undefined && isAsked) this.unexpected.add(`entry ${index}: ${reason}`)
    if (entry.type === 'revision') this.readRevision(entry, index)
    if (entry.type === 'removed' || entry.type === 'expired') this.readRemoved(entry, index)
    if (entry.type === 'receipt') this.readReceipt(entry)
    if (entry.type === 'roster')
      for (const coverage of [this.coverage, this.corroboration]) coverage.addRoster(entry)
    if (entry.type === 'retention') this.retention.addRun(entry)
    if (entry.type === 'refused') this.count.refused += 1
    if (entry.type === 'rejected') this.count.rejected += 1
  }

  private readRevision(entry: RevisionEntry, index: number): void {
    const { session, revision, commitment, startDay = '', source, sweep, expiresAt, retentionDays } = entry
    const known = this.sessions.get(session)
    const expected = (known?.revision ?? 0) + 1
    const isAsked = isIn(this.period, startDay) || (known !== undefined && isIn(this.period, known.startDay))
    const isNext = revision === expected && !known?.isGone
    if (isAsked && !isNext && entry.unexpected === undefined)
      this.unexpected.add(`entry ${index}: revision ${revision} of a session, expected ${expected}`)
    if (known === undefined) this.count.sessions += 1
    if (known?.startDay === '') this.count.undated -= 1
    if (startDay === '') this.count.undated += 1
    const isSuspect = !isNext || known?.isSuspect || entry.unexpected !== undefined
    this.sessions.set(session, { ...NEW, revision, commitment, startDay, expiresAt, isSuspect })
    if (entry.change === 'expiry' && entry.unexpected === undefined)
      this.retention.addRecord(retentionDays, [known?.expiresAt, expiresAt], isAsked, this.newest)
    if (entry.change === 'marked' || entry.change === 'expiry') return
    const of = this.sweep(source, sweep)
    of[entry.change] += 1
    of.isInPeriod ||= isAsked
    // what a sweep adds to a record of an earlier retention leaves its expiry as it is
    if (expiresAt !== undefined && expiresAt !== known?.expiresAt && startDay !== '')
      of.keptDays = Math.min(of.keptDays, (expiresAt * 1000 - Date.parse(startDay)) / DAY_MS)
    this.settle(of)
  }

  private readRemoved(
    { type, session, revision, commitment, startDay = '' }: RemovedEntry,
    index: number,
  ): void {
    const known = this.sessions.get(session)
    const isAsked = isIn(this.period, startDay)
    if (isAsked && (known?.commitment !== commitment || known.isGone))
      this.unexpected.add(`entry ${index}: received a record that is gone, and was never logged so`)
    this.sessions.set(session, { ...NEW, revision, commitment, startDay, isGone: true })
    if (known?.startDay === '') this.count.undated -= 1
    if (!isAsked) return
    if (type === 'expired' && !known?.isSuspect) this.count.expired += 1
    else
      this.removed.add(
        `entry ${index}: the record of a session of ${startDay || 'an unknown day'} was deleted`,
      )
  }

  private readReceipt(receipt: ReceiptEntry): void {
    this.count.receipts += 1
    this.coverage.addReceipt(receipt)
    this.readWitness(receipt)
    if (receipt.finishedAt > this.newest) this.newest = receipt.finishedAt
    const of = this.sweep(receipt.source, receipt.sweep)
    of.receipt = receipt
    this.settle(of)
  }

  private readWitness(receipt: ReceiptEntry): void {
    const {
      corroboratedFrom: coversFrom,
      corroboratedUntil: coversUntil,
      uncorroborated = 0,
      sweep,
    } = receipt
    if (coversFrom === undefined || coversUntil === undefined) return
    this.corroboration.addReceipt({ ...receipt, coversFrom, coversUntil })
    const isAsked = coversFrom.slice(0, 10) < this.period.to && coversUntil > this.period.from
    if (isAsked && uncorroborated > 0)
      this.uncorroborated.add(
        `a list of AWS with all sessions of ${receipt.source}: it lacked ${uncorroborated} that CloudTrail knows, which the sweep ${sweep} archived as recovered`,
      )
  }

  /** Forgets a sweep that its receipt accounts for. Whatever claims to be of it later is of a sweep without receipt. */
  private settle(sweep: Sweep): void {
    const { id, source, archived, updated, receipt } = sweep
    if (receipt === undefined) return
    this.checkExpiry(sweep, receipt)
    if (receipt.archived !== archived || receipt.updated !== updated) return
    this.sweeps.delete(keyOf(source, id))
    this.settled.set(keyOf(source, id), this.newest)
    for (const [key, toldAt] of this.settled) {
      if (toldAt >= this.pendingSince()) break
      this.settled.delete(key)
    }
  }

  /** A session ends after it starts, so its record is kept for longer than that. */
  private checkExpiry(sweep: Sweep, { retentionDays = Number.POSITIVE_INFINITY }: ReceiptEntry): void {
    const { id, source, keptDays } = sweep
    if (keptDays >= retentionDays) return
    this.unexpected.add(
      `a record of the sweep ${id} of ${source} expires ${Math.floor(keptDays)} days after its start, expected ${retentionDays} or more`,
    )
    sweep.keptDays = Number.POSITIVE_INFINITY // said once
  }

  /** Changed expiries, as far as they are not explained. */
  changedExpiries() {
    return this.retention.findings(this.pendingSince())
  }

  /** What the log tells of later may not have reached the log as a whole. */
  private pendingSince(): string {
    return new Date(Date.parse(this.newest || '9999') - PENDING_MS).toISOString()
  }

  /** Sweeps whose receipts do not account for exactly the records that they wrote. */
  unaccounted(): Findings {
    const findings = new Findings()
    for (const { id, source, archived, updated, receipt, isInPeriod, toldAt } of this.sweeps.values()) {
      const isAsked = isInPeriod || (receipt !== undefined && receipt.finishedAt >= this.period.from)
      const isMore =
        this.settled.has(keyOf(source, id)) ||
        (receipt !== undefined && (archived > receipt.archived || updated > receipt.updated))
      // its id and its receipt could be forged to be of a time to come
      const began = receipt?.finishedAt ?? id
      const isPending = began >= this.pendingSince() && toldAt >= this.pendingSince()
      if (!isAsked || (isPending && !isMore)) continue
      const counted =
        receipt === undefined
          ? 'left no receipt that counts them'
          : `counted ${receipt.archived} and ${receipt.updated}`
      findings.add(
        `the log has ${archived} new and ${updated} changed records of the sweep ${id} of ${source}, which ${counted}`,
      )
    }
    return findings
  }

  private sweep(source: string, id: string): Sweep {
    const key = keyOf(source, id)
    const known = this.sweeps.get(key)
    if (known !== undefined) {
      known.toldAt = this.newest || id
      return known
    }
    const sweep = {
      ...{ id, source, archived: 0, updated: 0, isInPeriod: false },
      keptDays: Number.POSITIVE_INFINITY,
      toldAt: this.newest || id,
    }
    this.sweeps.set(key, sweep)
    return sweep
  }
}

function keyOf(source: string, id: string): string {
  return `${id} ${source}` // in order of time
}
