import type { ShownSession } from '../../audit/last-seen'
import { lasted } from '../output/columns'
import { time } from '../output/format'
import { accountLabel, targetLabel } from '../output/labels'
import { type Content, type Html, html } from '../report/html'
import { memberText } from '../report/session-rows'
import { link } from './page'

const COLUMNS = ['Started', 'Lasted', 'Person', 'Target', 'Reason', 'Status', 'Session'] as const

export const TABLE_START: Html = html`<table class="found"><caption>Sessions found, the newest first</caption>
<thead><tr>${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
`
export const TABLE_END: Html = html`</tbody></table>
`

/** The cells are in the order of COLUMNS. */
export function foundRow(record: ShownSession): Html {
  const { Status, State, AccountId, AccountName, Region, SessionId } = record
  const place = `${accountLabel(AccountId, AccountName)} ${Region}`
  return html`<tr>${[
    cell(time(record.StartDate)),
    cell(lasted(record), record.LastSeenAt && `seen ${time(record.LastSeenAt)}`),
    cell(record.OwnerName ?? '(no owner)', record.RoleName && `as ${record.RoleName}`),
    cell(targetLabel(record), record.TargetName && record.Target),
    cell(record.Reason),
    cell(State === 'Recovered' ? 'Recovered' : Status),
  ]}<td><div class="id">${link('session', { id: SessionId }, shownId(SessionId))}</div><small>${place}</small></td></tr>
`
}

/** A link needs a text. */
export function shownId(sessionId: string): string {
  return sessionId.trim() === '' ? JSON.stringify(sessionId) : sessionId
}

function cell(first: unknown, second?: unknown): Html {
  const small: Content = memberText(second)
  return html`<td><div>${memberText(first)}</div>${small && html`<small>${small}</small>`}</td>
`
}
