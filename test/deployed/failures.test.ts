import { METRIC_NAMESPACE } from '../../archive/names'
import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import { generateSessions } from '../../emulator/generate'
import { type Emulator, startEmulator } from '../../emulator/server'
import type { SessionLife, SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import { type DatabaseFault, startDatabaseProxy } from '../support/database-proxy'
import { invoke } from '../support/invoke'
import { type DeployedTemplate, synthesise } from '../support/template'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

/** How a whole source can fail. The key's error is as DynamoDB words it for item calls, which nobody recorded live. */
const FAILURES = {
  'a role that is denied': { list: 'deny' as const },
  'a table that is throttled': { database: 'throttle' as DatabaseFault },
  'a key that is disabled': {
    database: {
      type: 'AccessDeniedException',
      message: 'KMS key access denied error: arn:aws:kms:us-east-1:111122223333:key/EXAMPLE is disabled.',
    } as DatabaseFault,
  },
}

let template: DeployedTemplate
beforeAll(() => {
  template = synthesise()
})

describe('a source that fails', () => {
  test.each(Object.entries(FAILURES))('%s raises the alarm, and heals by itself', async (_name, failure) => {
    const now = new Date()
    const world = new World({ clock: Clock.frozenAt(now) })
    world.add(generateSessions({ count: 250, seed: 6, now }))
    const emulator = await startEmulator({ world })
    const database = await startDatabase()
    const proxy = await startDatabaseProxy(database.endpoint)
    const run = () =>
      invoke(template, {
        event: {},
        environment: {
          AWS_ENDPOINT_URL_SSM: emulator.url,
          AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
          SESSION_ARCHIVE_SESSIONS_TABLE: database.sessionsTable,
          SESSION_ARCHIVE_SWEEPS_TABLE: database.sweepsTable,
        },
      })

    if ('list' in failure) emulator.faults.script = () => failure.list
    if ('database' in failure) proxy.fault = () => failure.database
    const failed = await run()
    world.clock.advance(HOUR_MS)
    emulator.faults.script = undefined
    proxy.fault = () => undefined
    const healed = await run()

    expect(failed.error?.name).toBe('SweepError') // thrown: Lambda counts it, which FunctionFailed watches
    expect(metricsOf(failed)).toEqual([expect.objectContaining({ SweepsCompleted: 0, SweepsFailed: 1 })])
    // Never swept completely: the worst. Where the database does not tell, the metric is silent: that rings, too.
    expect(metricsOf(failed)[0]?.DaysUntilLoss).toBe('list' in failure ? 0 : undefined)
    expect(metricsOf(healed)).toEqual([expect.objectContaining({ SweepsCompleted: 1, SweepsFailed: 0 })])
    expect(metricsOf(healed)[0]?.DaysUntilLoss).toBeCloseTo(30, 1)
    const { history, active } = world.counts()
    expect(healed.result).toMatchObject({ Outcome: 'complete', Archived: history + active, Rejected: 0 })
    await emulator.close()
    await proxy.close()
    await database.close()
  })
})

/** What makes a metric of the function's own raise an alarm, some days after a first sweep. */
const ALARMS: Record<string, { readonly days: number; readonly induce: Induce; readonly rings: string[] }> = {
  'nothing wrong': { days: 1, induce: () => {}, rings: [] },
  'a source that fails': {
    days: 1,
    induce: ({ emulator }) => deny(emulator),
    rings: ['NoCompleteSweep'],
  },
  'a source that has failed for 4 days': {
    days: 4,
    induce: ({ emulator }) => deny(emulator),
    rings: ['DaysUntilLossWarning', 'NoCompleteSweep'],
  },
  'a source that has failed for 21 days': {
    days: 21,
    induce: ({ emulator }) => deny(emulator),
    rings: ['DaysUntilLossCritical', 'DaysUntilLossWarning', 'NoCompleteSweep'],
  },
  'a session that cannot be stored': {
    days: 1,
    induce: ({ world }) => world.add([ended(world, 0.5, { Reason: 'without a SessionId' })]),
    rings: ['SessionsRejected'],
  },
  'a session that the service shows late': {
    days: 1,
    induce: ({ world }) => world.add([ended(world, 3, { SessionId: 'late' })]),
    rings: ['MissedByRecent'],
  },
}

type Induce = (place: { readonly world: World; readonly emulator: Emulator }) => void

const deny = ({ faults }: Emulator) => {
  faults.script = () => 'deny'
}

/** A session that lasted an hour, so many days ago. */
function ended({ clock }: World, days: number, afterEnd: SessionMembers): SessionLife {
  const startedAt = new Date(clock.now().getTime() - days * DAY_MS)
  return { startedAt, endedAt: new Date(startedAt.getTime() + HOUR_MS), afterEnd }
}

describe('the alarms on the function’s own metrics', () => {
  test.each(Object.entries(ALARMS))('%s', async (_name, { days, induce, rings }) => {
    const world = new World({ clock: Clock.frozenAt(new Date(Date.now() - days * DAY_MS)) })
    const emulator = await startEmulator({ world })
    const database = await startDatabase()
    const run = () =>
      invoke(template, {
        event: { sweep: 'full' },
        environment: {
          AWS_ENDPOINT_URL_SSM: emulator.url,
          AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
          SESSION_ARCHIVE_SESSIONS_TABLE: database.sessionsTable,
          SESSION_ARCHIVE_SWEEPS_TABLE: database.sweepsTable,
        },
      })

    await run()
    world.clock.advance(days * DAY_MS)
    induce({ world, emulator })
    const [metrics = {}] = metricsOf(await run())

    expect(ringing(metrics)).toEqual(rings)
    await emulator.close()
    await database.close()
  })
})

/** The alarms for which these values would be breaching, in the order of their names. */
function ringing(metrics: Record<string, unknown>): string[] {
  return Object.entries(template.resources('AWS::CloudWatch::Alarm'))
    .filter(([, { Properties }]) => {
      const { Namespace, MetricName, Threshold, ComparisonOperator } = Properties
      if (Namespace !== METRIC_NAMESPACE) return false
      const value = Number(metrics[MetricName])
      return ComparisonOperator === 'LessThanOrEqualToThreshold' ? value <= Threshold : value >= Threshold
    })
    .map(([id]) => id.replace(/^SessionArchiveMonitoring|[0-9A-F]{8}$/g, ''))
    .sort()
}

function metricsOf({ log }: { log: Record<string, unknown>[] }) {
  return log.filter((line) => '_aws' in line)
}
