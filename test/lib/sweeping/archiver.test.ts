import { Match } from 'aws-cdk-lib/assertions'
import { DEFAULT, FULL, STACKS } from '../stacks'
import type { Synthesised } from '../synth'

test.each(STACKS)('%s keeps the events of sweeps that failed or did not start', (_name, { template }) => {
  const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'))
  const arn = { 'Fn::GetAtt': [queue, 'Arn'] }
  template.allResourcesProperties('AWS::Lambda::Function', { DeadLetterConfig: { TargetArn: arn } })
  template.allResourcesProperties('AWS::Scheduler::Schedule', {
    Target: Match.objectLike({ DeadLetterConfig: { Arn: arn } }),
  })
  template.allResourcesProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 })
  template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    MaximumRetryAttempts: 2,
    DestinationConfig: { OnFailure: { Destination: arn } },
  })
})

test.each(STACKS)('the failure queue of %s takes no message without TLS', (_name, { template }) => {
  template.allResourcesProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: Match.objectLike({
      Statement: [
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      ],
    }),
  })
})

test('the default stack sweeps its own region every hour', () => {
  expect(schedulesOf(DEFAULT)).toEqual([['rate(1 hour)', { region: 'us-east-1' }]])
  expect(variablesOf(DEFAULT)).toMatchObject({ SESSION_ARCHIVE_REGIONS: 'us-east-1' })
})

test('each region that is asked for is swept as often as is asked for, and no other may be', () => {
  expect(schedulesOf(FULL)).toEqual([
    ['rate(30 minutes)', { region: 'eu-west-1' }],
    ['rate(30 minutes)', { region: 'us-east-1' }],
  ])
  expect(variablesOf(FULL)).toMatchObject({ SESSION_ARCHIVE_REGIONS: 'eu-west-1,us-east-1' })
})

test.each([
  ['the default stack', DEFAULT, 3_600],
  ['the stack with every option', FULL, 1_800],
] as const)('a schedule of %s keeps its event no longer than its period', (_name, { template }, seconds) => {
  template.allResourcesProperties('AWS::Scheduler::Schedule', {
    Target: Match.objectLike({ RetryPolicy: Match.objectLike({ MaximumEventAgeInSeconds: seconds }) }),
  })
})

test('the function knows the retention if one is asked for', () => {
  expect(variablesOf(DEFAULT)).not.toHaveProperty('SESSION_ARCHIVE_RETENTION_DAYS')
  expect(variablesOf(FULL)).toMatchObject({ SESSION_ARCHIVE_RETENTION_DAYS: '400' })
})

test('the log is kept for a year, or as long as is asked for', () => {
  DEFAULT.template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 })
  FULL.template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 731 })
})

function schedulesOf({ deployed }: Synthesised) {
  return Object.values(deployed.resources('AWS::Scheduler::Schedule')).map(({ Properties }) => [
    Properties.ScheduleExpression,
    JSON.parse(Properties.Target.Input),
  ])
}

function variablesOf({ deployed }: Synthesised) {
  return deployed.resource('AWS::Lambda::Function').Properties.Environment.Variables
}
