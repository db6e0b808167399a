/** Two verdicts about a bundle, made from nothing but the bundle, and what its reader brings. */
import { Bundle, BundleError } from './bundle'
import { CanonicalJsonError } from './canonical-json'
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint'
import { corroborate, SessionIds } from './corroborate'
import { EntryError, parseEntry } from './entry'
import { Findings } from './findings'
import { commitment, type Item, numberOf, saltOf, sessionTag, textOf } from './item'
import { isIn, Ledger } from './ledger'
import { readNotary } from './notary'
import { cosignedAt, NoteError } from './note'
import { HashTiles } from './tiles'
import { appendLeaf, type Edge, leafHash, rootOfEdge } from './tree'
import { anchorOf, checkEarlier, checkSignature, type Trust } from './trust'
import { type Judgement, judge, type Verification } from './verdict'

/** What a bundle must not be able to do: these errors are findings. */
const FINDINGS = [BundleError, CanonicalJsonError, EntryError, NoteError]

/** @throws BundleError if the folder is no bundle at all */
export async function verifyBundle(folder: string, trust: Trust): Promise<Verification> {
  const bundle = await Bundle.open(folder)
  const ledger = new Ledger(bundle.period)
  const against = new Findings()
  const missing = new Findings()
  const note = (error: unknown) => {
    if (!FINDINGS.some((kind) => error instanceof kind)) throw error
    against.add(messageOf(error))
  }
  let checkpoint: SignedCheckpoint | undefined
  try {
    checkpoint = parseCheckpoint(bundle.checkpoint)
    checkSignature(checkpoint, bundle.key, trust, against, missing)
    if (trust.trail !== undefined)
      ledger.notary = await readNotary(
        trust.trail,
        checkpoint.origin,
        new Date(bundle.period.from),
        new Date(bundle.period.to),
      )
    await readEntries(bundle, checkpoint, ledger, trust, against, missing)
  } catch (error) {
    note(error)
  }
  const isLogSound = against.count === 0 && missing.count === 0
  const lacking = new Findings()
  const known = trust.trail && new SessionIds()
  try {
    await readRecords(bundle, ledger, known, against, missing)
    findMissing(ledger, lacking, missing)
  } catch (error) {
    note(error)
  }
  const [trailAgainst, trailMissing] = [new Findings(), new Findings()]
  const corroborated =
    trust.trail && known && (await corroborate(trust.trail, ledger, known, trailAgainst, trailMissing))
  const expiries = ledger.changedExpiries()
  return {
    unaltered: judge(
      [against, ledger.unexpected, expiries.unexpected, ledger.removed, lacking],
      [missing, ledger.unaccounted(), expiries.missing],
    ),
    complete: judgeComplete(ledger, [lacking, trailAgainst], trailMissing, isLogSound),
    basis: [...basisOf(ledger, checkpoint, trust), ...(corroborated ?? [])],
  }
}

/** @throws BundleError if the entries are not those of the checkpoint */
async function readEntries(
  bundle: Bundle,
  checkpoint: SignedCheckpoint,
  ledger: Ledger,
  trust: Trust,
  against: Findings,
  missing: Findings,
): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const earlier = trust.earlier === undefined ? undefined : parseCheckpoint(trust.earlier)
  const tiles = new HashTiles()
  let edge: Edge = []
  let index = 0
  let rootOfEarlier = earlier?.size === 0 ? rootOfEdge(edge) : undefined
  for await (const bytes of bundle.entries(checkpoint.size)) {
    const leaf = leafHash(bytes)
    try {
      ledger.read(parseEntry(decoder.decode(bytes)), index)
    } catch (error) {
      throw new BundleError(`entry ${index}: ${messageOf(error)}`, { cause: error })
    }
    edge = appendLeaf(edge, index, leaf)
    index += 1
    for (const tile of tiles.append(leaf)) await bundle.checkTile(tile)
    checkNotary(ledger, edge, index, against)
    if (index !== earlier?.size) continue
    rootOfEarlier = rootOfEdge(edge)
    ledger.newestEarlier = ledger.newest
  }
  if (!rootOfEdge(edge).equals(checkpoint.root))
    throw new BundleError(`the ${index} entries are not those that the checkpoint was signed for`)
  for (const tile of tiles.end()) await bundle.checkTile(tile)
  if (earlier !== undefined) checkEarlier(checkpoint, earlier, rootOfEarlier, trust, against, missing)
}

/** The history that CloudTrail wrote down is this one. */
function checkNotary(ledger: Ledger, edge: Edge, size: number, against: Findings): void {
  for (const call of ledger.notary.get(size) ?? [])
    if (rootOfEdge(edge).toString('base64') === call.root) ledger.notarised = call
    else against.add(`CloudTrail wrote down another history of ${size} entries at ${call.at}`)
}

