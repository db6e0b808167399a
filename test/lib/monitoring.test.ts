import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import { policiesOf } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { DEFAULT, EVERY_OPTION, expectAll, FULL, fromContext, fromProps, STACKS } from './synth'

/** Alarms that ring if there is no data. */
const SILENCE = [
  'NoCompleteSweep',
  'DaysUntilLossWarning',
  'DaysUntilLossCritical',
  'RosterStale',
  'NoCheckpoint',
]

const RUNBOOK = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: the properties of alarms, read by expectations
function alarmsOf(stack: DeployedTemplate): [string, any][] {
  return Object.entries(stack.resources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
    id.replace(/^SessionArchiveMonitoring|[0-9A-F]{8}$/g, ''),
    Properties,
  ])
}

const ALARMS = STACKS.flatMap(([stack, deployed]) =>
  alarmsOf(deployed).map(([name, alarm]) => ({ stack, name, alarm, deployed })),
)

test.each([
  ['the default stack', DEFAULT, 3_600, 24, 26, 30],
  ['the stack with every option', FULL, 1_800, 48, 14, 6],
] as const)('the alarms of %s watch every way to fail', (_name, stack, period, day, quiet, stale) => {
  const summaries = alarmsOf(stack).map(([name, alarm]) => {
    const { Metrics: [{ Expression }] = [{}], Namespace, MetricName, Dimensions: [dimension] = [{}] } = alarm
    const metric = Expression ?? `${Namespace} ${MetricName} ${dimension.Name}=${dimension.Value}`
    const isHigh = alarm.ComparisonOperator === 'GreaterThanOrEqualToThreshold'
    if (!isHigh) expect(alarm.ComparisonOperator).toBe('LessThanOrEqualToThreshold')
    const condition = `${alarm.Statistic ?? ''} ${isHigh ? '>=' : '<='} ${alarm.Threshold}`
    const seconds = alarm.Period ?? alarm.Metrics[1].MetricStat.Period
    const time = `${alarm.EvaluationPeriods} x ${seconds} s, no data ${alarm.TreatMissingData}`
    return [name, `${metric}: ${condition.trim()} for ${time}`]
  })
  const id = stack.resource('AWS::Lambda::Function', 'Archiver').logicalId
  const log = stack.resource('AWS::Lambda::Function', 'Evidence').logicalId
  const queueOf = (part: string) => stack.resource('AWS::SQS::Queue', part).logicalId
  const visible = 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName'
  const rare = `>= 1 for 1 x 300 s, no data notBreaching`
  const inThree = `>= 1 for 3 x ${period} s, no data notBreaching`
  expect(Object.fromEntries(summaries)).toEqual({
    FunctionFailed: `AWS/Lambda Errors FunctionName=${id}: Sum ${rare}`,
    SlowSweep: `AWS/Lambda Duration FunctionName=${id}: Maximum >= 720000 for 1 x 300 s, no data notBreaching`,
    Throttled: `AWS/Lambda Throttles FunctionName=${id}: Sum ${rare}`,
    FailureQueueNotEmpty: `${visible}=${queueOf('FailureQueue')}: Maximum ${rare}`,
    // a quiet source is swept once in 24 hours, or 12: until then there may be nothing to complete
    NoCompleteSweep: `SessionArchive SweepsCompleted service=${id}: Sum <= 0 for ${quiet} x 3600 s, no data breaching`,
    SourcesLate: `SessionArchive SourcesLate service=${id}: Maximum ${inThree}`,
    SourcesDenied: `SessionArchive SourcesDenied service=${id}: Maximum ${inThree}`,
    // an account's regions are listed once a day, an organization's accounts in every round
    RosterStale: `SessionArchive RosterAge service=${id}: Maximum >= ${stale} for 3 x ${period} s, no data breaching`,
    ...(stack === FULL && {
      SourcesUnreachable: `SessionArchive SourcesUnreachable service=${id}: Maximum ${inThree}`,
      SweepQueueDeadLetters: `${visible}=${queueOf('SweepsDeadLetters')}: Maximum ${rare}`,
    }),
    DaysUntilLossWarning: `SessionArchive DaysUntilLoss service=${id}: Minimum <= 27 for 3 x ${period} s, no data breaching`,
    DaysUntilLossCritical: `SessionArchive DaysUntilLoss service=${id}: Minimum <= 10 for ${day} x ${period} s, no data breaching`,
    SessionsRejected: `SessionArchive SessionsRejected service=${id}: Sum >= 1 for 1 x ${period} s, no data notBreaching`,
    MissedByRecent: `SessionArchive MissedByRecent service=${id}: Sum >= 1 for 1 x ${period} s, no data notBreaching`,
    Uncorroborated: `SessionArchive Uncorroborated service=${id}: Sum >= 1 for 1 x ${period} s, no data notBreaching`,
    DatabaseThrottled: `SUM(FILL(METRICS("throttledrequests"), 0)): ${rare}`,
    DatabaseErrors: `SUM(FILL(METRICS("systemerrors"), 0)): ${rare}`,
    BackupFailed: `SUM(FILL(METRICS("backups"), 0)): >= 1 for 1 x 3600 s, no data notBreaching`,
    UnexpectedChange: `SessionArchive UnexpectedChange service=${log}: Sum ${rare}`,
    EvidenceLogFailed: `AWS/Lambda Errors FunctionName=${log}: Sum >= 1 for 3 x 300 s, no data notBreaching`,
    // DynamoDB keeps a change for 24 hours
    EvidenceLogBehind: `AWS/Lambda IteratorAge FunctionName=${log}: Maximum >= 10800000 for 1 x 300 s, no data notBreaching`,
    NoCheckpoint: `AWS/Lambda Invocations FunctionName=${log}: Sum <= 0 for 4 x 21600 s, no data breaching`,
  })
})

