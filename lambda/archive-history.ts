import type { SessionFilter } from '@aws-sdk/client-ssm'
import type { OpenSession } from '../archive/session-store'
import type { Plan, Slice } from '../archive/sweep-ledger'
import { archivePages } from './archive-pages'
import { halveSlices, slicePlan } from './plan'
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
  const list = (slice: Slice, stopAfter: (pages: number) => boolean) =>
    archivePages(run, {
      state: 'History',
      filters: filtersOf(slice),
      stopAfter: (pages) => stopAfter(pages) || isLate(run),
      onStored: ({ sessions, seenUntil }, { archived }) => {
        lastSeen = seenUntil
        for (const { SessionId } of sessions) vanished.delete(String(SessionId))
        run.counts.MissedByRecent += archived.filter(({ StartDate }) => wasMissed(plan, StartDate)).length
      },
    })

  if (!plan.Sliced) {
    const isDrained = await list(plan.Slices[0] ?? {}, (pages) => pages >= run.limits.pagesBeforeSlicing)
    if (isDrained) return { plan, isDrained, lastSeen }
  }
  const sliced = plan.Sliced ? plan : slicePlan(plan, run.limits.sliceMs)
  const isDrained = await listSlices(run, sliced, list)
  return { plan: sliced, isDrained, lastSeen }
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
