import type { Interval } from '../../audit/coverage'
import { counted, duration, grouped, secondsBetween, time } from '../output/format'
import { NAMED, someOf, sourceLabel } from '../output/labels'
import type { CoverageAsked } from './coverage-asked'
import { note, section, table } from './elements'
import { type Content, type Html, html } from './html'
import type { Report } from './model'

type Extent = Report['extent']

/** What an auditor must not miss, or nothing. */
export function coverageAlerts(sources: readonly CoverageAsked[], { unknown }: Extent): Html | undefined {
  const unknownItems = unknown.map((line) => html`<li>${line}</li>`)
  if (sources.length === 0)
    return alert(
      'Completeness is not proven.',
      html`<p>The archive holds no receipt of a sweep for this question. Sessions may be missing from this report, and nothing here shows how many.</p>${unknown.length > 0 ? html`<ul>${unknownItems}</ul>` : undefined}`,
    )
  const asked = sources.filter(({ isOver }) => !isOver)
  const alerts = [...rejectedOf(sources), ...unprovenOf(asked), ...unknownItems]
  return alerts.length === 0 ? undefined : alert('This report may be incomplete.', html`<ul>${alerts}</ul>`)
}

function alert(title: string, content: Html): Html {
  return html`<div class="alert" role="alert"><h2>${title}</h2>${content}</div>`
}

function rejectedOf(sources: readonly CoverageAsked[]): Html[] {
  return first(
    sources
      .filter(({ rejected }) => rejected > 0)
      .map(
        (one) =>
          html`<li><b>${counted(one.rejected, 'session')}</b> of ${nameOf(one)} could not be stored as records, so this report does not have them: see REJECTED# in the Sweeps table.</li>`,
      ),
  )
}

function unprovenOf(sources: readonly CoverageAsked[]): Html[] {
  const never = sources.filter(isNever)
  const between = (what: string, spansOf: (asked: CoverageAsked) => readonly (Interval | undefined)[]) =>
    first(
      sources
        .filter((one) => !isNever(one))
        .flatMap((one) => {
          const spans = spansOf(one).filter((span) => span !== undefined)
          return spans.map(
            (span) =>
              html`<li>Between <b>${time(span.from)}</b> and <b>${time(span.until)}</b> (${length(span)}) ${what} ${nameOf(one)}.</li>`,
          )
        }),
    )
  return [
    ...(never.length === 0
      ? []
      : [
          html`<li>No complete sweep of <b><bdi>${someOf(never.map(sourceLabel))}</bdi></b> is known: nothing is proven there.</li>`,
        ]),
    ...between('sessions may have ended unseen in', ({ before, gaps, isStopped, after }) => [
      before,
      ...gaps,
      isStopped ? after : undefined,
    ]),
    ...between('sessions ended whose records may have expired, in', ({ expired }) => expired),
  ]
}

/** The page has a table of all. */
function first(items: readonly Html[]): Html[] {
  const others = items.length - NAMED
  return others <= 0
    ? [...items]
    : [...items.slice(0, NAMED), html`<li>And ${grouped(others)} more like these: see Coverage below.</li>`]
}

/** With so many sources, those that are covered throughout are folded away. */
const MANY = 50

export function coverageSection(
  sources: readonly CoverageAsked[],
  { about, notSwept, unknown }: Extent,
): Html {
  const others = [...notSwept, ...unknown].map((line) => html`<li>${line}</li>`)
  const outside = others.length > 0 ? html`<ul>${others}</ul>` : undefined
  if (sources.length === 0)
    return section('Coverage', [html`<p class="bad">No receipts: completeness is not proven.</p>`, outside])
  const byName = [...sources].sort((a, b) => (sourceLabel(a) < sourceLabel(b) ? -1 : 1))
  const good = byName.length > MANY ? byName.filter(isGood) : []
  const shown = good.length === 0 ? byName : byName.filter((one) => !isGood(one))
  return section('Coverage', [
    html`<p>${about}</p>`,
    outside,
    note(
      'Receipts prove that a complete sweep saw every session that ended in a covered time. The table names every source that was swept and that the question is about. Any other account or region was never swept: none of its sessions is on this page.',
    ),
    shown.length > 0 ? coverageTable(shown) : undefined,
    good.length > 0
      ? html`<details><summary>${counted(good.length, shown.length > 0 ? 'other source' : 'source')} with no gap in the time asked about</summary>
${coverageTable(good)}</details>`
      : undefined,
  ])
}

function coverageTable(sources: readonly CoverageAsked[]): Html {
  return table(
    ['Source', 'Covered', 'Not covered, of the time asked about'],
    sources.map((one) => [sourceLabel(one), one.covered.map(span), [notCovered(one), leftNote(one)]]),
  )
}

function isNever({ covered, expired }: CoverageAsked): boolean {
  return covered.length === 0 && expired.length === 0
}

/** It may wait for its next sweep. */
function isGood(asked: CoverageAsked): boolean {
  const { before, gaps, expired, isStopped, isOver, rejected } = asked
  if (isOver) return rejected === 0
  return !isNever(asked) && !before && gaps.length + expired.length + rejected === 0 && !isStopped
}

function notCovered(asked: CoverageAsked): Content {
  const { expired, gaps, before, after, isStopped, isOver } = asked
  if (isOver) return html`<span class="good">It was retired before.</span>`
  if (isNever(asked)) return html`<span class="bad">All of it: no complete sweep.</span>`
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

function leftNote({ left }: CoverageAsked): Content {
  return left && html`<div>${left.state} on <time>${time(left.at)}</time>: ${left.reason}</div>`
}

function nameOf(asked: CoverageAsked): Html {
  return html`<b><bdi>${sourceLabel(asked)}</bdi></b>`
}

function span({ from, until }: Interval): Html {
  return html`<div>${time(from)} – ${time(until)} <small>(${length({ from, until })})</small></div>`
}

function length({ from, until }: Interval): string {
  return duration(secondsBetween(from, until))
}
