import assert from 'node:assert/strict'
import { ConfiguredRetryStrategy } from '@smithy/core/retry'
import { SessionsTable } from '../../../archive/sessions-table'
import type { Source } from '../../../archive/source'
import { SweepsTable } from '../../../archive/sweeps-table'
import { Clock } from '../../../emulator/clock'
import { Random } from '../../../emulator/random'
import { makeDynamoDBClient } from '../../../sweep/clients'
import { makeRound, type RoundJob } from '../../../sweep/round'
import { type Planned, sweepPlanned } from '../../../sweep/sweep-planned'
import { ANYONE, scan } from '../../support/clients'
import type { DatabaseFault } from '../../support/database-proxy'
import { HOME, openOrganization, WHOLE_ORGANIZATION } from '../../support/organization-stage'
import { DAY, HOUR } from '../../support/times'
import { Mortal } from '../mortal'
import { Turnstile } from '../turnstile'
import { checkCovered, checkRoster, checkShown, checkWaits } from './checks'
import type { OrganizationHistory, OrganizationStep } from './history'
import { addAccounts, addSessions, apply, OUTSIDE } from './truth'

const FAULTS: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after', 'unprocessed']
const SCOPE = { ...WHOLE_ORGANIZATION, excludeOrganizationalUnits: [OUTSIDE] }
const CLEAN: OrganizationStep = { after: 0, events: [], listing: 'whole', deliveries: ['once'], faultRate: 0 }

/**
 * Lives through a history of an organization with the real rounds against the emulator and the embedded database.
 *
 * @throws AssertionError
 */
export async function runOrganization({ sessions, steps, seed }: OrganizationHistory): Promise<void> {
  const stage = await openOrganization(Clock.frozenAt(new Date('2026-03-01T00:00:00Z')))
  const { organization, clock, proxy, database } = stage
  const random = new Random(seed)
  const turnstile = new Turnstile(random)
  const now = () => clock.now()
  for (const { id } of organization.accounts()) if (id !== HOME.accountId) organization.remove(id)
  addAccounts(organization)
  const truths = addSessions(organization, sessions)
  const retryStrategy = new ConfiguredRetryStrategy(2, () => 0)
  let late: Planned[] = []

  /** Runs one invocation; it may be killed. Returns whether it ended by itself. */
  const invoke = async (killedAfter: number | undefined, use: (job: RoundJob) => Promise<unknown>) => {
    const fate = { full: false, killedAfter, killedWithEffect: random.chance(0.5), clockOff: 0 }
    const mortal = new Mortal(fate, turnstile, () => {})
    const client = makeDynamoDBClient({ ...ANYONE, endpoint: proxy.endpoint, retryStrategy })
    client.middlewareStack.add(mortal.gate as never, { step: 'initialize' })
    const access = stage.openAccess()
    const job: RoundJob = {
      ...{ access, home: HOME, scope: SCOPE, now, scheduleMs: HOUR, quietMs: DAY, inPlace: 3 },
      sessions: new SessionsTable({ client, tableName: database.sessionsTable }),
      sweeps: new SweepsTable({ client, tableName: database.sweepsTable }),
    }
    const ended = use(job).then(
      () => true,
      () => false,
    )
    return (await Promise.race([mortal.death, ended])) === true
  }

  const deliver = (message: Planned, killedAfter?: number) =>
    invoke(killedAfter, (job) => sweepPlanned(message, job))

  const live = async (step: OrganizationStep) => {
    clock.advance(step.after * HOUR)
    for (const event of step.events) apply(organization, event)
    organization.faults.listAccounts = {
      whole: undefined,
      ...{ deny: 'deny', error: 'error' },
      'empty-page': (call: number) => (call % 2 ? ('empty-page' as const) : undefined),
    }[step.listing] as never
    proxy.fault = () => (random.chance(step.faultRate) ? random.pick(FAULTS) : undefined)
    const messages: Planned[] = []
    const send = async (sources: readonly Source[], plannedAt: Date) => {
      for (let n = 0; n < sources.length; n += 2)
        messages.push({ plannedAt: plannedAt.toISOString(), sources: sources.slice(n, n + 2) })
      return []
    }
    const before = late
    late = []
    const isMade = await invoke(step.killedAfter, (job) => makeRound({ ...job, send }))
    for (const message of before) await deliver(message, step.killedAfter)
    for (const [n, message] of messages.entries()) {
      const delivery = step.deliveries[n % step.deliveries.length]
      if (delivery === 'late') late.push(message)
      if (delivery === 'once' || delivery === 'twice') await deliver(message, step.killedAfter)
      if (delivery === 'twice') await deliver(message)
    }
    return isMade
  }

  const check = async (isClean: boolean) => {
    proxy.fault = () => undefined // the observer is not disturbed
    const records = new Map((await stage.records()).map((record) => [record.SessionId, record]))
    const items = await scan(database.client, database.sweepsTable)
    checkCovered(truths, records, items)
    checkRoster(organization, await stage.sweeps.readRoster(), isClean)
    if (isClean) checkWaits(items, now())
    return records
  }

  try {
    for (const step of steps) {
      const isMade = await live(step)
      const isClean =
        isMade &&
        step.faultRate === 0 &&
        step.killedAfter === undefined &&
        step.listing === 'whole' &&
        step.deliveries.every((delivery) => delivery === 'once' || delivery === 'twice')
      await check(isClean)
    }
    proxy.fault = () => undefined
    // The most that a source that failed waits, then the most that a quiet one does.
    for (const after of [25, 25]) assert.ok(await live({ ...CLEAN, after }))
    checkShown(organization, truths, await check(true), now().getTime())
  } finally {
    await stage.close()
  }
}
