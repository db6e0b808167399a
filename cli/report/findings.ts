import type { SessionRecord } from '../../archive/record'
import type { ShownSession } from '../../audit/last-seen'
import { counted, duration, grouped, percent, secondsBetween, time } from '../output/format'
import { empty, note, section, table } from './elements'
import { type Content, type Html, html } from './html'
import { memberText, openNote } from './session-rows'
import type { Anonymous, Tally } from './tally'

const SHOWN = 15
const NO_OWNER = '(no owner)'
/** True whatever was recognised. */
const UNPROVEN =
  'This does not prove that the other names are of one person each: whoever assumes a role can choose the name, and tools have more forms than are known here.'

/** What an auditor asks about first. */
export function findings(tally: Tally, generatedAt: Date): Html {
  return html`${longest(tally)}
${withoutReason(tally)}
${unidentified(tally)}
${notEnded(tally, generatedAt)}`
}

function longest({ longest, sessions, withoutDuration }: Tally): Html {
  const rows = longest.map((record) => [
    duration(Number(record.DurationSeconds)),
    when(record.StartDate),
    ...whoWhereWhy(record),
  ])
  const columns = [{ heading: 'Duration', numeric: true }, 'Started', 'Person', 'Target', 'Reason'] as const
  const incomparable = counted(withoutDuration, 'session')
  return section(
    'Longest sessions',
    [
      rows.length === 0 ? none(sessions, 'No session has both a start and an end.') : table(columns, rows),
      withoutDuration > 0
        ? note(`${incomparable} without a start or an end (open ones included) cannot be compared.`)
        : undefined,
    ],
    'longest',
  )
}

function withoutReason({ withoutReason, sessions, people }: Tally): Html {
  const title = 'Sessions without a reason'
  if (withoutReason === 0)
    return section(title, none(sessions, 'None: every session has a reason.'), 'no-reason')
  const byPerson = [...people.values()]
    .filter((person) => person.withoutReason > 0)
    .sort((a, b) => b.withoutReason - a.withoutReason)
  const rows = byPerson
    .slice(0, SHOWN)
    .map(({ name = NO_OWNER, sessions, withoutReason }) => [
      name,
      grouped(withoutReason),
      percent(withoutReason, sessions),
    ])
  const columns = [
    'Person',
    { heading: 'Without a reason', numeric: true },
    { heading: 'Of their sessions', numeric: true },
  ] as const
  return section(
    title,
    [
      html`<p>${ofAll(withoutReason, sessions)}, under ${counted(byPerson.length, 'name')}.</p>`,
      table(columns, rows),
      andMore(byPerson.length - SHOWN, 'name'),
    ],
    'no-reason',
  )
}

function unidentified({ anonymous, sessions }: Tally): Html {
  const title = 'Sessions that name nobody'
  const owners = [...anonymous.values()].sort((a, b) => b.sessions - a.sessions)
  if (owners.length === 0)
    return section(
      title,
      [none(sessions, 'No owner has a form that is known to name nobody.'), note(UNPROVEN)],
      'unidentified',
    )
  const kinds = [...new Set(owners.map(({ kind }) => kind))]
  const count = { heading: 'Sessions', numeric: true } as const
  return section(
    title,
    [
      html`<p>${ofAll(sumOf(owners), sessions)}. CloudTrail’s AssumeRole, StartSession and ExecuteCommand events of the same time may name the person.</p>`,
      note(UNPROVEN),
      table(
        ['Name', count, 'Why it names nobody'],
        kinds.map((kind) => ofKind(owners, kind)),
      ),
      table(
        ['Owner', count, 'First started', 'Last started'],
        owners
          .slice(0, SHOWN)
          .map(({ owner = NO_OWNER, sessions, first, last }) => [
            owner,
            grouped(sessions),
            when(first),
            when(last),
          ]),
      ),
      andMore(owners.length - SHOWN, 'owner'),
    ],
    'unidentified',
  )
}

function ofKind(owners: readonly Anonymous[], kind: string): Content[] {
  const some = owners.filter((owner) => owner.kind === kind)
  return [kind, grouped(sumOf(some)), some[0]?.why]
}

function notEnded({ notEnded, sessions, open, stale, endUnknown }: Tally, generatedAt: Date): Html {
  const title = 'Open, and of unknown end'
  if (notEnded.length === 0) return section(title, none(sessions, 'None: every session has ended.'), 'open')
  const rows = notEnded.map((record) => [
    [openNote(record), lastSeen(record)],
    [when(record.StartDate), ago(record, generatedAt)],
    ...whoWhereWhy(record),
  ])
  return section(
    title,
    [
      html`<p><b>${grouped(open)}</b> open when last seen. The end of <b>${grouped(endUnknown)}</b> is unknown: AWS stopped listing them before a sweep saw their end.</p>`,
      stale > 0
        ? html`<p class="bad"><b>${grouped(stale)}</b> of the open ones are stale: no sweep has confirmed them for 25 hours, so they may have ended.</p>`
        : undefined,
      table(['State', 'Started', 'Person', 'Target', 'Reason'], rows),
      andMore(open + endUnknown - notEnded.length, 'session'),
    ],
    'open',
  )
}

/** Nothing is said of every session if there is none. */
function none(sessions: number, text: string): Html {
  return empty(sessions === 0 ? 'No sessions.' : text)
}

function lastSeen({ LastSeenAt, LastKnownActiveAt, Stale }: ShownSession): Content {
  const seen = LastSeenAt ?? LastKnownActiveAt
  return seen && html`<div${Stale && html` class="bad"`}>seen ${when(seen)}</div>`
}

function ago({ StartDate, EndUnknown }: SessionRecord, now: Date): Content {
  if (StartDate === undefined || EndUnknown === true) return undefined
  return html`<div>${duration(secondsBetween(StartDate, now.toISOString()))} ago</div>`
}

function whoWhereWhy({ OwnerName = NO_OWNER, Target = '(no target)', Reason }: SessionRecord): Content[] {
  return [OwnerName, memberText(Target), memberText(Reason)]
}

function when(iso: unknown): Html {
  return html`<time>${time(iso)}</time>`
}

function ofAll(part: number, sessions: number): Html {
  return html`<b>${grouped(part)}</b> of ${counted(sessions, 'session')} (${percent(part, sessions)})`
}

function andMore(count: number, one: string, many = `${one}s`): Html | undefined {
  if (count <= 0) return undefined
  return note(`And ${counted(count, `more ${one}`, `more ${many}`)}, not shown here.`)
}

function sumOf(owners: readonly Anonymous[]): number {
  return owners.reduce((sum, { sessions }) => sum + sessions, 0)
}
