import { setTimeout as sleep } from 'node:timers/promises'
import pMap from 'p-map'
import type { Receipt } from '../archive/receipt'
import type { RosterAccount } from '../archive/roster'
import { type Source, sourceKey } from '../archive/source'
import type { Access } from './access'
import { listRegions } from './list-regions'
import { DEFAULT_LIMITS, type SweepJob } from './run'
import { SweepError, sweep } from './sweep'

export interface SweepAllJob
  extends Pick<SweepJob, 'sessions' | 'sweeps' | 'retentionDays' | 'now' | 'limits' | 'full'> {
  readonly access: Access
  /** For the names of accounts, by account. */
  readonly accounts: ReadonlyMap<string, Pick<RosterAccount, 'AccountName'>>
  /** Milliseconds until this process will be killed. @default - never */
  readonly remainingMs?: () => number
  /** Called after each sweep. */
  readonly onSwept?: (receipt: Receipt, error?: SweepError) => void
}

/** Sources that are swept at the same time. */
export const LANES = 16
/** A sweep goes on in the next round after this time, while others wait for their turn. */
const PATIENCE_MS = 5 * 60 * 1000
/** With less time left, no sweep begins. */
const LEAST_MS = 60_000
/** With less time left, nobody waits for a sweep that hangs: what was swept must be told. */
const LAST_MS = 20_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Sweeps sources in this order, several at the same time. What becomes of one does not touch another.
 *
 * @returns the receipts; a source for which there was no time has none
 */
export async function sweepAll(sources: readonly Source[], job: SweepAllJob): Promise<Receipt[]> {
  const { access, remainingMs = () => Number.MAX_SAFE_INTEGER, limits = DEFAULT_LIMITS, onSwept } = job
  const receipts: Receipt[] = []
  let waiting = sources.length
  let underWay = 0
  /** Memory holds three pages for each listing. */
  const slicesAtOnce = () => Math.max(1, Math.min(limits.slicesAtOnce, Math.floor(LANES / underWay)))

  const sweepOne = async (source: Source, index: number) => {
    waiting -= 1
    if (remainingMs() < LEAST_MS) return
    // A new role takes as long as a list call. Nobody waits for it if it is assumed one turn ahead.
    for (const { accountId } of index === 0 ? sources.slice(0, LANES) : []) access.prepare(accountId)
    const next = sources[index + LANES]
    if (next !== undefined) access.prepare(next.accountId)
    const begun = remainingMs()
    const patience = () => (waiting > 0 ? PATIENCE_MS - (begun - remainingMs()) : Number.MAX_SAFE_INTEGER)
    underWay += 1
    const { receipt, error } = await outcomeOf(source, {
      ...job,
      limits: {
        ...limits,
        get slicesAtOnce() {
          return slicesAtOnce()
        },
      },
      remainingMs: () => Math.min(remainingMs(), patience()),
    })
    underWay -= 1
    receipts.push(receipt)
    onSwept?.(receipt, error)
  }

  const stop = new AbortController()
  const swept = pMap(sources, sweepOne, { concurrency: LANES, stopOnError: false })
  const patient = remainingMs() - LAST_MS
  const late = patient > LONGEST_TIMER_MS ? [] : [sleep(patient, undefined, stop)]
  await Promise.race([swept, ...late]).finally(() => stop.abort())
  return [...receipts]
}

async function outcomeOf(
  source: Source,
  { access, accounts, ...job }: SweepAllJob,
): Promise<{ receipt: Receipt; error?: SweepError }> {
  const isDisabled = async () =>
    (await listRegions(access.account(source.accountId))).get(source.region) === 'DISABLED'
  const accountName = accounts.get(source.accountId)?.AccountName
  try {
    const clients = { ssm: access.ssm(source), cloudTrail: () => access.cloudTrail(source) }
    return { receipt: await sweep({ ...job, ...clients, source, accountName, isDisabled }) }
  } catch (error) {
    if (error instanceof SweepError) return { receipt: error.receipt, error }
    throw new Error(`the sweep of ${sourceKey(source)} broke: ${error}`, { cause: error })
  }
}
