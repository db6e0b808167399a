import assert from 'node:assert/strict'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import type { Receipt } from '../../archive/receipt'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { startDatabase } from '../../emulator/dynamodb'
import type { Fault } from '../../emulator/faults'
import { Random } from '../../emulator/random'
import { startEmulator } from '../../emulator/server'
import { makeDynamoDBClient, makeSsmClient } from '../../sweep/clients'
import { SweepError, sweep } from '../../sweep/sweep'
import { ANYONE, databaseClient, scan } from '../support/clients'
import { type DatabaseFault, startDatabaseProxy } from '../support/database-proxy'
import { expectedMembers, membersOf } from '../support/expected-record'
import type { History, ModelSweep } from './history'
import { BEGINNING, buildWorld, passCall, shownAt, type Truth, truthOf } from './model-world'
import { Turnstile } from './turnstile'
import { Watch } from './watch'

const HOUR_MS = 60 * 60 * 1000
const SSM_FAULTS: Fault[] = ['throttle', 'error', 'reset', 'repeat-token', 'expire-token']
const SHORT_PAGES: Fault[] = ['short-page', 'empty-page']
const DATABASE_FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after', 'unprocessed']
/** Small enough for a few sessions to need several pages, and slices. */
const LIMITS = {
  pageSize: 3,
  pagesBeforeEstimate: 2,
  sliceMs: 120 * HOUR_MS,
  slicesAtOnce: 2,
  reserveMs: 3,
}
const NO_HARM: ModelSweep = {
  full: true,
  killedAfter: undefined,
  killedWithEffect: false,
  callsUntilDeadline: undefined,
  clockOff: 0,
}

/**
 * Lives through a history with the real archiver against the emulator and the embedded database, and checks
 * everything it promises against what a perfect observer knows.
 *
 * @throws AssertionError
 */
export async function runHistory({
  sessions,
  steps,
  faultRate,
  shortPageRate,
  callMs,
  seed,
}: History): Promise<void> {
  const truths = sessions.map(truthOf)
  const world = buildWorld(sessions, truths)
  const emulator = await startEmulator({ world })
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const direct = databaseClient(database.endpoint)
  const watch = new Watch(database.sessionsTable)
  const random = new Random(seed)
  let isQuiet = false
  const turnstile = new Turnstile(random)
  const chance = <T>(rate: number, faults: readonly T[]) =>
    random.chance(rate) ? random.pick(faults) : undefined

  emulator.faults.script = () => chance(faultRate, SSM_FAULTS) ?? chance(shortPageRate, SHORT_PAGES)
  proxy.fault = (call) => {
    const fault = chance(faultRate, DATABASE_FAULTS)
    if (fault === 'reset-after') watch.lose(call)
    return fault
  }
  proxy.onAnswered = (call, status) => watch.see(call, status)
  const now = () => world.clock.now().getTime()
  const records = async () =>
    new Map((await scan(direct, database.sessionsTable)).map((r) => [r.SessionId, r]))

  /** Runs a sweep; undefined where it was killed or failed. */
  const run = async (model: ModelSweep): Promise<Receipt | undefined> => {
    let calls = 0
    let isDead = false
    let kill: () => void = () => {}
    const killed = new Promise<undefined>((resolve) => {
      kill = () => resolve(undefined)
    })
    const gate =
      (next: (args: never) => Promise<never>) =>
      async (args: never): Promise<never> => {
        const answer = await turnstile.pass(async () => {
          if (isDead) return undefined
          calls += 1
          isDead = calls > (model.killedAfter ?? Number.POSITIVE_INFINITY)
          if (isDead) kill()
          if (isDead && !model.killedWithEffect) return undefined
          if (!isQuiet) passCall(world, truths, random, callMs)
          const settled = await next(args).then(
            (value) => ({ value }),
            (error: unknown) => ({ error }),
          )
          return isDead ? undefined : settled
        })
        if (answer === undefined) return new Promise(() => {}) // a dead process hears no answer
        if ('error' in answer) throw answer.error
        return answer.value
      }
    const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
    const ssm = makeSsmClient({ ...ANYONE, endpoint: emulator.url, retryStrategy })
    const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
    for (const { middlewareStack } of [ssm, client])
      middlewareStack.add(gate as never, { step: 'initialize' })
    const began = now()
    const promise = sweep({
      source: world,
      ssm,
      sessions: new SessionsTable({ client, tableName: database.sessionsTable }),
      sweeps: new SweepsTable({ client, tableName: database.sweepsTable }),
      now: () => new Date(now() + model.clockOff * HOUR_MS),
      full: model.full,
      limits: LIMITS,
      ...(model.callsUntilDeadline !== undefined && {
        remainingMs: () => (model.callsUntilDeadline ?? 0) - calls,
      }),
    })
    const receipt = await Promise.race([
      killed,
      promise.catch((error: unknown) => {
        if (error instanceof SweepError) return error.receipt
        throw error
      }),
    ])
    if (receipt !== undefined) {
      watch.checkReceipt(receipt)
      if (receipt.Outcome === 'complete') checkCoverage(truths, await records(), receipt, began, now())
    }
    return receipt
  }

  try {
    for (const { after, sweeps } of steps) {
      world.clock.advance(after * HOUR_MS)
      await Promise.all(sweeps.map(run))
      watch.checkWrites()
    }

    emulator.faults.script = undefined
    proxy.fault = () => undefined
    isQuiet = true
    const quiet = async (hours: number) => {
      world.clock.advance(hours * HOUR_MS)
      // A sweep's BegunAt allows for the real milliseconds that its first call takes.
      const begun = new Date(now() - 1000).toISOString()
      for (;;) {
        const receipt = await run(NO_HARM)
        assert.notEqual(receipt?.Outcome, 'failed', receipt?.Error)
        if (receipt?.Outcome === 'complete' && (receipt.CoversUntil ?? '') >= begun) return receipt
      }
    }
    const { Sliced } = await quiet(0.01)
    const found = truths.filter(({ dated }) => dated || !Sliced)
    checkArchive(found, await records(), now())
    const noticed = now()
    await quiet(49)
    checkArchive(found, await records(), now())
    checkUnknownEnds(truths, await records(), noticed)
    // Whatever slices did not show, a full sweep does within a week and a day, by one chain.
    assert.equal((await quiet(8 * 24)).Sliced, false)
    checkArchive(truths, await records(), now())
    watch.checkWrites()
    watch.checkRecords([...(await records()).values()])
  } finally {
    direct.destroy()
    await emulator.close()
    await proxy.close()
    await database.close()
  }
}

