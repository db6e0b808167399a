/** What a change of a table says in the log. */
import { canonicalJson } from './canonical-json'
import { type Entry, parseEntry, type RevisionEntry, type RosterEntry } from './entry'
import { commitment, type Item, itemHash, numberOf, saltOf, sessionTag, textOf } from './item'
import { MAX_ENTRY } from './tiles'

/** A change of an item, as DynamoDB's streams tell it. */
export interface ItemChange {
  readonly table: 'Sessions' | 'Sweeps'
  /** The item's key. */
  readonly keys: Item
  /** Absent: the item was new. */
  readonly before?: Item
  /** Absent: the item is gone. */
  readonly after?: Item
  readonly at: Date
  /** Whether DynamoDB itself deleted the item, since its time was over. */
  readonly isExpiry: boolean
}

/** What is appended to the log. */
export interface Line {
  /** Canonical JSON. */
  readonly line: string
  /** Why no code of this software can have made the change. */
  readonly unexpected?: string
  /** A record was given this retention, and nothing else of it changed: in days, undefined for ever. */
  readonly expiry?: { readonly days?: number }
}

/**
 * The line of a change. Whatever somebody puts into a table has one: a change that could not be logged would keep
 * those behind it from the log.
 *
 * @returns undefined if the change is no evidence
 */
export function toLine(change: ItemChange): Line | undefined {
  try {
    const entry = toEntry(change)
    return entry && lineOf(entry)
  } catch (error) {
    return lineOf(unexplained(change, `an item that no entry can tell of: ${error}`))
  }
}

/** @throws Error if a reader would refuse it */
function lineOf(entry: Entry): Line {
  const line = canonicalJson(entry)
  parseEntry(line)
  const bytes = Buffer.byteLength(line)
  if (bytes > MAX_ENTRY) throw new Error(`received ${bytes} bytes, expected at most ${MAX_ENTRY}`)
  const reason = unexpected(entry)
  const isGiven = entry.type === 'revision' && entry.change === 'expiry' && reason === undefined
  return { line, unexpected: reason, ...(isGiven && { expiry: { days: entry.retentionDays } }) }
}

/** Undefined: the change is no evidence. */
export function toEntry(change: ItemChange): Entry | undefined {
  return change.table === 'Sessions' ? sessionEntry(change) : sweepsEntry(change)
}

/** Why no code of this software can have made the change. Undefined: it can. */
export function unexpected(entry: Entry): string | undefined {
  if (entry.type === 'revision') return entry.unexpected
  if (entry.type === 'removed') return 'a record was deleted'
  return entry.type === 'unexpected' ? entry.reason : undefined
}

function sessionEntry(change: ItemChange): Entry {
  const { before, after, keys } = change
  const record = after ?? before
  const salt = record && saltOf(record)
  const sessionId = textOf(keys, 'SessionId')
  const sweep = record && textOf(record, 'SweepId')
  if (record === undefined || salt === undefined || sessionId === undefined || sweep === undefined)
    return unexplained(change, 'an item without SessionId, Salt or SweepId')
  const startDay = textOf(record, 'StartDay')
  const said = {
    source: `${textOf(record, 'AccountId')}/${textOf(record, 'Region')}`,
    session: sessionTag(sessionId, salt),
    ...(startDay !== undefined && { startDay }),
    revision: count(record, 'Revision'),
    commitment: commitment(record, salt),
  }
  if (after === undefined) return { type: isDue(change) ? 'expired' : 'removed', ...said }
  const expiresAt = numberOf(after, 'ExpiresAt')
  const kind = kindOf(before, after)
  const reason = whyUnexpected(before, after)
  const retentionDays = kind === 'expiry' ? retentionOf(after) : undefined
  return {
    type: 'revision',
    ...said,
    state: textOf(after, 'State') ?? 'none',
    change: kind,
    sweep,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(reason !== undefined && { unexpected: reason }),
  }
}

/** Whether DynamoDB deleted the record, and after its time: the attribute that says so can be changed by an administrator. */
function isDue({ before, isExpiry, at }: ItemChange): boolean {
  const expiresAt = numberOf(before, 'ExpiresAt')
  return isExpiry && expiresAt !== undefined && expiresAt * 1000 <= at.getTime()
}

const CONTENT = ['ContentHash', 'ObservedAt', 'SweepId']

function kindOf(before: Item | undefined, after: Item): RevisionEntry['change'] {
  if (before === undefined) return 'archived'
  if (isChanged(before, after, 'ExpiresAt') && isOnly(before, after, ['ExpiresAt'])) return 'expiry'
  const isNews = CONTENT.some((name) => isChanged(before, after, name)) || isFromTrail(before, after)
  return isNews ? 'updated' : 'marked'
}

/** What CloudTrail adds to a record: who had ECS start the session, or when a recovered one ended. */
const EXECUTOR = ['ExecutedBy', 'StartEventId', 'EcsCluster', 'EcsTask', 'EcsContainer']
const OWNER = ['OwnerName', 'OwnerKey', 'RoleName']
const END = ['EndDate', 'DurationSeconds', 'EndedBefore', 'LongSource', 'ExpiresAt']

