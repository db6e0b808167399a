import { scaleUtc } from 'd3-scale'
import type { ShownSession } from '../../audit/last-seen'
import { counted, time } from '../output/format'
import { targetLabel } from '../output/labels'
import { type Html, html } from '../report/html'
import { memberText } from '../report/session-rows'

/** A session as a bar: from its start to its end, or to when it is last known. Epoch milliseconds. */
interface Bar {
  readonly from: number
  readonly until: number
  /** Whether its end is known. */
  readonly isEnded: boolean
  readonly label: string
}

const [LANE, BAR, LEAST, LEFT, LABELS] = [11, 8, 3, 8, 24]

/** The sessions of one page of an answer, in as few lanes as they fit in. None, if none has a start. */
export function timeline(records: readonly ShownSession[], now: Date): Html | undefined {
  const bars = records.flatMap((record) => barOf(record, now)).sort((a, b) => a.from - b.from)
  const [first] = bars
  if (first === undefined) return undefined
  const from = first.from
  const until = Math.max(...bars.map((bar) => bar.until), from + 60_000)
  const charts = [1160, 560].map((width) => chart(bars, from, until, width))
  return html`<figure class="timeline"><figcaption>Timeline of ${counted(bars.length, 'session')} on this page, ${time(iso(from))} to ${time(iso(until))}. Each bar is a session, from its start to its end; a pale one has not ended, or its end is unknown.</figcaption>
<div class="wide" aria-hidden="true">${charts[0]}</div><div class="narrow" aria-hidden="true">${charts[1]}</div></figure>
`
}

function barOf(record: ShownSession, now: Date): Bar[] {
  const { StartDate, EndDate, EndedBefore, LastKnownActiveAt, LastSeenAt, OwnerName = '' } = record
  if (StartDate === undefined) return []
  const end = EndDate ?? LastKnownActiveAt ?? LastSeenAt ?? EndedBefore ?? StartDate
  const from = Date.parse(StartDate)
  const until = Math.min(Math.max(Date.parse(end), from), Math.max(now.getTime(), from))
  if (!Number.isFinite(from) || !Number.isFinite(until)) return [] // somebody has damaged it
  const label = [time(StartDate), OwnerName, memberText(targetLabel(record))].join(' ')
  return [{ from, until, isEnded: EndDate !== undefined, label }]
}

function chart(bars: readonly Bar[], from: number, until: number, width: number): Html {
  const x = scaleUtc([from, until], [LEFT, width - LEFT])
  const ends: number[] = []
  const rects = bars.map((bar) => {
    const left = rounded(x(bar.from))
    const length = Math.max(LEAST, rounded(x(bar.until) - left))
    const free = ends.findIndex((end) => end < left)
    const lane = free === -1 ? ends.length : free
    ends[lane] = left + length + 1
    return html`<rect fill="var(--${bar.isEnded ? 'bar' : 'pale'})" x="${left}" y="${lane * LANE}" width="${length}" height="${BAR}" rx="2"><title>${bar.label}</title></rect>
`
  })
  const height = ends.length * LANE + LABELS
  const every = width / 130
  const labels = x.ticks(every).map((tick) => {
    const at = Math.min(Math.max(x(tick), 60), width - 60)
    return html`<line stroke="var(--line)" x1="${rounded(x(tick))}" x2="${rounded(x(tick))}" y1="0" y2="${height - LABELS}"/>
<text fill="var(--muted)" x="${rounded(at)}" y="${height - 8}" text-anchor="middle">${labelOf(tick, until - from)}</text>
`
  })
  return html`<svg viewBox="0 0 ${width} ${height}">${labels}${rects}</svg>`
}

const DAY_MS = 24 * 60 * 60 * 1000

function labelOf(tick: Date, length: number): string {
  const text = tick.toISOString()
  return length > 4 * DAY_MS ? text.slice(0, 10) : text.slice(5, 16).replace('T', ' ')
}

const rounded = (length: number) => Math.round(length * 10) / 10

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
