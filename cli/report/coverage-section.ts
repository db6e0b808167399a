import type { Coverage, Interval } from '../../audit/coverage'
import { counted, duration, secondsBetween, time } from './format'
import { type Html, html } from './html'
import type { Report } from './report'

export interface SourceCoverage {
  readonly source: string
  readonly covered: readonly Interval[]
  /** Those that reach into the span asked about. */
  readonly gaps: readonly Interval[]
  /** The part of the span before the first covered time, or after the last. */
  readonly before: Interval | undefined
  readonly after: Interval | undefined
}

type Question = Pick<Report, 'from' | 'to' | 'generatedAt' | 'coverage'>

/** What is proven of the span asked about, source by source. */
export function coverageAsked({ from, to, generatedAt, coverage }: Question): SourceCoverage[] {
  const now = generatedAt.toISOString()
  const end = to === undefined || to > now ? now : to
  return coverage.map(({ source, covered, gaps }) => {
    const [first, last] = [covered.at(0), covered.at(-1)]
    return {
      source,
      covered,
      gaps: gaps.filter(
        (gap) => (to === undefined || gap.from < to) && (from === undefined || gap.until > from),
      ),
      before: first && from !== undefined ? span(from, first.from < end ? first.from : end) : undefined,
      after: last && span(from !== undefined && from > last.until ? from : last.until, end),
    }
  })
}

function span(from: string, until: string): Interval | undefined {
  return from < until ? { from, until } : undefined
}

/** Sweeps come every hour: after so long without one, they have stopped. */
const STOPPED_SECONDS = 24 * 60 * 60

/** What an auditor must not miss; nothing where nothing is wrong. */
export function coverageAlerts(sources: readonly SourceCoverage[]): Html | undefined {
  if (sources.length === 0)
    return alert(
      'Completeness is not proven.',
      html`<p>The archive holds no receipts of sweeps for this question. Sessions may be missing from this report, and nothing here says how many.</p>`,
    )
  const alerts = sources.flatMap(alertsOf)
  return alerts.length === 0 ? undefined : alert('This report may be incomplete.', html`<ul>${alerts}</ul>`)
}

function alertsOf({ source, covered, gaps, before, after }: SourceCoverage): Html[] {
  const name = html`<b><bdi>${source}</bdi></b>`
  if (covered.length === 0)
    return [html`<li>No sweep of ${name} is known to be complete: nothing is proven there.</li>`]
  return [...(before ? [before] : []), ...gaps, ...(after && isStopped(after) ? [after] : [])].map(
    ({ from, until }) =>
      html`<li>Between <b>${time(from)}</b> and <b>${time(until)}</b> (${duration(secondsBetween(from, until))}) sessions may have ended unseen in ${name}.</li>`,
  )
}

function isStopped({ from, until }: Interval): boolean {
  return secondsBetween(from, until) > STOPPED_SECONDS
}

function alert(title: string, body: Html): Html {
  return html`<div class="alert" role="alert"><h2>${title}</h2>${body}</div>`
}

export function coverageSection(sources: readonly SourceCoverage[]): Html {
  if (sources.length === 0)
    return html`<section><h2>Coverage</h2><p class="bad">No receipts: completeness is not proven.</p></section>`
  return html`<section><h2>Coverage</h2>
<p class="note">Every session that ended in a covered time was shown to a complete sweep, as its receipts prove.</p>
<table><thead><tr><th>Source</th><th>Covered</th><th>Not covered, of the time asked about</th></tr></thead><tbody>
${sources.map(
  (
    source,
  ) => html`<tr><td>${source.source}</td><td>${source.covered.map(between)}</td><td>${notCovered(source)}</td></tr>
`,
)}</tbody></table></section>`
}

function notCovered({ covered, gaps, before, after }: SourceCoverage): Html {
  if (covered.length === 0) return html`<span class="bad">All of it: no complete sweep.</span>`
  if (!before && !after && gaps.length === 0) return html`<span class="good">None: covered throughout.</span>`
  return html`${before && html`<div class="bad">Before the first sweep: ${between(before)}</div>`}${
    gaps.length > 0
      ? html`<div class="bad">${counted(gaps.length, 'gap')}: ${gaps.map(between)}</div>`
      : undefined
  }${after && html`<div class="${isStopped(after) ? 'bad' : 'warn'}">After the last sweep: ${between(after)}</div>`}`
}

function between({ from, until }: Coverage['gaps'][number]): Html {
  return html`<div>${time(from)} – ${time(until)} <small>(${duration(secondsBetween(from, until))})</small></div>`
}