/** The sweep that archived a session can learn more of it, and then nothing else changes. */
function isFromTrail(before: Item, after: Item): boolean {
  const isNamed = before.ExecutedBy === undefined && after.ExecutedBy !== undefined
  const isEnded = before.EndDate === undefined && after.EndDate !== undefined
  if (isNamed && isOnly(before, after, [...EXECUTOR, ...OWNER])) return true
  return isEnded && textOf(before, 'State') === 'Recovered' && isOnly(before, after, END)
}

/** Whether nothing but these has changed. */
function isOnly(before: Item, after: Item, names: readonly string[]): boolean {
  return changedNames(before, after).every((name) => ['Revision', ...names].includes(name))
}

const DAY_SECONDS = 24 * 60 * 60
/** No retention is shorter: AWS shows a session for 30 days. */
const LEAST_RETENTION_DAYS = 31

/** Days from the end of a session until its record expires. Undefined: never, or its session has not ended. */
function retentionOf(record: Item): number | undefined {
  const expiresAt = numberOf(record, 'ExpiresAt')
  const end = endedBy(record)
  if (expiresAt === undefined || end === undefined) return undefined
  const days = (expiresAt - Math.ceil(Date.parse(end) / 1000)) / DAY_SECONDS
  return Number.isSafeInteger(days) && days >= LEAST_RETENTION_DAYS ? days : undefined
}

/** The end of a session, or the earliest time that is known to be after it. Undefined: it is open. */
function endedBy(record: Item): string | undefined {
  if (textOf(record, 'State') !== 'Active') return textOf(record, 'EndDate') ?? textOf(record, 'ObservedAt')
  return record.EndUnknown === undefined ? undefined : textOf(record, 'MissingSince')
}

function changedNames(before: Item, after: Item): string[] {
  return Object.keys({ ...before, ...after }).filter((name) => isChanged(before, after, name))
}

/** Never change. */
const FIXED = ['Salt', 'AccountId', 'Region', 'FirstArchivedAt']
/** What the mark of an open session that is in no list changes, and that of one which is given up later. */
const MISSING = ['MissingSince', 'LastKnownActiveAt']
const GIVEN_UP = ['EndUnknown', 'LongSource', 'OpenSource', 'ExpiresAt']
/** No sweep lists open sessions for longer than this after it has read what is known of them. */
const LISTING_MS = 60 * 60 * 1000

/** Whether the archiver marks open sessions so: once as missing, then as given up. */
function isMark(before: Item, after: Item): boolean {
  if (before.OpenSource === undefined) return false
  if (before.MissingSince !== undefined)
    return (
      isOnly(before, after, GIVEN_UP) && before.EndUnknown === undefined && after.EndUnknown !== undefined
    )
  const [missing = '', seen = ''] = [textOf(after, 'MissingSince'), textOf(after, 'ObservedAt')]
  return isOnly(before, after, MISSING) && !(Date.parse(missing) < Date.parse(seen) - LISTING_MS)
}

function whyUnexpected(before: Item | undefined, after: Item): string | undefined {
  const revision = count(after, 'Revision')
  const expected = before === undefined ? 1 : count(before, 'Revision') + 1
  if (revision !== expected) return `revision ${revision}, expected ${expected}`
  if (before === undefined) return undefined
  const fixed = FIXED.filter((name) => isChanged(before, after, name))
  if (fixed.length > 0) return `${fixed.join(', ')} changed`
  const kind = kindOf(before, after)
  if (kind === 'updated') return whyImpossible(textOf(before, 'State'), textOf(after, 'State'))
  if (kind === 'marked' && !isMark(before, after)) return 'the content changed, and no sweep saw it'
  const isKept = after.ExpiresAt === undefined || !isChanged(before, after, 'ExpiresAt')
  return isKept || retentionOf(after) !== undefined
    ? undefined
    : 'the expiry changed, and no retention gives it'
}

function whyImpossible(before: string | undefined, after: string | undefined): string | undefined {
  if (before === after) return undefined
  if (before === 'History') return 'an ended session became open'
  return after === 'Recovered' ? 'a session that AWS listed became recovered' : undefined
}

function isChanged(before: Item, after: Item, name: string): boolean {
  return canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null)
}

const SOURCE = /^\d{12}\/[a-z0-9-]+$/
const SWEEP_ID = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-[0-9a-f]{8}$/
const REFUSED = /^REFUSED#\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#/
/** What is rewritten all the time, and proves nothing. */
const WORKING_STATE = ['STATE', 'LISTING']

