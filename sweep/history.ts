import type { SessionFilter } from '@aws-sdk/client-ssm'
import pMap from 'p-map'
import type { OpenSession } from '../archive/sessions-table'
import type { Plan, Slice } from '../archive/sweep-state'
import { isLate, type Listed, type Run } from './run'
import { halveSlices, slicePlan, windowStart } from './slices'
import { type Pages, storePages } from './store-pages'

/**
 * Archives the ended sessions of a plan: as one chain of pages if there is time for it, else in slices. If AWS applies
 * filters to pages that are cut already, no slice has fewer pages than the chain: then the chain goes on.
 */
export async function archiveHistory(
  run: Run,
  plan: Plan,
  vanished: ReadonlyMap<string, OpenSession>,
): Promise<Listed> {
  const found = new Set<string>()
  let lastSeen: string | undefined
  const list: List = (slice, { nextToken, stopAfter, onStored }) =>
    storePages(run, {
      state: 'History',
      filters: filtersOf(slice),
      nextToken,
      stopAfter: (pages, sessions) => stopAfter(pages, sessions) || isLate(run),
      onStored: async (page) => {
        if (lastSeen === undefined || page.seenUntil > lastSeen) lastSeen = page.seenUntil
        for (const { SessionId } of page.sessions)
          if (vanished.has(String(SessionId))) found.add(String(SessionId))
        await onStored?.(page)
      },
    })
  run.plan = plan.Sliced ? plan : await listChain(run, plan, list)
  if (run.plan.Sliced) run.plan = await listSlices(run, run.plan, list)
  if (isLeft(run.plan) && !run.plan.Sliced && !isLate(run)) run.plan = await listChain(run, run.plan, list)
  return { plan: run.plan, isDrained: !isLeft(run.plan), lastSeen, found }
}

/** Lists the sessions of a slice; returns whether it was drained. */
type List = (slice: Slice, pages: Paging) => Promise<boolean>
type Paging = Partial<Pages> & Required<Pick<Pages, 'stopAfter'>>

function isLeft({ Slices }: Plan): boolean {
  return Slices.length > 0
}

/** Lists a plan as one chain of pages; returns what is left of it, in slices unless they are known to save nothing. */
async function listChain(run: Run, plan: Plan, list: List): Promise<Plan> {
  const { sweeps, source, limits } = run
  const starts = { first: Number.POSITIVE_INFINITY, last: 0 }
  const msAtFirst = run.remainingMs()
  const restarts = run.counts.Restarts
  let left = plan
  let stored = 0
  const listing = list(plan.Slices[0] ?? {}, {
    nextToken: plan.NextToken,
    stopAfter: (pages) =>
      pages === limits.pagesBeforeEstimate &&
      maySlice(plan) &&
      isLate(run, estimateMsLeft(plan, starts, msAtFirst - run.remainingMs())),
    onStored: async ({ sessions, nextToken }) => {
      for (const { StartDate } of sessions) {
        if (typeof StartDate !== 'number') continue
        starts.first = Math.min(starts.first, StartDate * 1000)
        starts.last = Math.max(starts.last, StartDate * 1000)
      }
      left = { ...plan, NextToken: nextToken }
      stored += 1
      const isDue = stored % limits.pagesBeforeEstimate === 0 && nextToken !== undefined
      if (plan.ChainOnly && isDue) await sweeps.savePlan(source, left)
    },
  })
  const isDrained = await listing.catch(async (error: unknown) => {
    // A token that leads nowhere must not fail every sweep to come.
    const isStuck = left.NextToken === plan.NextToken
    const rest = isStuck ? { ...plan, NextToken: undefined } : left
    if (plan.ChainOnly) await sweeps.savePlan(source, rest).catch(() => {}) // the first error says more
    throw error
  })
  if (isDrained) return { ...plan, Slices: [] }
  // Slices again if the token did not live: they may be better than a chain that begins again and again.
  if (!plan.ChainOnly || (plan.NextToken !== undefined && run.counts.Restarts > restarts))
    return slicePlan(maySlice(plan) ? left : { ...left, ChainTooLongAt: plan.BegunAt }, limits.sliceMs)
  await sweeps.savePlan(source, left)
  return left
}

/**
 * Whether a chain may be given up before its time is over. No slice shows a session without a StartDate, nor does
 * a recent sweep: so every full sweep tries to be one chain, except the first, which is the longest because it writes.
 */
function maySlice({ Kind, RecentFrom, ChainOnly }: Plan): boolean {
  return !ChainOnly && (Kind === 'recent' || RecentFrom === undefined)
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

/** Lists several slices at once, the oldest first, and records each that is finished; returns what is left. */
async function listSlices(run: Run, plan: Plan, list: List): Promise<Plan> {
  const { sweeps, source, limits } = run
  await sweeps.savePlan(source, plan)
  const tooLong = new Set<Slice>()
  const failures: unknown[] = []
  let left = plan
  let savesNothing = false
  let longestMs = 0

  await pMap(
    plan.Slices,
    async (slice) => {
      if (savesNothing || failures.length > 0 || isLate(run, longestMs)) return
      const before = run.remainingMs()
      const stopAfter = (pages: number, sessions: number) => {
        if (pages > 1) tooLong.add(slice)
        if (pages === limits.pagesBeforeEstimate) savesNothing ||= sessions < (pages * limits.pageSize) / 4
        return savesNothing || failures.length > 0
      }
      try {
        if (!(await list(slice, { stopAfter }))) return
        longestMs = Math.max(longestMs, before - run.remainingMs())
        left = { ...left, Slices: left.Slices.filter((other) => other !== slice) }
        await sweeps.savePlan(source, left)
      } catch (error) {
        failures.push(error)
      }
    },
    { concurrency: limits.slicesAtOnce },
  )
  if (failures.length > 0) throw failures[0]

  const wasFruitless = left.Slices.length === plan.Slices.length
  if (savesNothing) left = { ...plan, Slices: [{ From: plan.InvokedAfter }], Sliced: false, ChainOnly: true }
  else if (wasFruitless) left = halveSlices(plan, tooLong)
  if (savesNothing || wasFruitless) await sweeps.savePlan(source, left)
  return left
}

function filtersOf({ From, To }: Slice): SessionFilter[] {
  return [
    ...(From === undefined ? [] : [{ key: 'InvokedAfter' as const, value: From }]),
    ...(To === undefined ? [] : [{ key: 'InvokedBefore' as const, value: To }]),
  ]
}
