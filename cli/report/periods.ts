import type { Interval } from '../../audit/coverage'

const DAY_MS = 24 * 60 * 60 * 1000

export type Unit = 'day' | 'week' | 'month' | 'year'

/** A bar of the chart over time. */
export interface Period {
  /** The first day of it, `YYYY-MM-DD`, UTC. */
  readonly from: string
  readonly sessions: number
  readonly hasGap: boolean
}

/** More bars of a unit than these are too narrow: the next unit is taken. */
const MOST_BARS: Readonly<Record<Unit, number>> = { day: 92, week: 105, month: 120, year: 150 }

interface Question {
  /** Sessions by day of their start. */
  readonly days: ReadonlyMap<string, number>
  readonly gaps: readonly Interval[]
  /** Inclusive. @default the first day that has sessions */
  readonly from?: string | undefined
  /** Exclusive. @default the end of the last day that has sessions */
  readonly to?: string | undefined
}

/** Sessions by day, or by the shortest unit that leaves the bars wide enough; empty ones are in it too. */
export function periods({ days, gaps, from, to }: Question): { unit: Unit; periods: Period[] } {
  const seen = [...days.keys()].sort()
  const first = from?.slice(0, 10) ?? seen.at(0)
  const last = (to === undefined ? undefined : dayOf(Date.parse(to) - 1)) ?? seen.at(-1)
  if (first === undefined || last === undefined || first > last) return { unit: 'day', periods: [] }

  const { unit, starts } = unitFor(first, last) ?? yearsSeen(seen)
  const sessions = new Map<string, number>()
  for (const [day, count] of days) {
    const start = startOf(day, unit)
    sessions.set(start, (sessions.get(start) ?? 0) + count)
  }
  return {
    unit,
    periods: starts.map((start) => ({
      from: start,
      sessions: sessions.get(start) ?? 0,
      hasGap: gaps.some((gap) => gap.from < midnight(next(start, unit)) && gap.until > midnight(start)),
    })),
  }
}

function unitFor(first: string, last: string): { unit: Unit; starts: string[] } | undefined {
  for (const unit of ['day', 'week', 'month', 'year'] as const) {
    const starts: string[] = []
    for (let start = startOf(first, unit); start <= last; start = next(start, unit)) {
      starts.push(start)
      if (starts.length > MOST_BARS[unit]) break
    }
    if (starts.length <= MOST_BARS[unit]) return { unit, starts }
  }
  return undefined
}

/** A clock that was centuries wrong must not make thousands of bars. */
function yearsSeen(seen: readonly string[]): { unit: Unit; starts: string[] } {
  const years = new Set(seen.map((day) => startOf(day, 'year')))
  return { unit: 'year', starts: [...years].slice(0, MOST_BARS.year) }
}

function startOf(day: string, unit: Unit): string {
  if (unit === 'year') return `${day.slice(0, 4)}-01-01`
  if (unit === 'month') return `${day.slice(0, 7)}-01`
  if (unit === 'day') return day
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7
  return dayOf(Date.parse(day) - sinceMonday * DAY_MS)
}

function next(start: string, unit: Unit): string {
  const date = new Date(start)
  if (unit === 'year') date.setUTCFullYear(date.getUTCFullYear() + 1)
  else if (unit === 'month') date.setUTCMonth(date.getUTCMonth() + 1)
  else date.setUTCDate(date.getUTCDate() + (unit === 'week' ? 7 : 1))
  return dayOf(date.getTime())
}

function midnight(day: string): string {
  return `${day}T00:00:00.000Z`
}

/** Years beyond 9999 are written with a sign and six digits, which no date of a session has. */
function dayOf(time: number): string {
  const iso = new Date(time).toISOString()
  return iso.startsWith('+') ? '9999-12-32' : iso.slice(0, 10)
}
