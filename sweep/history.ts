import type { SessionFilter } from '@aws-sdk/client-ssm'
import pMap from 'p-map'
import type { OpenSession } from '../archive/sessions-table'
import type { Plan, Slice } from '../archive/sweep-state'
import { isLate, type Listed, type Run } from './run'
import { halveSlices, slicePlan, windowStart } from './slices'
import { storePages } from './store-pages'

/** Archives the ended sessions of a plan: as one chain of pages if there is time for it, else in slices. */
export async function archiveHistory(
  run: Run,
  plan: Plan,
  vanished: ReadonlyMap<string, OpenSession>,
): Promise<Listed> {
  const found = new Set<string>()
  const starts = { first: Number.POSITIVE_INFINITY, last: 0 }
  let lastSeen: string | undefined
  const list: List = (slice, stopAfter) =>
    storePages(run, {
      state: 'History',
      filters: filtersOf(slice),
      stopAfter: (pages) => stopAfter(pages) || isLate(run),
      onStored: ({ sessions, seenUntil }) => {
        if (lastSeen === undefined || seenUntil > lastSeen) lastSeen = seenUntil
        for (const { SessionId, StartDate } of sessions) {
          if (vanished.has(String(SessionId))) found.add(String(SessionId))
          if (typeof StartDate !== 'number') continue
          starts.first = Math.min(starts.first, StartDate * 1000)
          starts.last = Math.max(starts.last, StartDate * 1000)
        }
      },
    })
  const msAtFirst = run.remainingMs()
  const willRunOutOfTime = (pages: number) =>
    pages === run.limits.pagesBeforeEstimate &&
    maySlice(plan) &&
    isLate(run, estimateMsLeft(plan, starts, msAtFirst - run.remainingMs()))

  let listed = plan
  let isDrained = !plan.Sliced && (await list(plan.Slices[0] ?? {}, willRunOutOfTime))
  if (!isDrained) {
    if (!plan.Sliced)
      listed = slicePlan(
        maySlice(plan) ? plan : { ...plan, ChainTooLongAt: plan.BegunAt },
        run.limits.sliceMs,
      )
    run.plan = listed
    isDrained = await listSlices(run, listed, list)
  }
  return { plan: listed, isDrained, lastSeen, found }
}

/**
 * Whether a chain may be given up before its time is over. No slice shows a session without a StartDate, nor does
 * a recent sweep: so every full sweep tries to be one chain, except the first, which is the longest because it writes.
 */
function maySlice({ Kind, RecentFrom }: Plan): boolean {
  return Kind === 'recent' || RecentFrom === undefined
}

/**
 * Estimates the time for the rest, assuming newest first. In any other order the first pages already span the whole
 * window and the estimate is near zero.
 *
 * @param starts the first and the last StartDate so far, epoch milliseconds
 */
function estimateMsLeft(plan: Plan, starts: { first: number; last: number }, elapsedMs: number): number {
  const seenMs = Math.max(1, starts.last - starts.first)
  return (elapsedMs * (Date.parse(plan.BegunAt) - windowStart(plan) - seenMs)) / seenMs
}

/** Lists a slice; returns whether it was drained. */
type List = (slice: Slice, stopAfter: (pages: number) => boolean) => Promise<boolean>

/** Lists several slices at once, the oldest first, and records each that is finished. */
async function listSlices(run: Run, plan: Plan, list: List): Promise<boolean> {
  const { sweeps, source, limits } = run
  await sweeps.savePlan(source, plan)
  const tooLong = new Set<Slice>()
  const failures: unknown[] = []
  let left = plan.Slices
  let longestMs = 0

  await pMap(
    plan.Slices,
    async (slice) => {
      if (failures.length > 0 || isLate(run, longestMs)) return
      const before = run.remainingMs()
      try {
        const isDrained = await list(slice, (pages) => {
          if (pages > 1) tooLong.add(slice)
          return failures.length > 0
        })
        if (!isDrained) return
        longestMs = Math.max(longestMs, before - run.remainingMs())
        left = left.filter((other) => other !== slice)
        await sweeps.savePlan(source, { ...plan, Slices: left })
      } catch (error) {
        failures.push(error)
      }
    },
    { concurrency: limits.slicesAtOnce },
  )
  if (failures.length > 0) throw failures[0]

  const wasFruitless = left.length > 0 && left.length === plan.Slices.length
  if (wasFruitless) await sweeps.savePlan(source, halveSlices(plan, tooLong))
  return left.length === 0
}

function filtersOf({ From, To }: Slice): SessionFilter[] {
  return [
    ...(From === undefined ? [] : [{ key: 'InvokedAfter' as const, value: From }]),
    ...(To === undefined ? [] : [{ key: 'InvokedBefore' as const, value: To }]),
  ]
}
