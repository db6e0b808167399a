import { METRIC_NAMESPACE } from '../../archive/names'
import { generateSessions } from '../../emulator/generate'
import { type Deployment, openDeployment } from '../support/deployment'
import { metricsOf } from '../support/invoke'
import { endedSession } from '../support/sessions'
import { synthesise } from '../support/template'
import { DAY, daysAgo, HOUR } from '../support/times'

const template = synthesise()

type Break = (deployment: Deployment) => void

const denyList: Break = ({ emulator }) => {
  emulator.faults.script = () => 'deny'
}

/** How a whole source can fail. DynamoDB words the key's error like this for item calls; nobody recorded it live. */
const FAILURES: Record<string, Break> = {
  'a role that is denied': denyList,
  'a table that is throttled': ({ proxy }) => {
    proxy.fault = () => 'throttle'
  },
  'a key that is disabled': ({ proxy }) => {
    const message = 'KMS key access denied error: arn:aws:kms:us-east-1:111122223333:key/EXAMPLE is disabled.'
    proxy.fault = () => ({ type: 'AccessDeniedException', message })
  },
}

test.each(Object.entries(FAILURES))('%s raises an alarm; the next round heals it', async (_name, fail) => {
  const deployment = await openDeployment({ template })
  const { world, emulator, proxy, invoke, lastReceipt } = deployment
  world.add(generateSessions({ count: 250, seed: 6, now: world.clock.now() }))

  fail(deployment)
  const failed = await invoke()
  world.clock.advance(HOUR)
  emulator.faults.script = undefined
  proxy.fault = () => undefined
  const healed = await invoke()

  if (fail === denyList) {
    const told = { SweepsCompleted: 0, SweepsFailed: 1, SourcesDenied: 1, DaysUntilLoss: 0 }
    expect(metricsOf(failed)).toEqual([expect.objectContaining(told)])
  } else {
    expect(failed.error).toBeDefined() // Lambda counts it, and the alarm FunctionFailed watches that
    expect(metricsOf(failed)).toEqual([]) // silence rings, too
  }
  expect(metricsOf(healed)).toEqual([expect.objectContaining({ SweepsCompleted: 1, SourcesDenied: 0 })])
  expect(metricsOf(healed)[0]?.DaysUntilLoss).toBeCloseTo(30, 1)
  const { history, active } = world.counts()
  expect(await lastReceipt()).toMatchObject({ Outcome: 'complete', Archived: history + active, Rejected: 0 })
})

/** What happens some days after a first sweep, and the alarms on the function's own metrics that it raises. */
const ALARMS: Record<string, { readonly days: number; readonly induce: Break; readonly rings: string[] }> = {
  'nothing wrong': { days: 1, induce: () => {}, rings: [] },
  'a source that fails': { days: 1, induce: denyList, rings: ['NoCompleteSweep', 'SourcesDenied'] },
  'a source that has failed for 4 days': {
    days: 4,
    induce: denyList,
    rings: ['DaysUntilLossWarning', 'NoCompleteSweep', 'SourcesDenied', 'SourcesLate'],
  },
  'a source that has failed for 21 days': {
    days: 21,
    induce: denyList,
    rings: [
      ...['DaysUntilLossCritical', 'DaysUntilLossWarning', 'NoCompleteSweep'],
      ...['SourcesDenied', 'SourcesLate'],
    ],
  },
  'a session that cannot be stored': {
    days: 1,
    induce: ({ world }) => world.add([endedSession({ SessionId: undefined })]),
    rings: ['SessionsRejected'],
  },
  'a session that AWS shows late': {
    days: 1,
    induce: ({ world }) => world.add([endedSession({}, { startedAt: daysAgo(3) })]),
    rings: ['MissedByRecent'],
  },
  'a session that AWS hides': {
    days: 1,
    induce: ({ world }) =>
      world.add([
        endedSession({ SessionId: 'hidden' }, { startedAt: daysAgo(0.5), forgottenAt: daysAgo(0.5) }),
      ]),
    rings: ['Uncorroborated'],
  },
}

test.each(Object.entries(ALARMS))('%s raises these alarms and no others', async (_name, alarm) => {
  const { days, induce, rings } = alarm
  const deployment = await openDeployment({ template, now: daysAgo(days) })
  const { world, invoke } = deployment

  await invoke()
  world.clock.advance(days * DAY)
  induce(deployment)
  const [metrics = {}] = metricsOf(await invoke())

  expect(ringing(metrics)).toEqual(rings)
})

/** The alarms that these values breach, in the order of their names. */
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
