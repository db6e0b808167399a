import { utcDay, utcMonday, utcMonth, utcYear } from 'd3-time'
import type { Interval } from '../../audit/coverage'

/** The shortest first. If there are more than `most`, their bars are too narrow. */
const UNITS = [
  { unit: 'day', interval: utcDay, most: 92 },
  { unit: 'week', interval: utcMonday, most: 105 },
  { unit: 'month', interval: utcMonth, most: 120 },
  { unit: 'year', interval: utcYear, most: 150 },
] as const
const YEARS = UNITS[3]

export type Unit = (typeof UNITS)[number]['unit']

/** A bar of the chart over time. */
export interface Period {
  readonly start: Date
  readonly sessions: number
  readonly hasGap: boolean
}

interface Question {
  /** Sessions by day of their start, `YYYY-MM-DD`. */
  readonly days: ReadonlyMap<string, number>
  readonly gaps: readonly Interval[]
  /** Inclusive. @default the first day that has sessions */
  readonly from?: string
  /** Exclusive. @default the end of the last day that has sessions */
  readonly to?: string
}

/** Sessions per day, or per the shortest unit that leaves the bars wide enough, empty periods included. */
export function periods({ days, gaps, from, to }: Question): { unit: Unit; periods: Period[] } {
  const seen = [...days.keys()].sort().map((day) => new Date(day))
  const first = from === undefined ? seen.at(0) : new Date(from)
  const last = to === undefined ? seen.at(-1) : new Date(Date.parse(to) - 1)
  if (first === undefined || last === undefined || first > last) return { unit: 'day', periods: [] }

  const fitting = UNITS.find(({ interval, most }) => interval.count(interval.floor(first), last) < most)
  const { unit, interval, most } = fitting ?? YEARS
  // A clock that was centuries wrong must not make thousands of bars.
  const starts = fitting
    ? interval.range(interval.floor(first), new Date(last.getTime() + 1))
    : [...new Set(seen.map((day) => Number(utcYear(day))))].slice(0, most).map((year) => new Date(year))

  const sessions = new Map<number, number>()
  for (const [day, count] of days) {
    const start = Number(interval(new Date(day)))
    sessions.set(start, (sessions.get(start) ?? 0) + count)
  }
  return {
    unit,
    periods: starts.map((start) => {
      const end = interval.offset(start, 1)
      const hasGap = gaps.some((gap) => new Date(gap.from) < end && new Date(gap.until) > start)
      return { start, sessions: sessions.get(Number(start)) ?? 0, hasGap }
    }),
  }
}
