import type { SessionRecord } from '../../archive/record'
import { duration, memberText, time } from './format'
import { type Content, type Html, html } from './html'
import { secondsOf } from './tally'

/** As many rows to a group: a browser lays out only the groups that are in sight. */
export const ROWS_IN_GROUP = 100

export function rowGroup(rows: readonly string[]): string {
  const full = rows.length === ROWS_IN_GROUP ? ' class="full"' : ''
  return `<tbody${full}>\n${rows.join('')}</tbody>\n`
}

/** Each column in the order of the cells below. */
const COLUMNS = [
  'Started',
  'Ended',
  'Duration',
  'Person',
  'Target',
  'Document',
  'Status',
  'Reason',
  'Session',
] as const

/** The buttons work once the page's script runs. */
export const LIST_HEAD: Html = html`<thead><tr>${COLUMNS.map(
  (name) =>
    html`<th scope="col"${name === 'Started' ? html` aria-sort="ascending"` : undefined}><button type="button" disabled>${name}</button></th>`,
)}</tr></thead>`

export function sessionRow(record: SessionRecord): Html {
  const seconds = secondsOf(record)
  return html`<tr>${[
    cell(time(memberText(record.StartDate))),
    record.EndDate === undefined ? cell(openNote(record)) : cell(time(record.EndDate)),
    cell(seconds !== undefined && html`<data value="${seconds}">${duration(seconds)}</data>`),
    cell(record.OwnerName, record.Owner),
    cell(record.Target),
    cell(record.DocumentName, record.AccessType),
    cell(record.Status),
    cell(record.Reason, record.Details),
    cell(record.SessionId, `${record.AccountId} ${record.Region}`),
  ]}</tr>
`
}

/** Empty for a session that is over: some have no EndDate. */
export function openNote({ State, EndUnknown }: SessionRecord): Content {
  if (State !== 'Active') return undefined
  return EndUnknown === true ? html`<i class="warn">end unknown</i>` : html`<i class="good">still open</i>`
}

/** @param second in small below, where there is any */
function cell(first: unknown, second?: unknown): Html {
  const small = memberText(second)
  return html`<td>${contentOf(first)}${small === '' ? undefined : html`<div>${small}</div>`}</td>`
}

function contentOf(value: unknown): Content {
  if (value === false) return undefined
  return typeof value === 'object' && value !== null && 'markup' in value
    ? (value as Html)
    : memberText(value)
}
