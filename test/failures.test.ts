import { Clock } from '../emulator/clock'
import { startDatabase } from '../emulator/database'
import { generateSessions } from '../emulator/generate'
import { startEmulator } from '../emulator/server'
import { World } from '../emulator/world'
import { type DatabaseFault, startDatabaseProxy } from './support/database-proxy'
import { invoke } from './support/invoke'
import { type DeployedTemplate, synthesise } from './support/template'

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

describe('a source that fails', () => {
  let template: DeployedTemplate
  beforeAll(() => {
    template = synthesise()
  })

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
          SESSION_ARCHIVE_TABLE: database.sessionsTable,
          SESSION_ARCHIVE_SWEEPS_TABLE: database.sweepsTable,
        },
      })

    if ('list' in failure) emulator.faults.script = () => failure.list
    if ('database' in failure) proxy.fault = () => failure.database
    const failed = await run()
    world.clock.advance(60 * 60 * 1000)
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

function metricsOf({ log }: { log: Record<string, unknown>[] }) {
  return log.filter((line) => '_aws' in line)
}
