import { stringifyJson } from '../../archive/json'
import type { ShownSession } from '../../audit/last-seen'
import { duration, time } from '../output/format'
import { accountLabel, targetLabel } from '../output/labels'
import { type Content, Html, html } from './html'

/** A browser lays out only the groups that are in sight. */
export const ROWS_IN_GROUP = 100

export function rowGroup(rows: readonly string[]): string {
  const full = rows.length === ROWS_IN_GROUP ? ' class="full"' : ''
  return `<tbody${full}>\n${rows.join('')}</tbody>\n`
}

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

/** The page's script enables the buttons. */
export const LIST_HEAD: Html = html`<thead><tr>${COLUMNS.map(columnHead)}</tr></thead>`

function columnHead(name: (typeof COLUMNS)[number]): Html {
  const sort = name === 'Started' ? html` aria-sort="ascending"` : undefined
  return html`<th scope="col"${sort}><button type="button" disabled>${name}</button></th>`
}

/** The cells are in the order of COLUMNS. */
export function sessionRow(record: ShownSession): Html {
  const { DurationSeconds: seconds } = record
  return html`<tr>${[
    cell(time(record.StartDate)),
    cell(
      record.EndDate === undefined ? endNote(record) : time(record.EndDate),
      record.LastSeenAt && `seen ${time(record.LastSeenAt)}`,
    ),
    cell(
      typeof seconds === 'number' ? html`<data value="${seconds}">${duration(seconds)}</data>` : undefined,
    ),
    cell(record.OwnerName, record.Owner),
    cell(targetLabel(record), record.TargetName && record.Target),
    cell(record.DocumentName, record.AccessType),
    cell(record.State === 'Recovered' ? RECOVERED : record.Status),
    cell(record.Reason, record.Details),
    cell(record.SessionId, `${accountLabel(record.AccountId, record.AccountName)} ${record.Region}`),
  ]}</tr>\n`
}

const RECOVERED = html`<i class="warn">recovered</i>`

function endNote(record: ShownSession): Html | undefined {
  const { EndedBefore } = record
  return EndedBefore === undefined ? openNote(record) : html`<i class="warn">before ${time(EndedBefore)}</i>`
}

/** Nothing for a session that is over: some have no EndDate. */
export function openNote({ State, EndUnknown, Stale }: ShownSession): Html | undefined {
  if (State !== 'Active') return undefined
  if (EndUnknown === true) return html`<i class="warn">end unknown</i>`
  return Stale ? html`<i class="bad">open, stale</i>` : html`<i class="good">still open</i>`
}

/** @param second in small below, if there is any */
function cell(first: unknown, second?: unknown): Html {
  const small = memberText(second)
  const content: Content = first instanceof Html ? first : memberText(first)
  return html`<td>${content}${small && html`<div>${small}</div>`}</td>\n`
}

/** A member of a record as text, empty if it is absent. */
export function memberText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : stringifyJson(value)
}
