import { type EChartsOption, init } from 'echarts'
import { printable } from '../output/printable'
import { shorten } from '../output/shorten'
import { grouped } from './format'
import { Html, html } from './html'
import type { Period, Unit } from './periods'

export interface Bar {
  readonly label: string
  readonly sessions: number
  /** Not one of its kind, but the sessions without one. */
  readonly isPale: boolean
}

const ROW_HEIGHT = 26
const LABEL_WIDTH = 210

/** Colours are those of the page's style sheet, so that they follow its scheme. */
const INK = 'var(--ink)'
const MUTED = 'var(--muted)'
const LINE = 'var(--line)'

const TEXT = { fontFamily: 'sans-serif', fontSize: 12, color: INK }

/** Horizontal bars, in the order given. */
export function ranking(bars: readonly Bar[]): Html {
  return draw(
    { width: 560, height: bars.length * ROW_HEIGHT + 6 },
    {
      grid: { left: LABEL_WIDTH + 12, right: 52, top: 3, bottom: 3 },
      xAxis: { type: 'value', show: false, min: 0 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ label }) => harmless(label)),
        axisTick: { show: false },
        axisLine: { show: false },
        axisLabel: { ...TEXT, width: LABEL_WIDTH, overflow: 'truncate', ellipsis: '…', interval: 0 },
      },
      series: [
        {
          type: 'bar',
          silent: true,
          barWidth: 14,
          barMinHeight: 2,
          data: bars.map(({ sessions, isPale }) => ({
            value: sessions,
            itemStyle: { color: isPale ? 'var(--pale)' : 'var(--bar)', borderRadius: [0, 3, 3, 0] },
          })),
          label: label(({ value }) => grouped(Number(value))),
        },
      ],
    },
  )
}

/** Sessions over time; a period that has a gap in its coverage stands on red. */
export function timeline(periods: readonly Period[], unit: Unit, width: number): Html {
  return draw(
    { width, height: 220 },
    {
      grid: { left: 44, right: 8, top: 12, bottom: 28 },
      xAxis: [
        {
          type: 'category',
          data: periods.map(({ from }) => from.slice(0, unit === 'year' ? 4 : unit === 'month' ? 7 : 10)),
          axisTick: { show: false },
          axisLine: { lineStyle: { color: LINE } },
          axisLabel: { ...TEXT, color: MUTED, hideOverlap: true },
        },
        { type: 'category', data: periods.map(({ from }) => from), show: false },
      ],
      yAxis: [
        {
          type: 'value',
          min: 0,
          minInterval: 1,
          splitNumber: 4,
          splitLine: { lineStyle: { color: LINE } },
          axisLabel: { ...TEXT, color: MUTED, formatter: (value: number) => grouped(value) },
        },
        { type: 'value', show: false, min: 0, max: 1 },
      ],
      series: [
        {
          type: 'bar',
          silent: true,
          xAxisIndex: 1,
          yAxisIndex: 1,
          barWidth: '100%',
          itemStyle: { color: 'var(--gap)' },
          data: periods.map(({ hasGap }) => (hasGap ? 1 : '-')),
        },
        {
          type: 'bar',
          silent: true,
          barWidth: periods.length > 60 ? '80%' : '62%',
          barMaxWidth: 48,
          itemStyle: { color: 'var(--bar)', borderRadius: [3, 3, 0, 0] },
          data: periods.map(({ sessions }) => (sessions > 0 ? sessions : '-')),
        },
      ],
    },
  )
}

/**
 * A name that ECharts may measure. Its cache is a plain object with the texts as keys (zrender 6.1): a person called
 * `__proto__` would change the prototype of every object. The space before it is not drawn.
 */
function harmless(label: string): string {
  return ` ${shorten(printable(label), 60)}`
}

function label(formatter: (bar: { value: unknown }) => string) {
  return { ...TEXT, show: true, position: 'right' as const, textBorderWidth: 0, formatter }
}

function draw(size: { readonly width: number; readonly height: number }, option: EChartsOption): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ animation: false, ...option })
    return html`<div class="chart" aria-hidden="true">${new Html(withoutStyles(chart.renderToSVGString({ useViewBox: true })))}</div>`
  } finally {
    chart.dispose()
  }
}

/**
 * The page's content policy forbids style attributes; its own style sheet says the fonts. Text in the drawing is
 * escaped, quotes too, so nothing but markup can match.
 */
function withoutStyles(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (style|class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/^<svg width="\d+" height="\d+"/, '<svg')
}