test.each(ALARMS.filter(({ name }) => name.startsWith('Database')))(
  'in $stack, $name watches every operation that the function’s policy allows',
  ({ name, alarm, deployed }) => {
    const metric = name === 'DatabaseErrors' ? 'SystemErrors' : 'ThrottledRequests'
    const [, ...metrics] = alarm.Metrics
    const watched = metrics.map(({ Id, MetricStat: { Metric } }: (typeof metrics)[number]) => {
      expect(Id).toContain(metric.toLowerCase())
      expect(Metric).toMatchObject({ Namespace: 'AWS/DynamoDB', MetricName: metric })
      const dimensions = Metric.Dimensions.map(({ Name, Value }: Record<string, string>) => [Name, Value])
      const { TableName, Operation } = Object.fromEntries(dimensions)
      return `dynamodb:${Operation} ${TableName}`
    })
    const allowed = policiesOf(deployed)
      .filter(({ Action }) => !String(Action).includes('Stream'))
      // the function that logs queries Sweeps, too: a metric is of a table, whoever calls
      .filter(({ Condition }) => Condition?.['ForAllValues:StringEquals'] === undefined)
      .flatMap(({ Action, Resource }) =>
        [Action].flat().map((action) => `${action} ${String(Resource).split('/')[1]}`),
      )
      .filter((call) => /^dynamodb:.*(Item|Query) /.test(call))
    expect(watched.sort()).toEqual(allowed.sort())
  },
)

test.each(ALARMS)(
  'in $stack, $name notifies the topic, says what to do, and links to the runbook',
  ({ name, alarm }) => {
    expect(alarm.AlarmActions).toHaveLength(1)
    // without silence as a reason it would say OK as soon as it exists
    expect(alarm.OKActions).toEqual(alarm.TreatMissingData === 'breaching' ? alarm.AlarmActions : undefined)
    const link = `See docs/runbook\\.md#${name.toLowerCase()}`
    expect(alarm.AlarmDescription).toMatch(new RegExp(`^Session archive: .* First: .* ${link}$`))
    expect(RUNBOOK).toContain(`\n## ${name}\n`)
  },
)

test.each([7, 30, 60, 1_440])('with a sweep every %d minutes, CloudWatch takes every alarm', (minutes) => {
  const alarms = alarmsOf(fromProps({ schedule: Duration.minutes(minutes) }))
  for (const [, { Period = 300, EvaluationPeriods }] of alarms) {
    expect(Period % 60).toBe(0)
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual((Period >= 3_600 ? 7 : 1) * 86_400)
  }
})

