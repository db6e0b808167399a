import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Duration } from 'aws-cdk-lib'
import { METRICS } from '../../archive/names'
import { everyOption, fromProps } from './synth'

const { props, app } = everyOption()
const STACKS = {
  'the default': { ...fromProps({}), period: 3_600, day: 24 },
  'every option set': { ...fromProps(props, app), period: 1_800, day: 48 },
}

interface WatchedMetric {
  readonly Id: string
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string
      readonly MetricName: string
      readonly Dimensions: readonly { Name: string; Value: string }[]
    }
  }
}

const RUNBOOK = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8')

describe.each(Object.entries(STACKS))('%s', (_name, { deployed, period, day }) => {
  const alarms = Object.fromEntries(
    Object.entries(deployed.resources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
      id.replace(/^SessionArchiveMonitoring|[0-9A-F]{8}$/g, ''),
      Properties,
    ]),
  )
  const functionId = deployed.resource('AWS::Lambda::Function').logicalId
  const queueId = deployed.resource('AWS::SQS::Queue').logicalId
  const high = { ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' }
  const low = { ComparisonOperator: 'LessThanOrEqualToThreshold', TreatMissingData: 'breaching' }
  const own = {
    Namespace: 'SessionArchive',
    Dimensions: [{ Name: 'service', Value: functionId }],
    Period: period,
  }
  const lambda = {
    ...high,
    Namespace: 'AWS/Lambda',
    Dimensions: [{ Name: 'FunctionName', Value: functionId }],
    EvaluationPeriods: 1,
  }

  test.each(
    Object.entries({
      FunctionFailed: { ...lambda, MetricName: 'Errors', Statistic: 'Sum', Threshold: 1 },
      SlowSweep: { ...lambda, MetricName: 'Duration', Statistic: 'Maximum', Threshold: 720_000 },
      Throttled: { ...lambda, MetricName: 'Throttles', Statistic: 'Sum', Threshold: 1 },
      FailureQueueNotEmpty: {
        ...high,
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: queueId }],
        Statistic: 'Maximum',
        Threshold: 1,
      },
      NoCompleteSweep: {
        ...own,
        ...low,
        MetricName: METRICS.sweepsCompleted,
        Statistic: 'Sum',
        Threshold: 0,
        EvaluationPeriods: 3,
      },
      DaysUntilLossWarning: {
        ...own,
        ...low,
        MetricName: METRICS.daysUntilLoss,
        Statistic: 'Minimum',
        Threshold: 27,
        EvaluationPeriods: 3,
      },
      DaysUntilLossCritical: {
        ...own,
        ...low,
        MetricName: METRICS.daysUntilLoss,
        Statistic: 'Minimum',
        Threshold: 10,
        EvaluationPeriods: day,
      },
      SessionsRejected: {
        ...own,
        ...high,
        MetricName: METRICS.sessionsRejected,
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 1,
      },
      MissedByRecent: {
        ...own,
        ...high,
        MetricName: METRICS.missedByRecent,
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: 1,
      },
      DatabaseThrottled: { ...high, Threshold: 1, EvaluationPeriods: 1 },
      DatabaseErrors: { ...high, Threshold: 1, EvaluationPeriods: 1 },
    }),
  )('%s', (name, expected) => {
    expect(alarms[name]).toMatchObject(expected)
  })

  test('there are no other alarms', () => {
    expect(Object.keys(alarms)).toHaveLength(11)
  })

  test.each([
    ['DatabaseThrottled', 'ThrottledRequests'],
    ['DatabaseErrors', 'SystemErrors'],
  ])('%s watches every call that the function’s policy allows', (alarm, metric) => {
    const [expression, ...metrics] = alarms[alarm]?.Metrics ?? []
    expect(expression.Expression).toBe(`SUM(FILL(METRICS("${metric.toLowerCase()}"), 0))`)
    const watched = (metrics as WatchedMetric[]).map(({ Id, MetricStat: { Metric } }) => {
      expect(Id).toContain(metric.toLowerCase())
      expect([Metric.Namespace, Metric.MetricName]).toEqual(['AWS/DynamoDB', metric])
      const dimension = (name: string) => Metric.Dimensions.find(({ Name }) => Name === name)?.Value
      return { TableName: dimension('TableName'), Operation: dimension('Operation') }
    })
    const allowed = Object.values(deployed.resources('AWS::IAM::ManagedPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().some((action) => /dynamodb:.*(Item|Query)$/.test(action)))
      .flatMap(({ Action, Resource }) =>
        [Action].flat().map((action: string) => ({
          TableName: String(Resource).split('/')[1],
          Operation: action.split(':')[1],
        })),
      )
    const sorted = (list: unknown[]) => list.map((item) => JSON.stringify(item)).sort()
    expect(sorted(watched)).toEqual(sorted(allowed))
  })

  test.each(Object.keys(alarms))('%s tells the topic when it rings and when it is over', (name) => {
    expect(alarms[name]?.AlarmActions).toHaveLength(1)
    expect(alarms[name]?.OKActions).toEqual(alarms[name]?.AlarmActions)
  })

  test.each(Object.keys(alarms))('%s says what to do first, and where to read on', (name) => {
    const description = String(alarms[name]?.AlarmDescription)
    expect(description).toMatch(/^Session archive: .* First: .* See docs\/runbook\.md#[a-z]+$/)
    expect(description.split('#').pop()).toBe(name.toLowerCase())
    expect(RUNBOOK).toContain(`\n## ${name}\n`)
  })

  test.each(Object.keys(alarms))('CloudWatch takes the time that %s looks at', (name) => {
    const { Period = 300, EvaluationPeriods } = alarms[name] ?? {}
    const limit = (Period >= 3_600 ? 7 : 1) * 86_400
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual(limit)
  })

  test('the dashboard shows what matters, and every alarm', () => {
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

  test('queries of the log are saved', () => {
    const names = Object.values(deployed.resources('AWS::Logs::QueryDefinition')).map(
      ({ Properties }) => Properties.Name,
    )
    expect(names).toEqual([
      'SessionArchive/failures',
      'SessionArchive/sweeps',
      'SessionArchive/last complete sweeps',
      'SessionArchive/durations',
    ])
  })
})

test.each([7, 1_440])('with a sweep every %d minutes, CloudWatch takes every alarm', (minutes) => {
  const { deployed } = fromProps({ schedule: Duration.minutes(minutes) })
  for (const { Properties } of Object.values(deployed.resources('AWS::CloudWatch::Alarm'))) {
    const { Period = 300, EvaluationPeriods } = Properties
    expect(Period % 60).toBe(0)
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual((Period >= 3_600 ? 7 : 1) * 86_400)
  }
})
