import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import { Match } from 'aws-cdk-lib/assertions'
import { DEFAULT, FULL, STACKS } from '../stacks'
import { EVERY_OPTION, fromProps, type Synthesised } from '../synth'

const RUNBOOK = readFileSync(join(__dirname, '../../../docs/runbook.md'), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: the properties of alarms, read by expectations
function alarmsOf({ deployed }: Synthesised): [string, any][] {
  return Object.entries(deployed.resources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
    id.replace(/^SessionArchiveMonitoring|[0-9A-F]{8}$/g, ''),
    Properties,
  ])
}

const ALARMS = STACKS.flatMap(([stack, synthesised]) =>
  alarmsOf(synthesised).map(([name, alarm]) => ({ stack, name, alarm, synthesised })),
)

test.each([
  ['the default stack', DEFAULT, 3_600, 24],
  ['the stack with every option', FULL, 1_800, 48],
] as const)('the alarms of %s watch every way to fail', (_name, synthesised, period, day) => {
  const summaries = alarmsOf(synthesised).map(([name, alarm]) => {
    const { Metrics: [{ Expression }] = [{}], Namespace, MetricName, Dimensions: [dimension] = [{}] } = alarm
    const metric = Expression ?? `${Namespace} ${MetricName} ${dimension.Name}=${dimension.Value}`
    const isHigh = alarm.ComparisonOperator === 'GreaterThanOrEqualToThreshold'
    if (!isHigh) expect(alarm.ComparisonOperator).toBe('LessThanOrEqualToThreshold')
    const condition = `${alarm.Statistic ?? ''} ${isHigh ? '>=' : '<='} ${alarm.Threshold}`
    const time = `${alarm.EvaluationPeriods} x ${alarm.Period ?? 300} s, no data ${alarm.TreatMissingData}`
    return [name, `${metric}: ${condition.trim()} for ${time}`]
  })
  const id = synthesised.deployed.resource('AWS::Lambda::Function').logicalId
  const queue = synthesised.deployed.resource('AWS::SQS::Queue').logicalId
  const rare = `>= 1 for 1 x 300 s, no data notBreaching`
  expect(Object.fromEntries(summaries)).toEqual({
    FunctionFailed: `AWS/Lambda Errors FunctionName=${id}: Sum ${rare}`,
    SlowSweep: `AWS/Lambda Duration FunctionName=${id}: Maximum >= 720000 for 1 x 300 s, no data notBreaching`,
    Throttled: `AWS/Lambda Throttles FunctionName=${id}: Sum ${rare}`,
    FailureQueueNotEmpty: `AWS/SQS ApproximateNumberOfMessagesVisible QueueName=${queue}: Maximum ${rare}`,
    NoCompleteSweep: `SessionArchive SweepsCompleted service=${id}: Sum <= 0 for 3 x ${period} s, no data breaching`,
    DaysUntilLossWarning: `SessionArchive DaysUntilLoss service=${id}: Minimum <= 27 for 3 x ${period} s, no data breaching`,
    DaysUntilLossCritical: `SessionArchive DaysUntilLoss service=${id}: Minimum <= 10 for ${day} x ${period} s, no data breaching`,
    SessionsRejected: `SessionArchive SessionsRejected service=${id}: Sum >= 1 for 1 x ${period} s, no data notBreaching`,
    MissedByRecent: `SessionArchive MissedByRecent service=${id}: Sum >= 1 for 1 x ${period} s, no data notBreaching`,
    DatabaseThrottled: `SUM(FILL(METRICS("throttledrequests"), 0)): ${rare}`,
    DatabaseErrors: `SUM(FILL(METRICS("systemerrors"), 0)): ${rare}`,
  })
})

