import { type Interval, STALE_MS } from '../../audit/coverage'
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
  /** Whether no sweep was complete for so long that `after` is no mere delay. */
  readonly isStopped: boolean
  /** From the first covered or expired time to the end of the last; undefined if no sweep was complete. */
  readonly proven: Interval | undefined
  /** Sessions that could not be stored as records. */
  readonly rejected: number
}

/** Session Manager was announced on this day: a question without a start begins then. */
const FIRST_TIME = '2018-09-11T00:00:00.000Z'

type Asked = Pick<Report, 'from' | 'to' | 'at' | 'generatedAt' | 'coverage'>

export function coverageAsked({ generatedAt, coverage, ...question }: Asked): CoverageAsked[] {
  const { from, to } = timeAsked(question)
  const now = generatedAt.toISOString()
  const end = to === undefined || to > now ? now : to
  const isAsked = (span: Interval) =>
    (to === undefined || span.from < to) && (from === undefined || span.until > from)
  return coverage.map(({ source, covered, gaps, expired, rejected }) => {
    const spans = [...covered, ...expired].sort((a, b) => (a.from < b.from ? -1 : 1))
    const [first, last] = [spans.at(0), spans.at(-1)]
    const after = last && interval(from !== undefined && from > last.until ? from : last.until, end)
    return {
      source,
      covered,
      expired: expired.filter(isAsked),
      gaps: gaps.filter(isAsked),
      before: first && from !== undefined ? interval(from, first.from < end ? first.from : end) : undefined,
      after,
      isStopped: after !== undefined && generatedAt.getTime() - Date.parse(last?.until ?? now) > STALE_MS,
      proven: first && last && { from: first.from, until: last.until },
      rejected,
    }
  })
}

/** Who was connected at a time ended later, whenever. */
function timeAsked({ from, to, at }: Pick<Asked, 'from' | 'to' | 'at'>) {
  if (at !== undefined) return { from: at, to: undefined }
  return { from: from ?? (to === undefined ? undefined : FIRST_TIME), to }
}

function interval(from: string, until: string): Interval | undefined {
  return from < until ? { from, until } : undefined
}