type Records = ReadonlyMap<unknown, Record<string, unknown>>

/** The archive holds exactly what the service shows, and nothing that it never showed. */
function checkArchive(truths: readonly Truth[], records: Records, time: number): void {
  for (const truth of truths) {
    const record = records.get(truth.id)
    const shown = shownAt(truth, time)
    if (shown !== undefined) {
      assert.ok(record, `${truth.id} is lost`)
      assert.deepEqual(membersOf(record), expectedMembers(shown))
      const state = time < truth.end ? 'Active' : 'History'
      assert.equal(record.State, state, `${truth.id} is in the list ${state}`)
      assert.equal(
        record.OpenSource !== undefined,
        state === 'Active',
        `${truth.id} is open in ${record.OpenSource}`,
      )
      for (const name of ['MissingSince', 'LastKnownActiveAt', 'EndUnknown'])
        assert.equal(record[name], undefined, `${truth.id} is not missing`)
    } else if (record !== undefined) {
      assert.ok(time >= truth.start, `${truth.id} is invented`)
      assert.deepEqual(membersOf(record), expectedMembers(truth.whileOpen))
    }
  }
}

/** What a complete sweep says it covers is in the archive. */
function checkCoverage(
  truths: readonly Truth[],
  records: Records,
  { CoversFrom = '', CoversUntil = '', Kind, Sliced, ItemId, InvokedAfter = '' }: Receipt,
  began: number,
  finished: number,
): void {
  for (const { id, start, end, appears, dated } of truths) {
    const ended = new Date(end).toISOString()
    const wasShown = appears === end && (dated || (Kind === 'full' && !Sliced))
    const record = records.get(id)
    if (wasShown && CoversFrom < ended && ended < CoversUntil) {
      assert.equal(record?.State, 'History', `${id} ended at ${ended}, covered and not archived`)
      // Nor was it luck: not the look-up of vanished sessions found it, the window did.
      const isOutside = record?.SweepId === ItemId && new Date(start).toISOString() < InvokedAfter
      assert.equal(isOutside, false, `${id} ended at ${ended}, outside the window since ${InvokedAfter}`)
    }
    if (start < began && finished < end)
      assert.ok(records.has(id), `${id} was open all the time, and is lost`)
  }
}

/** A session that was in no list when noticed, nor 49 hours later, ended after it was last known active. */
function checkUnknownEnds(truths: readonly Truth[], records: Records, noticed: number): void {
  for (const { id, start, end, appears } of truths) {
    const record = records.get(id)
    if (record === undefined || appears !== undefined || end > noticed - HOUR_MS) continue
    assert.equal(record.EndUnknown, true, `the end of ${id} is unknown`)
    assert.equal(record.OpenSource, undefined)
    const lastKnown = Date.parse(String(record.LastKnownActiveAt))
    assert.ok(
      lastKnown >= Math.max(start, BEGINNING) && lastKnown <= end + 1000,
      `${id} was active at ${lastKnown}`,
    )
  }
}
