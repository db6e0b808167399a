import { counted, grouped } from '../output/format'
import { accountLabel as namedLabel } from '../output/labels'
import { type Bar, ranking } from './charts'
import { empty, note, section, table } from './elements'
import { type Html, html } from './html'
import type { Tally } from './tally'

const SHOWN = 15

interface Subject {
  readonly title: string
  readonly note?: string
  readonly many: string
  /** Stands for the sessions without one. */
  readonly none: string
}

type Count = readonly [name: string | undefined, sessions: number, isPale?: boolean]

const OF_PEOPLE =
  'By the name in the owner, in upper or lower case: a person with several names is several here. Pale: names nobody.'

export function rankingSections({ people, targets, documents, accounts }: Tally): Html {
  const byPerson = [...people.values()].map(
    ({ name, sessions, isAnonymous }): Count => [name, sessions, isAnonymous],
  )
  const named = (counts: Tally['targets']) =>
    [...counts].map(([id, { name, sessions }]): Count => [id && namedLabel(id, name), sessions])
  return html`<div class="columns">
${rankingSection({ title: 'By person', note: OF_PEOPLE, many: 'names', none: '(no owner)' }, byPerson)}
${rankingSection({ title: 'By target', many: 'targets', none: '(no target)' }, named(targets))}
${rankingSection({ title: 'By document', many: 'documents', none: '(no document)' }, [...documents])}
${accounts.size > 1 ? rankingSection({ title: 'By account', many: 'accounts', none: '(no account)' }, named(accounts)) : undefined}
</div>`
}

function rankingSection({ title, note: text, many, none }: Subject, counts: readonly Count[]): Html {
  if (counts.length === 0) return section(title, empty('No sessions.'))
  const sorted = counts.toSorted(([, a], [, b]) => b - a)
  const bars = sorted
    .slice(0, SHOWN)
    .map(([name, sessions, isPale = name === undefined]) => ({ label: name ?? none, sessions, isPale }))
  return section(title, [
    text && note(text),
    ranking(bars),
    others(sorted.slice(SHOWN), many),
    asTable(title, bars),
  ])
}

function others(counts: readonly Count[], many: string): Html | undefined {
  if (counts.length === 0) return undefined
  const sessions = counts.reduce((sum, [, count]) => sum + count, 0)
  return note(`And ${grouped(counts.length)} other ${many}: ${counted(sessions, 'session')}.`)
}

function asTable(title: string, bars: readonly Bar[]): Html {
  const rows = bars.map(({ label, sessions }) => [label, grouped(sessions)])
  return html`<details><summary>As a table, names in full</summary>
${table([title, { heading: 'Sessions', numeric: true }], rows)}</details>`
}
