import { scaleBand, scaleLinear } from 'd3-scale'
import { grouped } from '../output/format'
import { printable } from '../output/printable'
import { shorten } from '../output/shorten'
import { type Content, type Html, html } from './html'
import type { Period, Unit } from './periods'

export interface Bar {
  readonly label: string
  readonly sessions: number
  /** Of the sessions that have no such name, or a name of nobody. */
  readonly isPale: boolean
}

const ROW_HEIGHT = 26
/** Labels end left of the bars. */
const BARS_LEFT = 222
const LABEL_COLUMNS = 30

/** Horizontal bars in the order given. */
export function ranking(bars: readonly Bar[]): Html {
  const width = scaleLinear([0, Math.max(...bars.map(({ sessions }) => sessions))], [0, 286])
  const rows = bars.map(({ label, sessions, isPale }, n) => {
    const length = Math.max(2, width(sessions))
    const middle = (n + 0.5) * ROW_HEIGHT
    return html`
${text(BARS_LEFT - 8, middle, 'end', shorten(printable(label), LABEL_COLUMNS))}
${rect(isPale ? 'pale' : 'bar', { x: BARS_LEFT, y: middle - 7, width: length, height: 14 })}
${text(BARS_LEFT + length + 5, middle, 'start', grouped(sessions))}`
  })
  return chart(560, bars.length * ROW_HEIGHT, rows)
}

const HEIGHT = 220
const LEFT = 44
const TOP = 12
const BOTTOM = HEIGHT - 28
const LABEL_LENGTH: Readonly<Record<Unit, number>> = { day: 10, week: 10, month: 7, year: 4 }
const CHARACTER_WIDTH = 7.5

/** Sessions over time. The background of a period with a gap in its coverage is red. */
export function timeline(periods: readonly Period[], unit: Unit, width: number): Html {
  const most = Math.max(...periods.map(({ sessions }) => sessions))
  const y = scaleLinear([0, Math.max(1, most)], [BOTTOM, TOP]).nice(4)
  const x = scaleBand([...periods.keys()], [LEFT, width - 8])
  const step = x.step()
  const barWidth = Math.min(48, step * (periods.length > 60 ? 0.8 : 0.62))
  const labelWidth = (LABEL_LENGTH[unit] + 1) * CHARACTER_WIDTH
  const labelEvery = Math.ceil(labelWidth / step)

  const lines = y
    .ticks(4)
    .filter(Number.isInteger)
    .map(
      (value) => html`
<line stroke="var(--line)" x1="${LEFT}" x2="${width - 8}" y1="${y(value)}" y2="${y(value)}"/>
${text(LEFT - 8, y(value), 'end', grouped(value), 'muted')}`,
    )
  const bars = periods.map(({ start, sessions, hasGap }, n) => {
    const left = x(n) ?? 0
    const middle = left + step / 2
    const bar = { x: middle - barWidth / 2, y: y(sessions), width: barWidth, height: BOTTOM - y(sessions) }
    const label = start.toISOString().slice(0, LABEL_LENGTH[unit])
    return html`
${hasGap ? rect('gap', { x: left, y: TOP, width: step + 0.5, height: BOTTOM - TOP }) : undefined}
${sessions > 0 ? rect('bar', bar) : undefined}
${n % labelEvery === 0 ? text(middle, BOTTOM + 16, 'middle', label, 'muted') : undefined}`
  })
  return chart(width, HEIGHT, [lines, bars])
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function rect(colour: string, { x, y, width, height }: Box): Html {
  return html`<rect fill="var(--${colour})" x="${x}" y="${y}" width="${width}" height="${height}" rx="${colour === 'gap' ? 0 : 2}"/>`
}

function text(x: number, y: number, anchor: string, content: string, colour = 'ink'): Html {
  return html`<text fill="var(--${colour})" x="${x}" y="${y}" dy="0.35em" text-anchor="${anchor}">${content}</text>`
}

function chart(width: number, height: number, content: Content): Html {
  return html`<div class="chart" aria-hidden="true"><svg viewBox="0 0 ${width} ${height}">${content}</svg></div>`
}