function sweepsEntry(change: ItemChange): Entry | undefined {
  const { keys, before, after } = change
  const source = textOf(keys, 'Source') ?? ''
  const id = textOf(keys, 'ItemId') ?? ''
  if (WORKING_STATE.includes(id)) return undefined
  if (after === undefined) return unexplained(change, `item ${id} of ${source} was deleted`)
  if (source === 'ROSTER' && /^\d{12}$/.test(id)) return rosterEntry(change, id, after)
  if (before !== undefined) return unexplained(change, `item ${id} of ${source} was changed`)
  if (source === 'ROUNDS' && SWEEP_ID.test(id)) return { type: 'round', round: id, hash: itemHash(after) }
  if (SOURCE.test(source) && SWEEP_ID.test(id)) return receiptEntry(source, id, after)
  if (source === 'RETENTION') return retentionEntry(change, id, after)
  const [, text = '', part] = /^REJECTED#([0-9a-f]{64})#(\d+)$/.exec(id) ?? []
  if (SOURCE.test(source) && part !== undefined)
    return {
      type: 'rejected',
      source,
      text,
      part: Number(part),
      sweep: textOf(after, 'FirstSweepId') ?? 'none',
    }
  if (SOURCE.test(source) && REFUSED.test(id))
    return { type: 'refused', source, hash: itemHash(after), sweep: textOf(after, 'FirstSweepId') ?? 'none' }
  return unexplained(change, `item ${id} of ${source} is unknown`)
}

function receiptEntry(source: string, sweep: string, receipt: Item): Entry {
  const coversFrom = textOf(receipt, 'CoversFrom')
  const coversUntil = textOf(receipt, 'CoversUntil')
  const retentionDays = numberOf(receipt, 'RetentionDays')
  const witness = mapOf(receipt.Witness)
  const corroboratedFrom = textOf(witness, 'From')
  const corroboratedUntil = textOf(witness, 'Until')
  return {
    type: 'receipt',
    source,
    sweep,
    finishedAt: textOf(receipt, 'FinishedAt') ?? 'none',
    outcome: textOf(receipt, 'Outcome') ?? 'none',
    ...(coversFrom !== undefined && { coversFrom }),
    ...(coversUntil !== undefined && { coversUntil }),
    archived: count(receipt, 'Archived'),
    updated: count(receipt, 'Updated'),
    rejected: count(receipt, 'Rejected'),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(corroboratedFrom !== undefined &&
      corroboratedUntil !== undefined && {
        ...{ corroboratedFrom, corroboratedUntil },
        uncorroborated: count(witness, 'Uncorroborated'),
      }),
    hash: itemHash(receipt),
  }
}

const BEGUN = 'BEGUN#'
const OUTCOMES = ['complete', 'superseded']

/** A change of the retention: that it has begun, or its receipt. */
function retentionEntry(change: ItemChange, id: string, item: Item): Entry {
  const isBegun = id.startsWith(BEGUN)
  const run = isBegun ? id.slice(BEGUN.length) : id
  const outcome = textOf(item, 'Outcome') ?? 'none'
  if (!SWEEP_ID.test(run) || !(isBegun || OUTCOMES.includes(outcome)))
    return unexplained(change, `item ${id} of RETENTION is unknown`)
  const days = numberOf(item, 'RetentionDays')
  return {
    type: 'retention',
    run,
    change: isBegun ? 'begun' : outcome,
    at: textOf(item, isBegun ? 'StartedAt' : 'FinishedAt') ?? 'none',
    ...(days !== undefined && { days }),
    ...(!isBegun && { changed: count(item, 'Changed'), uncertain: count(item, 'Uncertain') }),
    hash: itemHash(item),
  }
}

function rosterEntry(change: ItemChange, account: string, after: Item): Entry | undefined {
  const { before } = change
  const entry = toRoster(account, after)
  if (before === undefined) return entry
  const known = toRoster(account, before)
  const dropped = Object.keys(known.regions).filter((region) => !Object.hasOwn(entry.regions, region))
  if (dropped.length > 0)
    return unexplained(change, `${dropped.join(', ')} of account ${account} dropped out`)
  return canonicalJson(known) === canonicalJson(entry) ? undefined : entry
}

function toRoster(account: string, item: Item): RosterEntry {
  const regions = Object.entries(mapOf(item.Regions)).map(
    ([name, value]) => [name, stateOf(mapOf(value))] as const,
  )
  const listed = textOf(item, 'RegionsProblem') === undefined ? 'yes' : 'no'
  return { type: 'roster', account, ...stateOf(item), listed, regions: Object.fromEntries(regions) }
}

function stateOf(item: Item) {
  const until = textOf(item, 'Until')
  return {
    state: textOf(item, 'State') ?? 'none',
    since: textOf(item, 'Since') ?? 'none',
    ...(until !== undefined && { until }),
  }
}

function mapOf(value: Item[string] | undefined): Item {
  const inner = value?.M
  return typeof inner === 'object' && inner !== null ? { ...(inner as Item) } : {}
}

/** A number of an item; 0 if it is none. */
function count(item: Item, name: string): number {
  const value = numberOf(item, name)
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

function unexplained({ table, keys }: ItemChange, reason: string): Entry {
  const key = itemHash(keys) // keys are text that DynamoDB has as UTF-8
  return { type: 'unexpected', table, key, reason: reason.slice(0, 500).toWellFormed() }
}
