import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { OpenSession } from '../archive/sessions-table'
import type { Plan, Slice } from '../archive/sweeps-table'
import { halveSlices, slicePlan, windowStart } from './plan'
import { archivePages } from './store-pages'
import type { Run } from './sweep'

export interface Listed {
  /** The plan, with the slices that it was cut into, if any. */
  readonly plan: Plan
  /** Whether there was time for all of it; what was left is saved for the next sweep. */
  readonly isDrained: boolean
  /** When the last page was shown, by the service's clock. */
  readonly lastSeen: Date | undefined
}

/** Archives the ended sessions of a plan, and takes those it sees out of `vanished`. */
export async function archiveHistory(
  run: Run,
  plan: Plan,
  vanished: Map<string, OpenSession>,
): Promise<Listed> {
  let lastSeen: Date | undefined
  const msAtFirst = run.remainingMs()
  const stored = { firstStart: Number.POSITIVE_INFINITY, lastStart: 0 }
  const list = (slice: Slice, stopAfter: (pages: number) => boolean) =>
    archivePages(run, {
      state: 'History',
      filters: filtersOf(slice),
      stopAfter: (pages) => stopAfter(pages) || isLate(run),
      onStored: ({ sessions, seenUntil }, { archived }) => {
        if (lastSeen === undefined || seenUntil > lastSeen) lastSeen = seenUntil
        for (const { SessionId, StartDate } of sessions) {
          vanished.delete(String(SessionId))
          if (typeof StartDate !== 'number') continue
          stored.firstStart = Math.min(stored.firstStart, StartDate * 1000)
          stored.lastStart = Math.max(stored.lastStart, StartDate * 1000)
        }
        run.counts.MissedByRecent += archived.filter(({ StartDate }) => wasMissed(plan, StartDate)).length
      },
    })

  if (plan.Sliced) return { plan, isDrained: await listSlices(run, plan, list), lastSeen }

  const isHopeless = (pages: number) =>
    pages === run.limits.pagesBeforeEstimate &&
    maySlice(plan) &&
    isLate(run, estimateMsLeft(plan, stored, msAtFirst - run.remainingMs()))
  if (await list(plan.Slices[0] ?? {}, isHopeless)) return { plan, isDrained: true, lastSeen }

  const sliced = slicePlan(maySlice(plan) ? plan : { ...plan, ChainRanOut: plan.Begun }, run.limits.sliceMs)
  return { plan: sliced, isDrained: await listSlices(run, sliced, list), lastSeen }
}

/**
 * Whether a chain may be given up before its time is over. No slice shows a session without a StartDate, nor does
 * a recent sweep: so every full sweep tries to be one chain, but for the first, which is the longest as it writes.
 */
function maySlice({ Kind, RecentFrom }: Plan): boolean {
  return Kind === 'recent' || RecentFrom === undefined
}

/** The first pages of a listing. Times of sessions' starts are epoch milliseconds. */
interface FirstPages {
  readonly firstStart: number
  readonly lastStart: number
}

/**
 * How long the other pages will take, if these are the newest, as the service seems to give them. If they are not,
 * they spread over the whole time, and no more are expected.
 */
function estimateMsLeft(plan: Plan, { firstStart, lastStart }: FirstPages, elapsedMs: number): number {
  const seenMs = Math.max(1, lastStart - firstStart)
  return (elapsedMs * (Date.parse(plan.Begun) - windowStart(plan) - seenMs)) / seenMs
}

type List = (slice: Slice, stopAfter: (pages: number) => boolean) => Promise<boolean>

/** Several slices at once, the oldest first; each that is finished is recorded. */
async function listSlices(run: Run, plan: Plan, list: List): Promise<boolean> {
  await run.ledger.savePlan(run.source, plan)
  const waiting = [...plan.Slices]
  const tooLong = new Set<Slice>()
  let left = plan.Slices
  let longestMs = 0
  let failed = false

  const worker = async () => {
    while (!failed && !isLate(run, longestMs)) {
      const slice = waiting.shift()
      if (slice === undefined) return
      const before = run.remainingMs()
      const isDrained = await list(slice, (pages) => {
        if (pages > 1) tooLong.add(slice)
        return failed
      })
      if (!isDrained) return
      longestMs = Math.max(longestMs, before - run.remainingMs())
      left = left.filter((other) => other !== slice)
      await run.ledger.savePlan(run.source, { ...plan, Slices: left })
    }
  }
  const workers = Array.from({ length: run.limits.slicesAtOnce }, () =>
    worker().catch((error: unknown) => {
      failed = true
      throw error
    }),
  )
  const failures = (await Promise.allSettled(workers)).filter(({ status }) => status === 'rejected')
  const [failure] = failures as PromiseRejectedResult[]
  if (failure) throw failure.reason

  const wasFruitless = left.length > 0 && left.length === plan.Slices.length
  if (wasFruitless) await run.ledger.savePlan(run.source, halveSlices(plan, tooLong))
  return left.length === 0
}

/** Whether there is no time for something that takes so long, and for what must follow it. */
function isLate({ remainingMs, limits }: Run, neededMs = 0): boolean {
  return remainingMs() < limits.reserveMs + neededMs
}

function filtersOf({ From, To }: Slice): SessionFilter[] {
  return [
    ...(From === undefined ? [] : [{ key: 'InvokedAfter' as const, value: From }]),
    ...(To === undefined ? [] : [{ key: 'InvokedBefore' as const, value: To }]),
  ]
}

/** Whether no recent sweep would have been shown a session that is new in the archive. */
function wasMissed({ Kind, RecentFrom }: Plan, startDate: string | undefined): boolean {
  return Kind === 'full' && RecentFrom !== undefined && (startDate === undefined || startDate < RecentFrom)
}
