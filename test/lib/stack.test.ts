import { App } from 'aws-cdk-lib'
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions'
import { propsFromContext } from '../../lib/context'
import { SessionArchiveStack } from '../../lib/session-archive-stack'

/** The template of the app with such a context; the function is not bundled. */
function synthesise(context: Record<string, unknown> = {}) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [], ...context } })
  const stack = new SessionArchiveStack(app, 'SessionArchive', propsFromContext(app.node))
  const template = Template.fromStack(stack)
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([])
  return template
}

describe('the stack', () => {
  const template = synthesise()

  test('keeps both tables whatever happens, encrypted, recoverable to any of 35 days', () => {
    template.resourceCountIs('AWS::DynamoDB::Table', 2)
    template.allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      }),
    })
    template.allResources('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({ EnableKeyRotation: true }),
    })
  })

  test('nothing expires unless a retention is asked for', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', { TimeToLiveSpecification: Match.absent() })
    const expiring = synthesise({ retentionDays: 400 })
    expiring.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'SessionId', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ExpiresAt', Enabled: true },
    })
    expiring.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SESSION_ARCHIVE_RETENTION_DAYS: '400' }) },
    })
  })

  test('runs every function on Node.js 24 and arm64', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    })
  })

  test('keeps the events of failed sweeps, and of sweeps that could not be started', () => {
    const queue = Object.keys(template.findResources('AWS::SQS::Queue'))[0]
    const arn = { 'Fn::GetAtt': [queue, 'Arn'] }
    template.allResourcesProperties('AWS::Lambda::Function', { DeadLetterConfig: { TargetArn: arn } })
    template.allResourcesProperties('AWS::Scheduler::Schedule', {
      Target: Match.objectLike({ DeadLetterConfig: { Arn: arn } }),
    })
    template.allResourcesProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 })
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2 })
  })

  test('has customer-managed policies only: none inline, none of AWS', () => {
    template.resourceCountIs('AWS::IAM::Policy', 0)
    template.allResourcesProperties('AWS::IAM::Role', {
      Policies: Match.absent(),
      ManagedPolicyArns: Match.absent(),
    })
  })

  test('no policy has a wildcard but that of DescribeSessions, which has no resource types', () => {
    const statements = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    )
    const wild = statements.filter((statement) =>
      JSON.stringify([statement.Action, statement.Resource]).includes('*'),
    )
    expect(wild).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:DescribeSessions',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': [{ Ref: 'AWS::Region' }] } },
      },
    ])
  })

  test('the archiver may use the key through DynamoDB alone', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { AWS: Match.objectLike({}) },
            Action: [
              'kms:Decrypt',
              'kms:DescribeKey',
              'kms:Encrypt',
              'kms:GenerateDataKey*',
              'kms:ReEncrypt*',
            ],
            Condition: {
              StringEquals: {
                'kms:ViaService': {
                  'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.amazonaws.com']],
                },
              },
            },
          }),
        ]),
      },
    })
  })

  test('sweeps its own region every hour, or each region asked for', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 1)
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 hour)',
      Target: Match.objectLike({
        Input: { 'Fn::Join': ['', ['{"region":"', { Ref: 'AWS::Region' }, '"}']] },
      }),
    })
    const several = synthesise({ regions: 'eu-west-1,us-east-1' })
    const inputs = Object.values(several.findResources('AWS::Scheduler::Schedule')).map(
      ({ Properties }) => Properties.Target.Input,
    )
    expect(inputs.sort()).toEqual(['{"region":"eu-west-1"}', '{"region":"us-east-1"}'])
    several.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Condition: { StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } },
          }),
        ]),
      },
    })
  })

  test('alarms on the topic for each way to fail', () => {
    const topic = Object.keys(template.findResources('AWS::SNS::Topic'))[0]
    template.resourceCountIs('AWS::CloudWatch::Alarm', 5)
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: topic }],
      OKActions: [{ Ref: topic }],
      AlarmDescription: Match.anyValue(),
    })
    const any = { Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1 }
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...any,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      TreatMissingData: 'notBreaching',
    })
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...any,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
    })
    for (const MetricName of ['MissedByRecent', 'SessionsRejected'])
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        ...any,
        Namespace: 'SessionArchive',
        MetricName,
      })
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'SessionArchive',
      MetricName: 'SweepsCompleted',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    })
  })

  test("the topic takes messages of this account's alarms, and none without TLS", () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
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

  test('alarms by e-mail where an address is given', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0)
    synthesise({ alarmEmail: 'oncall@example.com' }).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    })
  })

  test('outputs name what an operator needs next', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'AlarmTopic',
      'FunctionName',
      'QueryToday',
      'SessionsTable',
      'SweepsTable',
    ])
  })
})

describe('context', () => {
  test.each([
    ['regions', 'Frankfurt', 'different regions such as "eu-west-1,us-east-1"'],
    ['regions', '', 'different regions'],
    ['regions', [], 'different regions'],
    ['regions', 'eu-west-1,eu-west-1', 'different regions'],
    ['regions', ['eu-west-1', 3], 'different regions'],
    ['alarmEmail', 'oncall', 'an e-mail address'],
    ['alarmEmail', true, 'an e-mail address'],
    ['retentionDays', '30', 'a whole number of days, 31 or more'],
    ['retentionDays', 31.5, 'a whole number of days, 31 or more'],
    ['retentionDays', '', 'a whole number of days, 31 or more'],
    ['retentionDays', 'for ever', 'a whole number of days, 31 or more'],
  ])('refuses %s = %j', (key, value, expected) => {
    expect(() => synthesise({ [key]: value })).toThrow(
      `context ${key}: received ${JSON.stringify(value)}, expected ${expected}`,
    )
  })

  test.each([
    ['retentionDays', '31'],
    ['retentionDays', 31],
    ['regions', ['ap-southeast-2', 'us-gov-west-1']],
  ])('takes %s = %j', (key, value) => {
    expect(() => synthesise({ [key]: value })).not.toThrow()
  })
})