test.each(ALARMS.filter(({ name }) => name.startsWith('Database')))(
  'in $stack, $name watches every operation that the function’s policy allows',
  ({ name, alarm, synthesised }) => {
    const metric = name === 'DatabaseErrors' ? 'SystemErrors' : 'ThrottledRequests'
    const [, ...metrics] = alarm.Metrics
    const watched = metrics.map(({ Id, MetricStat: { Metric } }: (typeof metrics)[number]) => {
      expect(Id).toContain(metric.toLowerCase())
      expect(Metric).toMatchObject({ Namespace: 'AWS/DynamoDB', MetricName: metric })
      const dimensions = Metric.Dimensions.map(({ Name, Value }: Record<string, string>) => [Name, Value])
      const { TableName, Operation } = Object.fromEntries(dimensions)
      return `${Operation} ${TableName}`
    })
    const allowed = Object.values(synthesised.deployed.resources('AWS::IAM::ManagedPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .flatMap(({ Action, Resource }) =>
        [Action].flat().map((action: string) => `${action} ${String(Resource).split('/')[1]}`),
      )
      .filter((call) => /^dynamodb:.*(Item|Query) /.test(call))
    expect(watched.sort()).toEqual(allowed.map((call) => call.replace('dynamodb:', '')).sort())
  },
)

test.each(ALARMS)('in $stack, $name notifies the topic when it rings and when it is over', ({ alarm }) => {
  expect(alarm.AlarmActions).toHaveLength(1)
  expect(alarm.OKActions).toEqual(alarm.AlarmActions)
})

test.each(ALARMS)(
  'in $stack, $name says what to do first, and links to its section of the runbook',
  (row) => {
    const description = String(row.alarm.AlarmDescription)
    expect(description).toMatch(/^Session archive: .* First: .* See docs\/runbook\.md#[a-z]+$/)
    expect(description.split('#').pop()).toBe(row.name.toLowerCase())
    expect(RUNBOOK).toContain(`\n## ${row.name}\n`)
  },
)

test.each([7, 30, 60, 1_440])('with a sweep every %d minutes, CloudWatch takes every alarm', (minutes) => {
  for (const [, alarm] of alarmsOf(fromProps({ schedule: Duration.minutes(minutes) }))) {
    const { Period = 300, EvaluationPeriods } = alarm
    expect(Period % 60).toBe(0)
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual((Period >= 3_600 ? 7 : 1) * 86_400)
  }
})

test.each(STACKS)('the dashboard of %s shows what matters, and every alarm', (_name, { deployed }) => {
  const body = String(deployed.resource('AWS::CloudWatch::Dashboard').Properties.DashboardBody)
  const { widgets } = JSON.parse(body)
  expect(widgets.map(({ properties }: { properties: { title: string } }) => properties.title)).toEqual([
    'Alarms',
    'Days until loss',
    'Open sessions',
    'Days until loss, of 30',
    'Sessions archived',
    'Sweeps',
    'Duration of sweeps (ms)',
    'Failures',
    'What costs: writes and reads',
    'What costs: calls',
  ])
  expect(widgets[0].properties.alarms).toHaveLength(11)
})

test.each(STACKS)('%s saves two queries of the log, and the runbook names them', (_name, { deployed }) => {
  const queries = Object.values(deployed.resources('AWS::Logs::QueryDefinition'))
  expect(queries.map(({ Properties }) => Properties.Name)).toEqual([
    'SessionArchive/failures',
    'SessionArchive/durations',
  ])
  expect(RUNBOOK).toContain('the saved queries `failures` and `durations` in CloudWatch Logs Insights')
})

test("the topic takes messages of this account's alarms, and none without TLS", () => {
  DEFAULT.template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        Match.objectLike({
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ],
    },
  })
})

test('alarms are sent by e-mail if an address is given, and to the topic that is given', () => {
  const { topicArn, alarmEmail } = EVERY_OPTION
  DEFAULT.template.resourceCountIs('AWS::SNS::Subscription', 0)
  FULL.template.allResourcesProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: alarmEmail,
    TopicArn: topicArn,
  })
  FULL.template.resourceCountIs('AWS::SNS::Topic', 0)
  FULL.template.resourceCountIs('AWS::SNS::TopicPolicy', 0)
  FULL.template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [topicArn] })
})
