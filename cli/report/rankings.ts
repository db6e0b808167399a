import { ranking } from './charts'
import { counted, grouped } from './format'
import { type Html, html } from './html'
import type { Tally } from './tally'

const SHOWN = 15

interface Subject {
  readonly title: string
  readonly many: string
  /** Stands for the sessions without one. */
  readonly none: string
}

type Count = readonly [name: string | undefined, sessions: number]

export function rankingSections({ people, targets, documents }: Tally): Html {
  const byPerson = [...people].map(([name, { sessions }]): Count => [name, sessions])
  return html`<div class="columns">
${rankingSection({ title: 'By person', many: 'people', none: '(no owner)' }, byPerson)}
${rankingSection({ title: 'By target', many: 'targets', none: '(no target)' }, [...targets])}
${rankingSection({ title: 'By document', many: 'documents', none: '(no document)' }, [...documents])}
</div>`
}

function rankingSection({ title, many, none }: Subject, counts: readonly Count[]): Html {
  if (counts.length === 0) return html`<section><h2>${title}</h2><p class="empty">No sessions.</p></section>`
  const sorted = counts.toSorted(([, a], [, b]) => b - a)
  const bars = sorted
    .slice(0, SHOWN)
    .map(([name, sessions]) => ({ label: name ?? none, sessions, isPale: name === undefined }))
  return html`<section><h2>${title}</h2>${ranking(bars)}
${others(sorted.slice(SHOWN), many)}
<details><summary>As a table, names in full</summary>
<table><thead><tr><th scope="col">${title}</th><th scope="col" class="number">Sessions</th></tr></thead><tbody>
${bars.map(({ label, sessions }) => html`<tr><td>${label}</td><td class="number">${grouped(sessions)}</td></tr>\n`)}</tbody></table></details></section>`
}

function others(counts: readonly Count[], many: string): Html | undefined {
  if (counts.length === 0) return undefined
  const sessions = counts.reduce((sum, [, count]) => sum + count, 0)
  return html`<p class="note">And ${grouped(counts.length)} other ${many}: ${counted(sessions, 'session')}.</p>`
}
