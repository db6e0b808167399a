import { Match } from 'aws-cdk-lib/assertions'
import { everyOption, fromContext, fromProps, type Synthesised } from './synth'

const { props, app } = everyOption()
const STACKS: Record<string, Synthesised> = {
  'the default': fromContext(),
  'every option set': fromProps(props, app),
}

describe.each(Object.entries(STACKS))('%s', (name, { template, deployed }) => {
  test('no release can replace a table or the key: their logical ids stay', () => {
    expect(Object.keys(deployed.resources('AWS::DynamoDB::Table')).sort()).toEqual([
      'SessionArchiveTablesSessions97EB5AF3',
      'SessionArchiveTablesSweeps07B46758',
    ])
    expect(Object.keys(deployed.resources('AWS::KMS::Key'))).toEqual(
      name === 'the default' ? ['SessionArchiveTablesKey0F673AC7'] : [],
    )
    for (const { Properties } of Object.values(deployed.resources('AWS::DynamoDB::Table')))
      expect(Properties.TableName).toBeUndefined()
  })

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
    for (const type of ['AWS::Logs::LogGroup', 'AWS::Backup::BackupVault'])
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  })

  test('runs every function on Node.js 24 and arm64', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    })
  })

  test('keeps the events of failed sweeps with their error, and of sweeps that could not be started', () => {
    const queue = Object.keys(template.findResources('AWS::SQS::Queue'))[0]
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
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      }),
    })
  })

  test('has customer-managed policies only: none inline, none of AWS', () => {
    template.resourceCountIs('AWS::IAM::Policy', 0)
    template.allResourcesProperties('AWS::IAM::Role', {
      Policies: Match.absent(),
      ManagedPolicyArns: Match.absent(),
    })
  })

  test('backs up both tables every month', () => {
    template.hasResourceProperties('AWS::Backup::BackupPlan', {
      BackupPlan: Match.objectLike({
        BackupPlanRule: [
          Match.objectLike({
            Lifecycle: { DeleteAfterDays: name === 'the default' ? 365 : 2_555 },
            ScheduleExpression: 'cron(0 3 1 * ? *)',
          }),
        ],
      }),
    })
    template.hasResourceProperties('AWS::Backup::BackupSelection', {
      BackupSelection: Match.objectLike({
        Resources: Object.keys(deployed.resources('AWS::DynamoDB::Table')).map((id) => ({
          'Fn::GetAtt': [id, 'Arn'],
        })),
      }),
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

  test('no secret is in it', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/AKIA|BEGIN [A-Z ]*PRIVATE KEY|password|secret/i)
  })
})

describe('the default', () => {
  const { template } = STACKS['the default'] as Synthesised

  test('keeps its key whatever happens, and has it rotated', () => {
    template.allResources('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({ EnableKeyRotation: true }),
    })
  })

  test('nothing expires unless a retention is asked for', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', { TimeToLiveSpecification: Match.absent() })
    const expiring = fromContext({ retentionDays: 400 }).template
    expiring.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'SessionId', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ExpiresAt', Enabled: true },
    })
    expiring.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ SESSION_ARCHIVE_RETENTION_DAYS: '400' }) },
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
    const several = fromContext({ regions: 'eu-west-1,us-east-1' }).template
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
    fromContext({ alarmEmail: 'oncall@example.com' }).template.hasResourceProperties(
      'AWS::SNS::Subscription',
      {
        Protocol: 'email',
        Endpoint: 'oncall@example.com',
      },
    )
  })
})

describe('every option set', () => {
  const { template, deployed } = STACKS['every option set'] as Synthesised

  test('schedule, regions, retention', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 2)
    template.allResourcesProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(30 minutes)' })
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          SESSION_ARCHIVE_REGIONS: 'eu-west-1,us-east-1',
          SESSION_ARCHIVE_RETENTION_DAYS: '400',
        }),
      },
    })
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 731 })
    template.allResourcesProperties('AWS::DynamoDB::Table', { TableClass: 'STANDARD_INFREQUENT_ACCESS' })
  })

  test('uses the topic and the key that are there', () => {
    template.resourceCountIs('AWS::SNS::Topic', 0)
    template.resourceCountIs('AWS::SNS::TopicPolicy', 0)
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [props.topicArn] })
    template.hasResourceProperties('AWS::SNS::Subscription', { TopicArn: props.topicArn })
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      SSESpecification: Match.objectLike({ KMSMasterKeyId: props.keyArn }),
    })
    template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: props.keyArn })
    template.hasResourceProperties('AWS::Logs::LogGroup', { KmsKeyId: props.keyArn })
  })

  test('runs in the VPC: nothing comes in, TLS goes out, to endpoints', () => {
    const { SecurityGroupIds, SubnetIds } = deployed.resource('AWS::Lambda::Function').Properties.VpcConfig
    expect(SubnetIds).toEqual(['subnet-1', 'subnet-2'])
    expect(SecurityGroupIds).toHaveLength(1)
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'The session archiver: nothing in, TLS out',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443 })],
    })
    const endpoints = Object.values(deployed.resources('AWS::EC2::VPCEndpoint'))
    expect(endpoints.map(({ Properties }) => [Properties.VpcEndpointType, Properties.ServiceName])).toEqual([
      ['Gateway', 'com.amazonaws.us-east-1.dynamodb'],
      ['Interface', 'com.amazonaws.us-east-1.ssm'],
    ])
  })
})

describe('a stack for trials', () => {
  const { template } = fromContext({ removalPolicy: 'destroy' })

  test('deletes everything with it, and takes no backups', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'])
      template.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
    template.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false })
    template.resourceCountIs('AWS::Backup::BackupVault', 0)
    expect(JSON.stringify(template.toJSON())).not.toContain('kms:ScheduleKeyDeletion')
  })
})

test('backups can be switched off', () => {
  fromContext({ backupRetentionDays: 'off' }).template.resourceCountIs('AWS::Backup::BackupPlan', 0)
})