test.each([
  [60, 1_440],
  [720, 1_440],
  [721, 1_442],
  [1_440, 2_880], // the most that CloudWatch allows
])(
  'with a sweep every %d minutes, silence rings after %d minutes, when somebody can hear it',
  (minutes, quiet) => {
    const alarms = Object.fromEntries(alarmsOf(fromProps({ schedule: Duration.minutes(minutes) })))
    const silent = Object.entries(alarms).filter(
      ([, { TreatMissingData }]) => TreatMissingData === 'breaching',
    )
    expect(silent.map(([name]) => name)).toEqual(SILENCE)
    for (const [name, { WarmUpConfiguration }] of Object.entries(alarms))
      expect(WarmUpConfiguration).toEqual(
        SILENCE.includes(name)
          ? { WarmUpPeriodDurationInMinutes: quiet, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true }
          : undefined,
      )
    expect(alarms.DaysUntilLossCritical.EvaluationPeriods).toBeGreaterThan(1)
  },
)

test('where CloudWatch knows no warm-up, alarms do without', () => {
  expect(JSON.stringify(fromContext({ alarmWarmUp: 'false' }).json)).not.toContain('WarmUp')
})

test.each(STACKS)(
  'BackupFailed of %s watches the vault, for each way in which a backup can fail',
  (_name, stack) => {
    const { logicalId: Value } = stack.resource('AWS::Backup::BackupVault')
    const alarm = ALARMS.find(({ name, deployed }) => name === 'BackupFailed' && deployed === stack)?.alarm
    const metrics = alarm.Metrics.slice(1).map(({ MetricStat }: Record<string, unknown>) => MetricStat)
    const names = ['NumberOfBackupJobsFailed', 'NumberOfBackupJobsExpired', 'NumberOfBackupJobsAborted']
    const Dimensions = [{ Name: 'BackupVaultName', Value }]
    const expected = names.map((MetricName) => ({ MetricName, Namespace: 'AWS/Backup', Dimensions }))
    expect(metrics).toEqual(expected.map((Metric) => ({ Metric, Period: 3_600, Stat: 'Sum' })))
  },
)

test('without backups there is no alarm for them', () => {
  for (const context of [{ backupRetentionDays: 'off' }, { removalPolicy: 'destroy' }])
    expect(alarmsOf(fromContext(context)).map(([name]) => name)).not.toContain('BackupFailed')
})

test.each(STACKS)('the dashboard of %s shows what matters, and every alarm', (_name, stack) => {
  const { widgets } = JSON.parse(stack.resource('AWS::CloudWatch::Dashboard').Properties.DashboardBody)
  expect(widgets.map(({ properties }: { properties: { title: string } }) => properties.title)).toEqual([
    'Alarms',
    'Days until loss',
    'Open sessions',
    'Days until loss, of 30',
    'Sources in trouble',
    'Age of the roster (hours), wait in the queue (seconds)',
    'Sessions archived',
    'Sweeps',
    'Duration of sweeps (ms)',
    'Failures',
    'What costs: writes and reads',
    'What costs: calls',
  ])
  expect(widgets[0].properties.alarms).toHaveLength(alarmsOf(stack).length)
})

test.each(STACKS)('%s saves two queries of the log, and the runbook names them', (_name, stack) => {
  const names = stack.all('AWS::Logs::QueryDefinition').map(({ Name }) => Name)
  expect(names).toEqual(['SessionArchive/failures', 'SessionArchive/durations'])
  expect(RUNBOOK).toContain('the saved queries `failures` and `durations` in CloudWatch Logs Insights')
})

test("the topic takes messages of this account's alarms, and none without TLS", () => {
  expect(DEFAULT.resource('AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement).toMatchObject([
    { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    },
  ])
})

test('alarms are sent by e-mail if an address is given, and to the topic that is given', () => {
  const { topicArn, alarmEmail } = EVERY_OPTION
  expect(DEFAULT.all('AWS::SNS::Subscription')).toEqual([])
  expectAll(FULL, 'AWS::SNS::Subscription', { Protocol: 'email', Endpoint: alarmEmail, TopicArn: topicArn })
  expectAll(FULL, 'AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] })
  expect([...FULL.all('AWS::SNS::Topic'), ...FULL.all('AWS::SNS::TopicPolicy')]).toEqual([])
})
