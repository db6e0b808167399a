import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { counted, duration, grouped, percent, time } from '../output/format'
import { printable } from '../output/printable'
import { timeline } from './charts'
import { coverageAsked } from './coverage-asked'
import { coverageAlerts, coverageSection } from './coverage-section'
import { empty, note, section } from './elements'
import { evidenceSection } from './evidence-section'
import { findings } from './findings'
import { Html, html } from './html'
import type { Report } from './model'
import { periods } from './periods'
import { rankingSections } from './rankings'
import { refusalsSection } from './refusals-section'
import { LIST_HEAD } from './session-rows'
import type { Tally } from './tally'

const css = ['look.css', 'page.css', 'print.css']
  .map((name) => readFileSync(join(__dirname, name), 'utf8'))
  .join('')
const script = readFileSync(join(__dirname, 'page-script.js'), 'utf8')

/** The page loads and sends nothing, and runs nothing but its own script. */
function policy(style: string): string {
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "img-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
  ].join('; ')
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** At the top of every printed page: a page that is alone says what it is of. */
function printedHeader({ archive, from, to, generatedAt }: Report): string {
  const [since, until] = [from, to].map((bound) => (bound === undefined ? 'any time' : time(bound)))
  const text = `${archive}: started from ${since} to ${until}. Made ${time(generatedAt.toISOString())} UTC`
  return `@page { @top-right { content: ${cssString(text)} } }\n`
}

function cssString(text: string): string {
  const escaped = printable(text).replace(/[^\w .:,/-]/gu, (c) => `\\${c.codePointAt(0)?.toString(16)} `)
  return `"${escaped}"`
}

/** Everything above the rows of the list. */
export function pageHead(report: Report, tally: Tally): Html {
  const { sessions } = tally
  const coverage = coverageAsked(report)
  const style = css + printedHeader(report)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Session archive report</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<header><h1>Session archive report</h1>
<p>AWS Session Manager sessions in <b><bdi>${report.archive}</bdi></b>. Made ${time(report.generatedAt.toISOString())} UTC with session-archive ${report.version}.</p></header>
${coverageAlerts(coverage, report.extent)}
${question(report)}
${coverageSection(coverage, report.extent)}
${evidenceSection(report.evidence)}
${summary(tally)}
${overTime(report, tally)}
${rankingSections(tally)}
${findings(tally, report.generatedAt)}
${refusalsSection(report.refusals)}
${sessions === 0 ? empty('No session matches the question.') : undefined}
${report.isListed ? LIST_START : undefined}
`
}

const LIST_START = html`<section id="sessions"><h2>All sessions</h2>
<div class="controls" hidden><label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="words in any column"></label> <output aria-live="polite"></output></div>
<table class="list">${LIST_HEAD}`

/** Everything below them. */
export function pageFoot({ isListed }: Report, { sessions }: Tally): Html {
  return html`${isListed ? html`</table></section>` : note('The list of all sessions was left out (--without-list).')}
<footer>${counted(sessions, 'session')}. All times are UTC. Invisible characters and those that change the direction of writing are shown as \\u{…}.</footer>
</main>
${isListed ? html`<script>${new Html(script)}</script>` : undefined}
</body>
</html>
`
}

function question({ question, leftOut, from, to }: Report): Html {
  const bounds = [
    { name: 'Started from', value: from === undefined ? 'any time' : time(from) },
    { name: 'Started before', value: to === undefined ? 'any time' : time(to) },
  ]
  const terms = [...question, ...bounds].map(
    ({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`,
  )
  return section('Question', [
    html`<dl>${terms}</dl>`,
    note('The bounds are of a session’s start: the first is included, the second is not. All times are UTC.'),
    leftOut.map(note),
  ])
}

function summary(tally: Tally): Html {
  const { sessions, open, failed, withoutReason } = tally
  const anonymous = [...tally.anonymous.values()].reduce((sum, owner) => sum + owner.sessions, 0)
  const people = [...tally.people.values()].filter(({ isAnonymous }) => !isAnonymous)
  const targets = tally.targets.size - (tally.targets.has(undefined) ? 1 : 0)
  const figures = [
    figure('Sessions', grouped(sessions)),
    figure('People', grouped(people.length), 'by name'),
    figure('Targets', grouped(targets)),
    figure('Total duration', duration(tally.totalSeconds)),
    figure('Failed', grouped(failed), percent(failed, sessions)),
    figure('Still open', grouped(open), openDetail(tally)),
    figure('Without a reason', grouped(withoutReason), percent(withoutReason, sessions)),
    ...(tally.recovered > 0
      ? [figure('Recovered', grouped(tally.recovered), 'from CloudTrail: AWS did not list them')]
      : []),
    figure('Not identified', grouped(anonymous), `${percent(anonymous, sessions)}, at least`),
  ]
  return section('Summary', html`<dl class="figures">${figures}</dl>`)
}

function openDetail({ stale, endUnknown }: Tally): string {
  const counts = [
    stale > 0 ? `${grouped(stale)} stale` : '',
    endUnknown > 0 ? `and ${grouped(endUnknown)} of unknown end` : '',
  ]
  return counts.filter(Boolean).join(', ')
}

function figure(name: string, value: string, detail = ''): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd>${detail && html`<small>${detail}</small>`}</div>\n`
}

function overTime({ from, to, coverage, generatedAt }: Report, { days, withoutStart }: Tally): Html {
  const title = 'Sessions over time'
  if (days.size === 0) return section(title, empty('No sessions.'))
  const now = generatedAt.toISOString()
  const { unit, periods: bars } = periods({
    days,
    gaps: coverage.flatMap(({ gaps }) => gaps),
    from,
    to: to !== undefined && to > now ? now : to,
  })
  const notes = [
    `Started, by ${unit === 'week' ? 'week (from Monday)' : unit}, UTC.`,
    bars.some(({ hasGap }) => hasGap) ? `Red: a ${unit} with a gap in its coverage.` : '',
    withoutStart > 0 ? `Not shown: ${counted(withoutStart, 'session')} without a start.` : '',
  ]
  return section(title, [
    note(notes.join(' ')),
    html`<div class="wide">${timeline(bars, unit, 1160)}</div><div class="narrow">${timeline(bars, unit, 640)}</div>`,
  ])
}
