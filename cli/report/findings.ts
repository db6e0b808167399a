import type { SessionRecord } from '../../archive/record'
import { counted, duration, grouped, memberText, secondsBetween, share, time } from './format'
import { type Content, type Html, html } from './html'
import { openNote } from './session-rows'
import { type Anonymous, secondsOf, type Tally } from './tally'

const SHOWN = 15

/** What an auditor asks about first. */
export function findings(tally: Tally, generatedAt: Date): Html {
  return html`${longest(tally)}
${withoutReason(tally)}
${unidentified(tally)}
${notEnded(tally, generatedAt)}`
}

function longest({ longest, withoutDuration }: Tally): Html {
  return html`<section id="longest"><h2>Longest sessions</h2>${
    longest.length === 0
      ? html`<p class="empty">No session has both a start and an end.</p>`
      : table(
          ['#Duration', 'Started', 'Person', 'Target', 'Reason'],
          longest.map((record) => [duration(secondsOf(record) ?? 0), ...columnsOf(record)]),
        )
  }${
    withoutDuration > 0
      ? html`<p class="note">${counted(withoutDuration, 'session')} without a start or an end (open ones too) cannot be compared.</p>`
      : undefined
  }</section>`
}

function withoutReason({ withoutReason, sessions, people }: Tally): Html {
  const byPerson = [...people]
    .filter(([, person]) => person.withoutReason > 0)
    .sort(([, a], [, b]) => b.withoutReason - a.withoutReason)
  return html`<section id="no-reason"><h2>Sessions without a reason</h2>${
    withoutReason === 0
      ? html`<p class="empty">None: every session has a reason.</p>`
      : html`<p><b>${grouped(withoutReason)}</b> of ${counted(sessions, 'session')} (${share(withoutReason, sessions)}), by ${counted(byPerson.length, 'person', 'people')}.</p>
${table(
  ['Person', '#Without a reason', '#Of their sessions'],
  byPerson
    .slice(0, SHOWN)
    .map(([name, person]) => [
      name ?? '(no owner)',
      grouped(person.withoutReason),
      share(person.withoutReason, person.sessions),
    ]),
)}${andMore(byPerson.length - SHOWN, 'person', 'people')}`
  }</section>`
}

function unidentified({ anonymous, sessions }: Tally): Html {
  const owners = [...anonymous.values()].sort((a, b) => b.sessions - a.sessions)
  if (owners.length === 0)
    return html`<section id="unidentified"><h2>People who cannot be identified</h2><p class="empty">None: every session names an owner of its own.</p></section>`
  const kinds = [...new Set(owners.map(({ kind }) => kind))]
  return html`<section id="unidentified"><h2>People who cannot be identified</h2>
<p><b>${grouped(sumOf(owners))}</b> of ${counted(sessions, 'session')} (${share(sumOf(owners), sessions)}). CloudTrail’s AssumeRole and StartSession events of the same time may tell who it was.</p>
${table(
  ['Name', '#Sessions', 'Why it names nobody'],
  kinds.map((kind) => ofKind(owners, kind)),
)}
${table(
  ['Owner', '#Sessions', 'First started', 'Last started'],
  owners
    .slice(0, SHOWN)
    .map(({ owner, sessions, first, last }) => [
      owner ?? '(no owner)',
      grouped(sessions),
      when(first),
      when(last),
    ]),
)}${andMore(owners.length - SHOWN, 'owner')}</section>`
}

function ofKind(owners: readonly Anonymous[], kind: string): Content[] {
  const some = owners.filter((owner) => owner.kind === kind)
  return [kind, grouped(sumOf(some)), some[0]?.why]
}

function notEnded({ notEnded, open, endUnknown }: Tally, generatedAt: Date): Html {
  const until = generatedAt.toISOString()
  return html`<section id="open"><h2>Open, and of unknown end</h2>${
    notEnded.length === 0
      ? html`<p class="empty">None: every session has ended.</p>`
      : html`<p><b>${grouped(open)}</b> still open when last swept, <b>${grouped(endUnknown)}</b> with an end that is unknown: no list of AWS showed them any more before their end was seen.</p>
${table(
  ['State', 'Started', 'Person', 'Target', 'Reason'],
  notEnded.map((record) => [
    stateOf(record),
    html`${when(record.StartDate)}${record.StartDate !== undefined && record.EndUnknown !== true ? html`<div>${duration(secondsBetween(record.StartDate, until))} ago</div>` : undefined}`,
    ...columnsOf(record).slice(1),
  ]),
)}${andMore(open + endUnknown - notEnded.length, 'session')}`
  }</section>`
}

function stateOf(record: SessionRecord): Content {
  const { LastKnownActiveAt } = record
  if (LastKnownActiveAt === undefined) return openNote(record)
  return html`${openNote(record)}<div>active at ${when(LastKnownActiveAt)}</div>`
}

function columnsOf(record: SessionRecord): Content[] {
  const { StartDate, OwnerName, Target, Reason } = record
  return [when(StartDate), OwnerName ?? '(no owner)', memberText(Target ?? '(no target)'), memberText(Reason)]
}

function when(iso: unknown): Html {
  return html`<time>${time(memberText(iso))}</time>`
}

/** A heading that begins with `#` is of numbers. */
function table(headings: readonly string[], rows: readonly (readonly Content[])[]): Html {
  const classes = headings.map((heading) => (heading.startsWith('#') ? html` class="number"` : undefined))
  return html`<table><thead><tr>${headings.map((heading, n) => html`<th scope="col"${classes[n]}>${heading.replace('#', '')}</th>`)}</tr></thead><tbody>
${rows.map((cells) => html`<tr>${cells.map((content, n) => html`<td${classes[n]}>${content}</td>`)}</tr>\n`)}</tbody></table>`
}

function andMore(count: number, one: string, many?: string): Html | undefined {
  return count > 0
    ? html`<p class="note">And ${counted(count, `more ${one}`, many && `more ${many}`)}, in the list of all sessions.</p>`
    : undefined
}

function sumOf(owners: readonly Anonymous[]): number {
  return owners.reduce((sum, { sessions }) => sum + sessions, 0)
}
