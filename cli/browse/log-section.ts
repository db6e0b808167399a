import type { Judgement } from '../../evidence/verdict'
import { counted, time } from '../output/format'
import { empty, note, section, table } from '../report/elements'
import { type Html, html } from '../report/html'
import { lines, link } from './page'
import type { Logged, SessionLog } from './session-log'

const CLASSES = { proven: 'good', 'not proven': 'warn', disproven: 'bad' } as const

/** The evidence log's word on a session: the lists it was seen in, the verdict, and the proof to keep. */
export function logSection({ logged, unaltered, basis, key, proof }: SessionLog, id: string): Html {
  return section(
    'Evidence',
    [
      verdict(unaltered),
      lines([...basis, `key ${key}`]),
      note(
        'Judged now, by the key that the archive itself names, for this session alone. Whether receipts account for it, and whether sessions are missing, a bundle tells: session-archive evidence, session-archive verify.',
      ),
      proof === undefined
        ? empty('The log has no entry of this record, so there is no proof of it yet.')
        : html`<p>${link('proof', { id }, 'Download the proof')}: this record and its place in the log, for session-archive verify. It tells nothing of other sessions.</p>`,
      html`<h3>What the log says of it</h3>`,
      logged.length === 0 ? empty('Nothing.') : changes(logged),
    ],
    'evidence',
  )
}

function verdict({ verdict, against, missing }: Judgement): Html {
  const why = [...against.map((line) => `Against: ${line}`), ...missing.map((line) => `Missing: ${line}`)]
  return html`<p>Unaltered: <b class="${CLASSES[verdict]}">${verdict}</b></p>${lines(why)}`
}

/** A change is of the record; a mark says that the session is in no list any more. */
function changes(logged: readonly Logged[]): Html {
  return table(
    ['Logged', 'List', 'Change', 'Revision', 'Sweep that saw it', 'Entry'],
    logged.map(({ at, index, entry }) => {
      const isRecord = entry.type === 'revision'
      const list = !isRecord ? '' : entry.change === 'marked' ? 'in neither list' : entry.state
      return [
        time(at),
        list,
        isRecord ? [entry.change, entry.unexpected && `, unexpected: ${entry.unexpected}`] : entry.type,
        entry.revision,
        isRecord ? entry.sweep : '',
        index,
      ]
    }),
  )
}

/** In place of the log, if it was not read. */
export function unreadLog(size: number, id: string): Html {
  return section(
    'Evidence',
    html`<p>The evidence log was not read: it has ${counted(size, 'entry', 'entries')}, and all must be read to find those of one session. ${link('session', { id, log: 'read' }, 'Read the log')}</p>`,
    'evidence',
  )
}

export function noLog(why: string): Html {
  return section('Evidence', html`<p>Unaltered: <b class="warn">not proven</b></p><p>${why}</p>`, 'evidence')
}
