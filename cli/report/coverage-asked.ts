import type { Interval } from '../../audit/coverage'
import type { Report } from './model'

/** What is proven of the time that the question asks about, for one source. */
export interface CoverageAsked {
  readonly source: string
  readonly covered: readonly Interval[]
  /** Those that reach into the time asked about, here and below. */
  readonly expired: readonly Interval[]
  readonly gaps: readonly Interval[]
  /** The part of the time asked about that precedes the first covered time. */
  readonly before: Interval | undefined
  /** And the part that follows the last. The future is no part of it. */
  readonly after: Interval | undefined
}

type Asked = Pick<Report, 'from' | 'to' | 'generatedAt' | 'coverage'>

export function coverageAsked({ from, to, generatedAt, coverage }: Asked): CoverageAsked[] {
  const now = generatedAt.toISOString()
  const end = to === undefined || to > now ? now : to
  const isAsked = (span: Interval) =>
    (to === undefined || span.from < to) && (from === undefined || span.until > from)
  return coverage.map(({ source, covered, gaps, expired }) => {
    const proven = [...covered, ...expired].sort((a, b) => (a.from < b.from ? -1 : 1))
    const [first, last] = [proven.at(0), proven.at(-1)]
    return {
      source,
      covered,
      expired: expired.filter(isAsked),
      gaps: gaps.filter(isAsked),
      before: first && from !== undefined ? interval(from, first.from < end ? first.from : end) : undefined,
      after: last && interval(from !== undefined && from > last.until ? from : last.until, end),
    }
  })
}

function interval(from: string, until: string): Interval | undefined {
  return from < until ? { from, until } : undefined
}
