import assert from 'node:assert/strict'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import type { Receipt } from '../../../archive/receipt'
import { SessionsTable } from '../../../archive/sessions-table'
import { SweepsTable } from '../../../archive/sweeps-table'
import { Clock } from '../../../emulator/clock'
import type { LookUpFault } from '../../../emulator/lookup-faults'
import { Random } from '../../../emulator/random'
import { World } from '../../../emulator/world'
import { makeCloudTrailClient, makeDynamoDBClient, makeSsmClient } from '../../../sweep/clients'
import { DEFAULT_LIMITS } from '../../../sweep/run'
import { SweepError, sweep } from '../../../sweep/sweep'
import { ANYONE } from '../../support/clients'
import type { DatabaseFault } from '../../support/database-proxy'
import { openStage } from '../../support/stage'
import { HOUR } from '../../support/times'
import { Mortal } from '../mortal'
import { Turnstile } from '../turnstile'
import { addTrail, BEGINNING, makeCast, type Part } from './cast'
import { check } from './checks'

const LOOK_UP_FAULTS: LookUpFault[] = ['deny', 'throttle', 'error', 'reset', 'repeat-token', 'empty-page']
const DATABASE_FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after', 'unprocessed']
const LIMITS = { ...DEFAULT_LIMITS, pageSize: 3, pagesBeforeEstimate: 40 }

/**
 * Lives through a random history of an account whose DescribeSessions forgets sessions, and whose CloudTrail loses,
 * delays and repeats events, and holds the archive against what is true.
 *
 * @throws AssertionError
 */
export async function runWitness(seed: number): Promise<void> {
  const random = new Random(seed)
  const parts = makeCast(random)
  const world = new World({ clock: Clock.frozenAt(new Date(BEGINNING)) })
  addTrail(world, parts)
  const stage = await openStage(world)
  const { emulator, proxy, database } = stage
  const [mayFail, mayDie] = [random.chance(0.6), random.chance(0.4)]
  const faultRate = mayFail ? random.pick([0.02, 0.1, 0.3]) : 0
  const chance = <T>(faults: readonly T[]) => (random.chance(faultRate) ? random.pick(faults) : undefined)
  hide(stage, parts)
  const byEvent = new Map(parts.flatMap((part) => part.eventIds.map((id) => [id, part] as const)))
  emulator.faults.lookUps = {
    lookUpEvents: () => chance(LOOK_UP_FAULTS),
    deliveryMs: (event) => {
      const { lost = [], late = 0 } = byEvent.get(event.eventID) ?? {}
      return lost.includes(event.eventName) ? Number.POSITIVE_INFINITY : late * HOUR
    },
    isTwice: (event) => byEvent.get(event.eventID)?.twice === true,
  }
  proxy.fault = () => chance(DATABASE_FAULTS)

  const turnstile = new Turnstile(random)
  const run = async (full: boolean, killedAfter?: number): Promise<Receipt | undefined> => {
    const fate = { full, killedAfter, killedWithEffect: random.chance(0.5), clockOff: 0 }
    const mortal = new Mortal(fate, turnstile, () => world.clock.advance(700))
    const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
    const aws = { ...ANYONE, endpoint: emulator.url, retryStrategy }
    const [ssm, cloudTrail] = [makeSsmClient(aws), makeCloudTrailClient(aws)]
    const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
    for (const { middlewareStack } of [ssm, client])
      middlewareStack.add(mortal.gate as never, { step: 'initialize' })
    cloudTrail.middlewareStack.add(mortal.gate as never, { step: 'initialize' })
    const swept = sweep({
      source: world,
      ...{ ssm, cloudTrail: () => cloudTrail, full, limits: LIMITS },
      sessions: new SessionsTable({ client, tableName: database.sessionsTable }),
      sweeps: new SweepsTable({ client, tableName: database.sweepsTable }),
      now: () => world.clock.now(),
    }).catch((error: unknown) => {
      if (error instanceof SweepError) return error.receipt
      throw error
    })
    return Promise.race([mortal.death, swept])
  }

  try {
    for (let step = random.integer(1, 6); step > 0; step -= 1) {
      world.clock.advance(random.pick([0.5, 1, 6, 24, 30]) * HOUR)
      await run(random.chance(0.2), mayDie && random.chance(0.5) ? random.integer(0, 40) : undefined)
    }
    proxy.fault = () => undefined
    emulator.faults.lookUps = { ...emulator.faults.lookUps, lookUpEvents: undefined }
    for (let day = 0; day < 3; day += 1) {
      world.clock.advance(25 * HOUR)
      const receipt = await run(false)
      assert.equal(receipt?.Outcome, 'complete', receipt?.Error)
      assert.equal(receipt.Witness?.Problem, undefined)
    }
    const { receipts, refusals } = await stage.sweepsItems()
    check(parts, { records: await stage.records(), receipts, refusals, isExact: faultRate === 0 && !mayDie })
  } finally {
    await stage.close()
  }
}

/** DescribeSessions shows some sessions only to those who ask for their ids. */
function hide({ emulator }: Awaited<ReturnType<typeof openStage>>, parts: readonly Part[]): void {
  const slipped = new Set(parts.filter(({ fate }) => fate === 'slips').map(({ id }) => id))
  emulator.faults.rewrite = (body, { Filters }) => {
    if (Filters?.some((filter) => filter?.key === 'SessionId')) return body
    const { Sessions, ...others } = JSON.parse(body)
    const shown = Sessions.filter(({ SessionId }: { SessionId: string }) => !slipped.has(SessionId))
    return JSON.stringify({ ...others, Sessions: shown })
  }
}
