import { scaleUtc } from 'd3-scale'
import type { Interval } from '../../audit/coverage'
import type { SourceCoverage } from '../../audit/find-receipts'
import { time } from '../output/format'
import { sourceLabel } from '../output/labels'
import { printable } from '../output/printable'
import { shorten } from '../output/shorten'
import { type Content, type Html, html } from '../report/html'

const [ROW, STRIP, LEFT, WIDTH, LABELS, LABEL_COLUMNS] = [26, 14, 330, 1160, 22, 44]

/** A strip of time per source: covered, with gaps, expired. */
export function coverageStrips(coverage: readonly SourceCoverage[], now: Date): Html | undefined {
  const starts = coverage.flatMap(({ covered, gaps, expired }) =>
    [...covered, ...gaps, ...expired].map(({ from }) => Date.parse(from)),
  )
  if (starts.length === 0) return undefined
  const from = Math.min(...starts)
  const until = Math.max(now.getTime(), from + 1)
  const x = scaleUtc([from, until], [LEFT, WIDTH - 8])
  const strip = (spans: readonly Interval[], y: number, colour: string): Content =>
    spans.map((span) => {
      const left = x(Date.parse(span.from))
      const length = Math.max(2, x(Date.parse(span.until)) - left)
      return html`<rect fill="var(--${colour})" x="${left}" y="${y}" width="${length}" height="${STRIP}"/>
`
    })
  const rows = coverage.map((one, n) => {
    const y = n * ROW
    const label = shorten(printable(sourceLabel(one)), LABEL_COLUMNS)
    return html`<text fill="var(--ink)" x="${LEFT - 10}" y="${y + 12}" text-anchor="end">${label}</text>
${strip(one.covered, y, 'good')}${strip(one.expired, y, 'pale')}${strip(one.gaps, y, 'bad')}`
  })
  const height = coverage.length * ROW + LABELS
  return html`<figure><figcaption>From ${time(new Date(from).toISOString())} to now. Green is covered, red is a gap, grey has expired, and the rest is not covered. The table below has the times.</figcaption>
<div class="strips" aria-hidden="true"><svg viewBox="0 0 ${WIDTH} ${height}">${rows}
${x.ticks(6).map((tick) => html`<text fill="var(--muted)" x="${Math.min(x(tick), WIDTH - 40)}" y="${height - 6}" text-anchor="middle">${tick.toISOString().slice(0, 10)}</text>`)}</svg></div></figure>
`
}
