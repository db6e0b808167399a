import type { SessionRecord } from '../../archive/record'
import { findSession } from '../../audit/find-sessions'
import { anonymity } from '../../audit/identity'
import type { ShownSession } from '../../audit/last-seen'
import type { Bucket } from '../../evidence/bucket'
import { asOf } from '../beside-answer'
import type { Io } from '../io'
import { expiry } from '../lacking'
import type { OpenArchive } from '../open-archive'
import { lasted } from '../output/columns'
import { time } from '../output/format'
import { accountLabel, targetLabel } from '../output/labels'
import { messageOf } from '../output/message-of'
import { rejectedOf } from '../rejected'
import { note, section, table } from '../report/elements'
import { type Html, html } from '../report/html'
import { memberText } from '../report/session-rows'
import { allAttributes, targetFacts, terms } from './attributes'
import { shownId } from './found-rows'
import { listen } from './listen'
import { listsTold } from './lists-told'
import { logSection, noLog, unreadLog } from './log-section'
import { lines, link, type Page, Refusal } from './page'
import { parametersOf } from './parameters'
import { logSize, readSessionLog, type SessionLog } from './session-log'

/** A log of so many entries is read whenever a session is looked at. */
const SMALL_LOG = 20_000

/** The log of the archive. */
export interface Evidence {
  /** @default - there is none, or it is not to be read */
  readonly bucket?: Bucket
  /** Reads one log at a time. */
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>
}

/**
 * Everything that is known of one session.
 *
 * @throws Refusal if the archive does not have it
 */
export async function sessionPage(
  archive: OpenArchive,
  evidence: Evidence,
  parameters: URLSearchParams,
  now: Date,
  io: Io,
): Promise<Page> {
  const { id, log } = parametersOf(parameters, ['id', 'log'])
  if (id === undefined) throw new Refusal(400, 'Expected the SessionId of a session: id.')
  const found = await findSession(archive.sessions, id)
  const rejections = await rejectedOf(id, found, archive.sweeps)
  if (found === undefined) {
    const why = [...rejections, ...(await expiry(archive.sweeps, now))].join(' ')
    throw new Refusal(404, `No session ${JSON.stringify(id)} in this archive. Is the SessionId whole? ${why}`)
  }
  const heard = listen(io)
  const record = await shownOf(found, archive, now, heard.io)
  const said = [...heard.said, ...rejections, ...nobody(found)]
  const parts = partsOf(record, said, archive, evidence, log === 'read', now)
  return { status: 200, title: `Session ${shownId(id)}`, parts }
}

/** Of an open session, with when it was last seen. */
async function shownOf(
  found: SessionRecord,
  { sweeps }: OpenArchive,
  now: Date,
  io: Io,
): Promise<ShownSession> {
  async function* one() {
    yield found
  }
  const stream = asOf(one(), sweeps, now, io)
  let shown: ShownSession = found
  for await (const record of stream) shown = record
  stream.whenPrinted?.()
  return shown
}

function nobody(record: SessionRecord): string[] {
  const why = record.Owner === undefined ? undefined : anonymity(record)
  return why === undefined ? [] : [`Its owner names nobody: ${why.why}`]
}

async function* partsOf(
  record: ShownSession,
  said: readonly string[],
  { sessions }: OpenArchive,
  evidence: Evidence,
  isAskedFor: boolean,
  now: Date,
): AsyncGenerator<Html> {
  yield html`${summary(record)}${lines(said)}${others(record)}`
  yield section('Target', targetFacts(record))
  yield section('Lists of AWS', [
    table(
      ['When', 'What the record tells'],
      listsTold(record).map(({ at, what }) => [time(at), what]),
    ),
    note('The record has the newest state. The evidence log, below, has each change.'),
  ])
  yield section('Every attribute', allAttributes(record))
  yield await evidenceOf(record.SessionId, evidence, isAskedFor, (bucket) =>
    readSessionLog(sessions, bucket, record.SessionId, now),
  )
}

function summary(record: ShownSession): Html {
  return terms([
    ['Person', memberText(record.OwnerName ?? '(no owner)')],
    ['Target', memberText(targetLabel(record))],
    ['Started', time(record.StartDate)],
    ['Ended', time(record.EndDate)],
    ['Lasted', lasted(record)],
    ['Status', record.State === 'Recovered' ? 'Recovered' : memberText(record.Status)],
    ['Document', memberText(record.DocumentName)],
    ['Account', memberText(accountLabel(record.AccountId, record.AccountName))],
    ['Region', memberText(record.Region)],
    ['Reason', memberText(record.Reason)],
  ])
}

/** What one asks next. */
function others({ OwnerName, Target, StartDate }: ShownSession): Html {
  const from = '52w'
  const links = [
    OwnerName === undefined
      ? undefined
      : link('./', { owner: OwnerName, from }, 'Sessions of this person, 52 weeks back'),
    typeof Target === 'string'
      ? link('./', { target: Target, from }, 'Sessions on this target, 52 weeks back')
      : undefined,
    StartDate === undefined ? undefined : link('./', { at: StartDate }, 'Who was connected when it started'),
  ]
  return html`<p class="links"><a href="#evidence">Is it unaltered?</a> ${links.map((one) => one && html`${one} `)}</p>
`
}

/** @param isAskedFor whether a log is read that is not small */
async function evidenceOf(
  id: string,
  { bucket, inTurn }: Evidence,
  isAskedFor: boolean,
  read: (bucket: Bucket) => Promise<SessionLog>,
): Promise<Html> {
  if (bucket === undefined)
    return noLog('The archive has no evidence log, it is named by its tables, or it is not to be read.')
  try {
    const size = await logSize(bucket)
    if (size === undefined)
      return noLog('The archive has no evidence log yet: it begins with the first sweep.')
    if (size > SMALL_LOG && !isAskedFor) return unreadLog(size, id)
    return logSection(await inTurn(() => read(bucket)), id)
  } catch (error) {
    return noLog(`Missing: a log that can be read: ${messageOf(error)}`)
  }
}

/**
 * The proof of one session, as a file.
 *
 * @throws Refusal if there is none
 */
export async function proofOf(
  { sessions }: OpenArchive,
  { bucket, inTurn }: Evidence,
  parameters: URLSearchParams,
  now: Date,
) {
  const { id } = parametersOf(parameters, ['id'])
  if (id === undefined) throw new Refusal(400, 'Expected the SessionId of a session: id.')
  if (bucket === undefined)
    throw new Refusal(404, 'The archive has no evidence log, or it is not to be read.')
  const found = await findSession(sessions, id)
  if (found === undefined) throw new Refusal(404, `No session ${JSON.stringify(id)} in this archive.`)
  const { proof } = await inTurn(() => readSessionLog(sessions, bucket, id, now))
  if (proof === undefined) throw new Refusal(404, 'The log does not have this record: there is no proof yet.')
  const name = id.replaceAll(/[^\w-]/g, '_').slice(0, 80)
  return { fileName: `${name}.proof.json`, text: proof }
}
