import { type Interval, STALE_MS } from '../../audit/coverage'
import type { CoveredSource } from '../../audit/find-receipts'
import type { Report } from './model'

/** What is proven of the time that the question asks about, for one source. */
export interface CoverageAsked extends CoveredSource {
  readonly covered: readonly Interval[]
  /** Those that reach into the time asked about, here and below. */
  readonly expired: readonly Interval[]
  readonly gaps: readonly Interval[]
  /** The part of the time asked about that precedes the first covered time. */
  readonly before: Interval | undefined
  /** And the part that follows the last. The future is no part of it. */
  readonly after: Interval | undefined
  /** Whether nothing is asked of it: it was retired before. */
  readonly isOver: boolean
  /** Whether no sweep was complete for so long that `after` is no mere delay, or none will be. */
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
  return coverage.map((one) => {
    const { source, accountName, left, covered, gaps, expired, rejected } = one
    const spans = [...covered, ...expired].sort((a, b) => (a.from < b.from ? -1 : 1))
    const [first, last] = [spans.at(0), spans.at(-1)]
    // A retired source has no sessions any more; one that is excluded has, and nobody sees them.
    const ownEnd = left?.state === 'retired' ? earlier(left.at, end) : end
    const until = last && later(last.until, left?.at ?? '')
    const after = until === undefined ? undefined : interval(later(from ?? '', until), ownEnd)
    return {
      ...{ source, accountName, left, covered, rejected },
      expired: expired.filter(isAsked),
      gaps: gaps.filter(isAsked),
      before: first && from !== undefined ? interval(from, earlier(first.from, ownEnd)) : undefined,
      after,
      isOver: from !== undefined && ownEnd < end && ownEnd <= from,
      isStopped:
        after !== undefined &&
        (left !== undefined || generatedAt.getTime() - Date.parse(last?.until ?? now) > STALE_MS),
      proven: first && last && { from: first.from, until: last.until },
    }
  })
}

const earlier = (a: string, b: string) => (a < b ? a : b)
const later = (a: string, b: string) => (a > b ? a : b)

/** Who was connected at a time ended later, whenever. */
function timeAsked({ from, to, at }: Pick<Asked, 'from' | 'to' | 'at'>) {
  if (at !== undefined) return { from: at, to: undefined }
  return { from: from ?? (to === undefined ? undefined : FIRST_TIME), to }
}

function interval(from: string, until: string): Interval | undefined {
  return from < until ? { from, until } : undefined
}
