import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Table } from '../../archive/batch-get'
import type { Bucket } from '../../evidence/bucket'
import { parseCheckpoint } from '../../evidence/checkpoint'
import { type Entry, parseEntry, type RemovedEntry, type RevisionEntry } from '../../evidence/entry'
import { Findings } from '../../evidence/findings'
import { commitment, type Item, numberOf, saltOf, sessionTag, textOf } from '../../evidence/item'
import { Ledger } from '../../evidence/ledger'
import { readLog } from '../../evidence/log'
import { formatProof, verifyProof } from '../../evidence/proof'
import { readCheckpoint, readKey } from '../../evidence/publish'
import { Retention } from '../../evidence/retention'
import { leafHash, Tree } from '../../evidence/tree'
import { type Judgement, judge } from '../../evidence/verdict'
import { toItem } from '../evidence/export-evidence'

/** An entry about the session. */
export interface Logged {
  readonly index: number
  /** When it was logged. ISO 8601, UTC, by the writer's clock. */
  readonly at: string
  readonly entry: RevisionEntry | RemovedEntry
}

/** What the whole log says of one session, and whether its record is what it says. */
export interface SessionLog {
  readonly logged: readonly Logged[]
  readonly unaltered: Judgement
  /** What the verdict rests on. */
  readonly basis: readonly string[]
  /** The key's line, as the archive names it. */
  readonly key: string
  /** The file of the proof. @default - the log does not have this record */
  readonly proof?: string
}

/** A change reaches the log within minutes. */
const PENDING_MS = 60 * 60 * 1000

/** How many entries the log has; undefined: it has none, or nothing is signed. */
export async function logSize(bucket: Bucket): Promise<number | undefined> {
  const checkpoint = await readCheckpoint(bucket)
  return checkpoint === undefined ? undefined : parseCheckpoint(checkpoint).size
}

/**
 * Reads the whole log for one session: the log alone does not tell which entries are about it.
 *
 * @throws Error if the archive does not have it, or if its log cannot be read
 */
export async function readSessionLog(
  { client, tableName: TableName }: Table,
  bucket: Bucket,
  SessionId: string,
  now: Date,
): Promise<SessionLog> {
  const Key = { SessionId: { S: SessionId } }
  // The log first: a record that is newer than it is no evidence against anybody, and an older one would be.
  const [checkpoint, key] = [await readCheckpoint(bucket), await readKey(bucket)]
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))
  if (Item === undefined) throw new Error(`no session ${JSON.stringify(SessionId)} in this archive`)
  if (checkpoint === undefined || key === undefined)
    throw new Error('the archive has no evidence log yet: it begins with the first sweep')
  const record = toItem(Item)
  const salt = saltOf(record)
  const { tree, logged, retention } = await search(bucket, checkpoint, salt && sessionTag(SessionId, salt))
  const expected = salt && commitment(record, salt)
  const found = logged.findLast(({ entry: { commitment } }) => commitment === expected)
  const proof = found && formatProof(record, found.line, found.index, tree, checkpoint, key)
  const verified = proof === undefined ? undefined : verifyProof(proof, { key })
  const [against, missing] = judgeRecord(record, logged, now)
  const expiries = retention.findings(new Date(now.getTime() - PENDING_MS).toISOString())
  const { unaltered, basis = [] } = { ...verified }
  return {
    logged,
    unaltered: merge(judge([against, expiries.unexpected], [missing, expiries.missing]), unaltered),
    basis: [`the log's ${tree.size} entries, ${logged.length} of them about this session`, ...basis.slice(1)],
    key,
    proof,
  }
}

interface Found extends Logged {
  readonly line: string
}

/** The log up to its checkpoint: its tree, the entries about one session, and what its changed expiry is held against. */
async function search(bucket: Bucket, checkpoint: string, tag: string | undefined) {
  const { size } = parseCheckpoint(checkpoint)
  const tree = new Tree()
  const logged: Found[] = []
  const retention = new Retention()
  for await (const { entries, writtenAt: at } of readLog(bucket))
    for (const line of entries) {
      if (tree.size === size) break
      const isOfSession = tag !== undefined && line.includes(tag)
      const entry = isOfSession || OF_RETENTION.test(line) ? parseEntry(line) : undefined
      if (entry !== undefined) addTo(retention, entry, isAbout(entry, tag), at)
      if (entry !== undefined && isAbout(entry, tag)) logged.push({ index: tree.size, at, entry, line })
      tree.append(leafHash(Buffer.from(line)))
    }
  return { tree, logged, retention }
}

/** Lines are canonical: members have no spaces between them. */
const OF_RETENTION = /"(?:type":"retention|change":"expiry)"/

/** How many expiries were changed, only all sessions tell together. */
function addTo(retention: Retention, entry: Entry, isAsked: boolean, at: string): void {
  if (entry.type === 'retention') retention.addRun(entry)
  const isGiven = entry.type === 'revision' && entry.change === 'expiry' && entry.unexpected === undefined
  if (isGiven) retention.addRecord(entry.retentionDays, [undefined, entry.expiresAt], isAsked, at)
}

function isAbout(entry: Entry, tag: string | undefined): entry is RevisionEntry | RemovedEntry {
  return 'session' in entry && entry.session === tag
}

/** What speaks against the record, and what is missing, by everything that the log says of the session. */
function judgeRecord(
  record: Item,
  logged: readonly Found[],
  now: Date,
): [against: Findings, missing: Findings] {
  const [against, missing] = [new Findings(), new Findings()]
  const ledger = new Ledger({ from: '', to: '~' }) // of any time
  for (const { entry, index } of logged) ledger.read(entry, index)
  for (const line of [...ledger.unexpected.list, ...ledger.removed.list]) against.add(line)
  const last = logged.at(-1)?.entry
  const [revision, salt] = [numberOf(record, 'Revision') ?? 0, saltOf(record)]
  const isSame = salt !== undefined && last?.commitment === commitment(record, salt)
  const observedAt = textOf(record, 'ObservedAt') ?? ''
  const isFresh = now.getTime() - Date.parse(observedAt) < PENDING_MS
  if (last === undefined && isFresh) missing.add('an entry of it: a change reaches the log within minutes')
  else if (last === undefined) against.add('the log never had a record of it with this Salt')
  else if (last.type !== 'revision') against.add('the log says that its record is gone')
  else if (!isSame && revision > last.revision)
    missing.add(`an entry of revision ${revision}: the log's newest is ${last.revision}`)
  else if (!isSame) against.add(`its record is not the one of the log, revision ${last.revision}`)
  return [against, missing]
}

function merge(one: Judgement, other: Judgement | undefined): Judgement {
  const both = (name: 'against' | 'missing') => {
    const findings = new Findings()
    for (const line of new Set([...one[name], ...(other?.[name] ?? [])])) findings.add(line)
    return findings
  }
  return judge([both('against')], [both('missing')])
}