async function readRecords(
  bundle: Bundle,
  ledger: Ledger,
  known: SessionIds | undefined,
  against: Findings,
  missing: Findings,
): Promise<void> {
  for await (const record of bundle.records()) {
    known?.add(textOf(record, 'SessionId') ?? '')
    const name = JSON.stringify(textOf(record, 'SessionId') ?? null)
    const tag = tagOf(record)
    const said = tag === undefined ? undefined : ledger.sessions.get(tag)
    if (tag === undefined || said === undefined) {
      against.add(`session ${name}: the log never had a record of it with this Salt`)
      continue
    }
    const revision = numberOf(record, 'Revision') ?? 0
    const isSame = commitmentOf(record) === said.commitment
    if (said.isSuspect) against.add(`session ${name}: its record was changed, and not by the archiver`)
    if (said.isGone) against.add(`session ${name}: its record is here, and the log says that it is gone`)
    else if (said.isFound) against.add(`session ${name}: its record is here twice`)
    else if (isSame) ledger.sessions.set(tag, { ...said, isFound: true })
    else if (revision > said.revision) {
      missing.add(
        `session ${name}: its record is revision ${revision}, newer than the log's ${said.revision}`,
      )
      ledger.sessions.set(tag, { ...said, isFound: true })
    } else {
      against.add(`session ${name}: its record is not the one of the log, revision ${said.revision}`)
      ledger.sessions.set(tag, { ...said, isFound: true })
    }
  }
}

/** What the log has of the period and the bundle lacks. */
function findMissing({ sessions, period, newest }: Ledger, lacking: Findings, missing: Findings): void {
  for (const [tag, { startDay, expiresAt = Number.POSITIVE_INFINITY, isGone, isFound }] of sessions) {
    if (isGone || isFound || !isIn(period, startDay)) continue
    const record = `the record of a session of ${startDay || 'an unknown day'} (${tag.slice(0, 16)}…)`
    if (expiresAt * 1000 <= Date.parse(newest))
      missing.add(`the log's word that ${record} expired: its time is over`)
    else lacking.add(`${record} is missing`)
  }
}

function tagOf(record: Item): string | undefined {
  const [id, salt] = [textOf(record, 'SessionId'), saltOf(record)]
  return id === undefined || salt === undefined ? undefined : sessionTag(id, salt)
}

function commitmentOf(record: Item): string | undefined {
  const salt = saltOf(record)
  return salt && commitment(record, salt)
}

function judgeComplete(
  ledger: Ledger,
  against: readonly Findings[],
  ofTrail: Findings,
  isLogSound: boolean,
): Judgement {
  const { coverage, removed, period } = ledger
  const missing = new Findings()
  if (!isLogSound) missing.add('a log that is proven: see unaltered')
  const asked = { from: new Date(period.from).toISOString(), until: new Date(period.to).toISOString() }
  if (coverage.sourcesSince(asked.from).length === 0) missing.add('a source: the log knows of none')
  for (const { source, from, until } of coverage.gaps(asked))
    missing.add(`a sweep of ${source} that covers ${from} to ${until}`)
  for (const account of coverage.unlistedAccounts)
    missing.add(`a list of the regions of account ${account}: AWS gave none`)
  return judge([removed, ...against], [missing, ledger.uncorroborated, ofTrail])
}

function basisOf(ledger: Ledger, checkpoint: SignedCheckpoint | undefined, trust: Trust): string[] {
  const { count, period, coverage } = ledger
  const others = (checkpoint?.note.signatures ?? []).filter(({ name }) => name !== checkpoint?.origin)
  const [expired, rejected] = [count.expired, count.rejected]
  return [
    `sessions that started from ${period.from} to before ${period.to}, UTC, or whose start is not known`,
    ...(checkpoint === undefined
      ? []
      : [`checkpoint ${checkpoint.origin} ${checkpoint.size} ${checkpoint.root.toString('base64')}`]),
    `entries: ${count.entries}, sessions: ${count.sessions}, receipts: ${count.receipts}, sources: ${coverage.sourcesSince(period.from).length}`,
    ...listed('not asked for any more', coverage.leftBefore(new Date(period.to).toISOString())),
    ...ledger.retention.basis(),
    ...(expired > 0 ? [`expired, as was configured: ${expired}`] : []),
    ...corroborationOf(ledger),
    ...(rejected > 0 ? [`kept as text, since no record can hold them: ${rejected}`] : []),
    ...others.map(
      (one) =>
        `a cosignature by ${JSON.stringify(one.name)} of ${cosignedAt(one) ?? 'no time'}, not verified`,
    ),
    anchorOf(trust, ledger.newestEarlier, ledger.notarised),
  ]
}

/** What CloudTrail says, as far as the archiver asked it. */
function corroborationOf({ corroboration, period }: Ledger): string[] {
  const asked = { from: new Date(period.from).toISOString(), until: new Date(period.to).toISOString() }
  const gaps = corroboration.gaps(asked)
  if (gaps.length === 0) return ['corroborated: of the whole period, the archiver asked CloudTrail, too']
  return listed(
    'not corroborated, since the archiver did not ask CloudTrail',
    gaps.map(({ source, from, until }) => `${source} ${from} to ${until}`),
  )
}

function listed(what: string, names: readonly string[]): string[] {
  const others = names.length > 10 ? `, and ${names.length - 10} more` : ''
  return names.length === 0 ? [] : [`${what}: ${names.slice(0, 10).join(', ')}${others}`]
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
