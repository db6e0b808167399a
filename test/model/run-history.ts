import assert from 'node:assert/strict'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import type { Receipt } from '../../archive/receipt'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import type { Fault } from '../../emulator/faults'
import { Random } from '../../emulator/random'
import { makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'
import { DEFAULT_LIMITS } from '../../sweep/run'
import { SweepError, sweep } from '../../sweep/sweep'
import { ANYONE } from '../support/clients'
import type { DatabaseFault } from '../support/database-proxy'
import { openStage } from '../support/stage'
import { HOUR } from '../support/times'
import { addToPages, UNSTORABLE } from '../support/unstorable'
import { checkArchive, checkCoverage, checkRejected, checkState, checkUnknownEnds } from './checks'
import type { History, ModelSweep } from './history'
import { buildWorld, passCall, truthOf } from './model-world'
import { Mortal } from './mortal'
import { Turnstile } from './turnstile'
import { Watch } from './watch'

const SSM_FAULTS: Fault[] = ['throttle', 'error', 'reset', 'repeat-token', 'expire-token']
const SHORT_PAGES: Fault[] = ['short-page', 'empty-page']
const DATABASE_FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after', 'unprocessed']
/** Small enough for a few sessions to need several pages, and slices. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  pageSize: 3,
  pagesBeforeEstimate: 2,
  sliceMs: 120 * HOUR,
  slicesAtOnce: 2,
  reserveMs: 3,
}
const ODD = UNSTORABLE.filter(({ length }) => length < 100)
const NO_HARM: ModelSweep = { full: true, killedWithEffect: false, clockOff: 0 }

/**
 * Lives through a history with the real archiver against the emulator and the embedded database, and checks
 * everything it promises against what a perfect observer knows.
 *
 * @throws AssertionError
 */
export async function runHistory(history: History): Promise<void> {
  const { sessions, steps, faultRate, shortPageRate, filtersLate, oddRate, callMs, seed } = history
  const truths = sessions.map(truthOf)
  const stage = await openStage(buildWorld(sessions, truths))
  const { world, emulator, proxy, database, records } = stage
  const watch = new Watch(database.sessionsTable)
  const random = new Random(seed)
  const turnstile = new Turnstile(random)
  const now = () => world.clock.now().getTime()
  let isQuiet = false

  const chance = <T>(rate: number, faults: readonly T[]) =>
    random.chance(rate) ? random.pick(faults) : undefined
  const filters = () => (filtersLate ? 'filter-after-page' : undefined)
  emulator.faults.script = () =>
    chance(faultRate, SSM_FAULTS) ?? chance(shortPageRate, SHORT_PAGES) ?? filters()
  const shownInQuiet = new Set<string>()
  addToPages(emulator, () => {
    const odd = chance(oddRate, ODD)
    if (odd !== undefined && isQuiet) shownInQuiet.add(odd)
    return odd === undefined ? [] : [odd]
  })
  proxy.fault = (call) => {
    const fault = chance(faultRate, DATABASE_FAULTS)
    if (fault === 'reset-after') watch.lose(call)
    return fault
  }
  proxy.onAnswered = (call, status) => watch.see(call, status)

  /** Runs a sweep; returns undefined if it was killed. */
  const run = async (model: ModelSweep): Promise<Receipt | undefined> => {
    const mortal = new Mortal(model, turnstile, () => {
      if (!isQuiet) passCall(world, truths, random, callMs)
    })
    const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
    const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url, retryStrategy })
    const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
    for (const { middlewareStack } of [ssm, client])
      middlewareStack.add(mortal.gate as never, { step: 'initialize' })
    const began = now()
    const swept = sweep({
      source: world,
      ssm,
      sessions: new SessionsTable({ client, tableName: database.sessionsTable }),
      sweeps: new SweepsTable({ client, tableName: database.sweepsTable }),
      now: () => new Date(now() + model.clockOff * HOUR),
      full: model.full,
      limits: LIMITS,
      remainingMs: () => (model.callsUntilDeadline ?? Number.MAX_SAFE_INTEGER) - mortal.calls,
    }).catch((error: unknown) => {
      if (error instanceof SweepError) return error.receipt
      throw error
    })
    const receipt = await Promise.race([mortal.death, swept])
    if (receipt !== undefined) watch.checkReceipt(receipt)
    if (receipt?.Outcome === 'complete') checkCoverage(truths, await records(), receipt, began, now())
    return receipt
  }

  /** Lets time pass, then sweeps without faults until a sweep that has begun since is complete. */
  const quiet = async (hours: number): Promise<Receipt> => {
    world.clock.advance(hours * HOUR)
    // A sweep's BegunAt allows for the real milliseconds that its first call takes.
    const begun = new Date(now() - 1000).toISOString()
    for (;;) {
      const receipt = await run(NO_HARM)
      assert.notEqual(receipt?.Outcome, 'failed', receipt?.Error)
      if (receipt?.Outcome === 'complete' && (receipt.CoversUntil ?? '') >= begun) return receipt
    }
  }

  try {
    for (const { after, sweeps } of steps) {
      world.clock.advance(after * HOUR)
      await Promise.all(sweeps.map(run))
      watch.checkWrites()
      checkState(await stage.sweepsItems())
    }

    emulator.faults.script = filters
    proxy.fault = () => undefined
    isQuiet = true
    const { Sliced } = await quiet(0.01)
    const found = truths.filter(({ dated }) => dated || !Sliced)
    checkArchive(found, await records(), now())
    const noticed = now()
    await quiet(49)
    checkArchive(found, await records(), now())
    checkUnknownEnds(truths, await records(), noticed)
    // Slices do not show every session: a full sweep in one chain does, within a week and a day.
    assert.equal((await quiet(8 * 24)).Sliced, false)
    checkArchive(truths, await records(), now())
    watch.checkWrites()
    watch.checkRecords([...(await records()).values()])
    checkRejected(await stage.sweepsItems(), ODD, shownInQuiet)
  } finally {
    await stage.close()
  }
}
