import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { timeline } from './charts'
import { coverageAlerts, coverageAsked, coverageSection } from './coverage-section'
import { findings } from './findings'
import { counted, duration, grouped, share, time } from './format'
import { Html, html } from './html'
import { periods } from './periods'
import { rankingSections } from './rankings'
import type { Report } from './report'
import { LIST_HEAD } from './session-rows'
import type { Tally } from './tally'

const style = readFileSync(join(__dirname, 'page.css'), 'utf8')
const script = readFileSync(join(__dirname, 'page-script.js'), 'utf8')

/** Nothing is loaded, sent or run but the page's own style and script. */
const POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "img-src 'none'",
  `script-src '${sha256(script)}'`,
  `style-src '${sha256(style)}'`,
].join('; ')

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Everything above the rows of the list. */
export function pageHead(report: Report, tally: Tally): Html {
  const coverage = coverageAsked(report)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Session archive report</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<header><h1>Session archive report</h1>
<p>AWS Session Manager sessions in <b><bdi>${report.archive}</bdi></b>. Made ${time(report.generatedAt.toISOString())} UTC with session-archive ${report.version}.</p></header>
${coverageAlerts(coverage)}
${question(report)}
${coverageSection(coverage)}
${summary(tally)}
${overTime(report, tally)}
${rankingSections(tally)}
${findings(tally, report.generatedAt)}
<section id="sessions"><h2>All sessions</h2>
<div class="controls" hidden><label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="words in any column"></label> <output aria-live="polite"></output></div>
<table class="list">${LIST_HEAD}
`
}

/** Everything below them. */
export function pageFoot({ sessions }: Tally): Html {
  return html`</table>${sessions === 0 ? html`<p class="empty">No session matches the question.</p>` : undefined}</section>
<footer>${counted(sessions, 'session')}. All times are UTC. Invisible characters and those that change the direction of writing are shown as \\u{…}.</footer>
</main>
<script>${new Html(script)}</script>
</body>
</html>
`
}

function question({ question, from, to }: Report): Html {
  return html`<section><h2>Question</h2>
<dl>${question.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
<div><dt>Started from</dt><dd>${from === undefined ? 'any time' : time(from)}</dd></div>
<div><dt>Started before</dt><dd>${to === undefined ? 'any time' : time(to)}</dd></div></dl>
<p class="note">The bounds are of a session’s start: the first is included, the second is not. All times are UTC.</p></section>`
}

function summary(tally: Tally): Html {
  const anonymous = [...tally.anonymous.values()].reduce((sum, { sessions }) => sum + sessions, 0)
  const named = (names: ReadonlyMap<string | undefined, unknown>) =>
    grouped(names.size - (names.has(undefined) ? 1 : 0))
  return html`<section><h2>Summary</h2><div class="figures">
${figure('Sessions', grouped(tally.sessions))}
${figure('People', named(tally.people))}
${figure('Targets', named(tally.targets))}
${figure('Total duration', duration(tally.totalSeconds))}
${figure('Failed', grouped(tally.failed), share(tally.failed, tally.sessions))}
${figure('Still open', grouped(tally.open), tally.endUnknown > 0 ? `and ${grouped(tally.endUnknown)} of unknown end` : undefined)}
${figure('Without a reason', grouped(tally.withoutReason), share(tally.withoutReason, tally.sessions))}
${figure('Not identified', grouped(anonymous), share(anonymous, tally.sessions))}
</div></section>`
}

function figure(name: string, value: string, detail?: string): Html {
  return html`<div><span>${name}</span><b>${value}</b>${detail === undefined ? undefined : html`<small>${detail}</small>`}</div>`
}

function overTime({ from, to, coverage, generatedAt }: Report, { days, withoutStart }: Tally): Html {
  const until = to !== undefined && Date.parse(to) > generatedAt.getTime() ? generatedAt.toISOString() : to
  const gaps = coverage.flatMap(({ gaps }) => gaps)
  const { unit, periods: bars } = periods({ days, gaps, from, to: until })
  const notes = [
    ...(bars.some(({ hasGap }) => hasGap) ? [`Red: a ${unit} with a gap in its coverage.`] : []),
    ...(withoutStart > 0 ? [`${counted(withoutStart, 'session')} without a start not shown.`] : []),
  ]
  return html`<section><h2>Sessions over time</h2>${
    days.size === 0
      ? html`<p class="empty">No sessions.</p>`
      : html`<p class="note">Started, by ${unit === 'week' ? 'week (from Monday)' : unit}, UTC. ${notes.join(' ')}</p>
<div class="wide">${timeline(bars, unit, 1160)}</div><div class="narrow">${timeline(bars, unit, 640)}</div>`
  }</section>`
}
