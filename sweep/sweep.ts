import type { Receipt } from '../archive/receipt'
import { AWS_KEEPS_MS, sourceKey } from '../archive/source'
import type { Plan } from '../archive/sweep-state'
import type { Attempt, Heard } from '../archive/sweeps-table'
import { version } from '../package.json'
import { archiveHistory } from './history'
import { archiveOpenSessions, followUpVanished } from './open-sessions'
import { outcomeOf } from './outcome'
import { planSweep } from './plan'
import { begin, type Run, type SweepJob } from './run'
import { askWitness } from './witness'

/** A sweep failed after keeping what could be kept; `receipt` says what that was. */
export class SweepError extends Error {
  override readonly name = 'SweepError'
  constructor(
    readonly receipt: Receipt,
    cause: unknown,
  ) {
    super(`the sweep of ${receipt.Source} failed: ${receipt.Error}`, { cause })
  }
}

/**
 * Archives what AWS shows of a source, and leaves a receipt.
 *
 * @throws SweepError
 */
export async function sweep(job: SweepJob): Promise<Receipt> {
  const run = begin(job)
  try {
    const state = await run.sweeps.readState(run.source)
    run.state = state
    run.expectNew = state.LastCompleteAt === undefined
    const open = await archiveOpenSessions(run)
    run.plan = planSweep({ ...open, state, full: run.full, sliceMs: run.limits.sliceMs })
    const history = await archiveHistory(run, run.plan, open.vanished)
    if (history.isDrained) await followUpVanished(run, open, history, state)
    const isComplete = history.isDrained && open.isDrained
    if (isComplete) await askWitness(run, history.plan, open.begunAt)
    return await finish(run, isComplete, history.plan, history.lastSeen ?? open.begunAt)
  } catch (error) {
    throw await fail(run, error)
  }
}

async function finish(run: Run, isComplete: boolean, plan: Plan, lastSeen: string): Promise<Receipt> {
  const receipt = isComplete
    ? receiptOf(run, { Outcome: 'complete', ...coverage(plan, lastSeen) })
    : receiptOf(run, { Outcome: 'incomplete' })
  await run.sweeps.putReceipt(receipt)
  if (isComplete) {
    await run.sweeps.complete(run.source, plan, attempt(run, 'complete'), heardBy(run))
    return receipt
  }
  if (plan.Slices.length === 0) await run.sweeps.savePlan(run.source, plan) // the next sweep plans anew
  await run.sweeps.attempted(run.source, attempt(run, 'incomplete'))
  return receipt
}

async function fail(run: Run, error: unknown): Promise<SweepError> {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const Outcome = await outcomeOf(error, run)
  const receipt = receiptOf(run, { Outcome, Error: message.slice(0, 1000).toWellFormed() })
  const Failures = (run.state?.Failures ?? 0) + 1
  try {
    await run.sweeps.putReceipt(receipt)
    await run.sweeps.attempted(run.source, { ...attempt(run, Outcome), Failures })
    return new SweepError(receipt, error)
  } catch (unrecorded) {
    return new SweepError(receipt, new AggregateError([error, unrecorded]))
  }
}

function attempt({ startedAt, state, lastSessionAt }: Run, Outcome: Receipt['Outcome']): Attempt {
  const [LastSessionAt] = [lastSessionAt, state?.LastSessionAt]
    .filter((time) => time !== undefined)
    .sort()
    .reverse()
  return { AttemptedAt: startedAt.toISOString(), Outcome, LastSessionAt }
}

/** Undefined: CloudTrail was not to be asked. */
function heardBy({ witness, witnessPending, state }: Run): Heard | undefined {
  if (witness === undefined && witnessPending === undefined) return undefined
  const [WitnessedUntil] = [witness?.Until, state?.WitnessedUntil]
    .filter((time) => time !== undefined)
    .sort()
    .reverse()
  return { WitnessedUntil, WitnessPending: witnessPending }
}

function receiptOf(run: Run, outcome: Partial<Receipt> & Pick<Receipt, 'Outcome'>): Receipt {
  const { source, sweepId, plan, retentionDays, startedAt, now, counts } = run
  return {
    Source: sourceKey(source),
    ItemId: sweepId,
    ...(plan !== undefined && { Kind: plan.Kind, Sliced: plan.Sliced }),
    ...(plan?.InvokedAfter !== undefined && { InvokedAfter: plan.InvokedAfter }),
    ...(retentionDays !== undefined && { RetentionDays: retentionDays }),
    StartedAt: startedAt.toISOString(),
    FinishedAt: now().toISOString(),
    ...counts,
    ...(run.witness !== undefined && { Witness: run.witness }),
    ...(run.names.Calls > 0 && { Names: run.names }),
    ...outcome,
    Version: version,
  }
}

/** A complete sweep cannot have missed a session that ended in this time: AWS still showed it with the last page. */
function coverage(
  { CoversFrom = '', BegunAt }: Plan,
  lastSeen: string,
): Pick<Receipt, 'CoversFrom' | 'CoversUntil'> {
  const stillShown = new Date(Date.parse(lastSeen) - AWS_KEEPS_MS).toISOString()
  return { CoversFrom: CoversFrom > stillShown ? CoversFrom : stillShown, CoversUntil: BegunAt }
}
