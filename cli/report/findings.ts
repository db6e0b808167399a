import type { SessionRecord } from '../../archive/record'
import { counted, duration, grouped, percent, secondsBetween, time } from '../output/format'
import { empty, note, section, table } from './elements'
import { type Content, type Html, html } from './html'
import { memberText, openNote } from './session-rows'
import type { Anonymous, Tally } from './tally'

const SHOWN = 15
const NO_OWNER = '(no owner)'

/** What an auditor asks about first. */
export function findings(tally: Tally, generatedAt: Date): Html {
  return html`${longest(tally)}
${withoutReason(tally)}
${unidentified(tally)}
${notEnded(tally, generatedAt)}`
}

function longest({ longest, withoutDuration }: Tally): Html {
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
      rows.length === 0 ? empty('No session has both a start and an end.') : table(columns, rows),
      withoutDuration > 0
        ? note(`${incomparable} without a start or an end (open ones included) cannot be compared.`)
        : undefined,
    ],
    'longest',
  )
}

function withoutReason({ withoutReason, sessions, people }: Tally): Html {
  const title = 'Sessions without a reason'
  if (withoutReason === 0) return section(title, empty('None: every session has a reason.'), 'no-reason')
  const byPerson = [...people]
    .filter(([, person]) => person.withoutReason > 0)
    .sort(([, a], [, b]) => b.withoutReason - a.withoutReason)
  const rows = byPerson
    .slice(0, SHOWN)
    .map(([name = NO_OWNER, person]) => [
      name,
      grouped(person.withoutReason),
      percent(person.withoutReason, person.sessions),
    ])
  const columns = [
    'Person',
    { heading: 'Without a reason', numeric: true },
    { heading: 'Of their sessions', numeric: true },
  ] as const
  return section(
    title,
    [
      html`<p>${ofAll(withoutReason, sessions)}, by ${counted(byPerson.length, 'person', 'people')}.</p>`,
      table(columns, rows),
      andMore(byPerson.length - SHOWN, 'person', 'people'),
    ],
    'no-reason',
  )
}

function unidentified({ anonymous, sessions }: Tally): Html {
  const title = 'People who cannot be identified'
  const owners = [...anonymous.values()].sort((a, b) => b.sessions - a.sessions)
  if (owners.length === 0)
    return section(title, empty('None: the owner of every session names somebody.'), 'unidentified')
  const kinds = [...new Set(owners.map(({ kind }) => kind))]
  const count = { heading: 'Sessions', numeric: true } as const
  return section(
    title,
    [
      html`<p>${ofAll(sumOf(owners), sessions)}. CloudTrail’s AssumeRole and StartSession events of the same time may name the person.</p>`,
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

function notEnded({ notEnded, open, endUnknown }: Tally, generatedAt: Date): Html {
  const title = 'Open, and of unknown end'
  if (notEnded.length === 0) return section(title, empty('None: every session has ended.'), 'open')
  const rows = notEnded.map((record) => [
    [
      openNote(record),
      record.LastKnownActiveAt && html`<div>active at ${when(record.LastKnownActiveAt)}</div>`,
    ],
    [when(record.StartDate), ago(record, generatedAt)],
    ...whoWhereWhy(record),
  ])
  return section(
    title,
    [
      html`<p><b>${grouped(open)}</b> still open at the last sweep. The end of <b>${grouped(endUnknown)}</b> is unknown: AWS stopped listing them before a sweep saw their end.</p>`,
      table(['State', 'Started', 'Person', 'Target', 'Reason'], rows),
      andMore(open + endUnknown - notEnded.length, 'session'),
    ],
    'open',
  )
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
  return note(`And ${counted(count, `more ${one}`, `more ${many}`)}, in the list of all sessions.`)
}

function sumOf(owners: readonly Anonymous[]): number {
  return owners.reduce((sum, { sessions }) => sum + sessions, 0)
}
