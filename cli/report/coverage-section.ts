import type { Interval } from '../../audit/coverage'
import { counted, duration, secondsBetween, time } from '../output/format'
import type { CoverageAsked } from './coverage-asked'
import { note, section, table } from './elements'
import { type Content, type Html, html } from './html'

/** What an auditor must not miss, or nothing. */
export function coverageAlerts(sources: readonly CoverageAsked[]): Html | undefined {
  if (sources.length === 0)
    return alert(
      'Completeness is not proven.',
      html`<p>The archive holds no receipt of a sweep for this question. Sessions may be missing from this report, and nothing here shows how many.</p>`,
    )
  const alerts = sources.flatMap(alertsOf)
  return alerts.length === 0 ? undefined : alert('This report may be incomplete.', html`<ul>${alerts}</ul>`)
}

function alert(title: string, content: Html): Html {
  return html`<div class="alert" role="alert"><h2>${title}</h2>${content}</div>`
}

function alertsOf(asked: CoverageAsked): Html[] {
  const { source, rejected } = asked
  const name = html`<b><bdi>${source}</bdi></b>`
  if (rejected === 0) return unprovenOf(asked, name)
  return [
    html`<li><b>${counted(rejected, 'session')}</b> of ${name} could not be stored as records, so this report does not have them: see REJECTED# in the Sweeps table.</li>`,
    ...unprovenOf(asked, name),
  ]
}

function unprovenOf({ covered, expired, gaps, before, after, isStopped }: CoverageAsked, name: Html): Html[] {
  if (covered.length === 0 && expired.length === 0)
    return [html`<li>No complete sweep of ${name} is known: nothing is proven there.</li>`]
  const unproven = [before, ...gaps, isStopped ? after : undefined].filter((span) => span !== undefined)
  const between = (what: string) => (span: Interval) =>
    html`<li>Between <b>${time(span.from)}</b> and <b>${time(span.until)}</b> (${length(span)}) ${what} ${name}.</li>`
  return [
    ...unproven.map(between('sessions may have ended unseen in')),
    ...expired.map(between('sessions ended whose records may have expired, in')),
  ]
}

export function coverageSection(sources: readonly CoverageAsked[]): Html {
  if (sources.length === 0)
    return section('Coverage', html`<p class="bad">No receipts: completeness is not proven.</p>`)
  return section('Coverage', [
    note(
      'Receipts prove that a complete sweep saw every session that ended in a covered time. The table names every source that was swept and that the question is about. Any other account or region was never swept: none of its sessions is on this page.',
    ),
    table(
      ['Source', 'Covered', 'Not covered, of the time asked about'],
      sources.map((asked) => [asked.source, asked.covered.map(span), notCovered(asked)]),
    ),
  ])
}

function notCovered({ covered, expired, gaps, before, after, isStopped }: CoverageAsked): Content {
  if (covered.length === 0 && expired.length === 0)
    return html`<span class="bad">All of it: no complete sweep.</span>`
  if (!before && !after && gaps.length === 0 && expired.length === 0)
    return html`<span class="good">None: all of it is covered.</span>`
  return [
    before && html`<div class="bad">Before the first sweep: ${span(before)}</div>`,
    expired.length > 0 ? html`<div class="warn">Expired: ${expired.map(span)}</div>` : undefined,
    gaps.length > 0
      ? html`<div class="bad">${counted(gaps.length, 'gap')}: ${gaps.map(span)}</div>`
      : undefined,
    after && html`<div class="${isStopped ? 'bad' : 'warn'}">After the last sweep: ${span(after)}</div>`,
  ]
}

function span({ from, until }: Interval): Html {
  return html`<div>${time(from)} – ${time(until)} <small>(${length({ from, until })})</small></div>`
}

function length({ from, until }: Interval): string {
  return duration(secondsBetween(from, until))
}
