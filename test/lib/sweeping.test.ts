import { Stack } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import type { SessionArchiveProps, SessionArchiveStackProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { isAllowed, policiesOf } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import {
  appWithoutBundle,
  DEFAULT,
  expectAll,
  FULL,
  fromContext,
  ORGANIZATION,
  STACKS,
  withEveryOption,
} from './synth'

const functionOf = (stack: DeployedTemplate) => stack.resource('AWS::Lambda::Function', 'Archiver').Properties
const variablesOf = (stack: DeployedTemplate) => functionOf(stack).Environment.Variables

describe('the archiver', () => {
  test.each(STACKS)('%s keeps the events of sweeps that failed or did not start', (_name, stack) => {
    const { logicalId, Properties } = stack.resource('AWS::SQS::Queue', 'FailureQueue')
    const arn = `arn:aws:sqs:us-east-1:111122223333:${logicalId}`
    expect(Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 60 * 60 })
    expectAll(stack, 'AWS::Lambda::Function', { DeadLetterConfig: { TargetArn: arn } })
    expectAll(stack, 'AWS::Scheduler::Schedule', { Target: { DeadLetterConfig: { Arn: arn } } })
    const DestinationConfig = { OnFailure: { Destination: arn } }
    expectAll(stack, 'AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2, DestinationConfig })
  })

  test.each(STACKS)('no queue of %s takes a message without TLS', (_name, stack) => {
    expect(stack.all('AWS::SQS::QueuePolicy')).toHaveLength(stack.all('AWS::SQS::Queue').length)
    const denial = {
      Effect: 'Deny',
      Action: 'sqs:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }
    const Statement = expect.arrayContaining([expect.objectContaining(denial)])
    expectAll(stack, 'AWS::SQS::QueuePolicy', { PolicyDocument: { Statement } })
  })

  test.each([
    ['the default stack', DEFAULT, 'rate(1 hour)', 3_600],
    ['the stack with every option', FULL, 'rate(30 minutes)', 1_800],
  ] as const)('one schedule of %s starts rounds; an event is kept for a period', (_, stack, rate, age) => {
    const { ScheduleExpression, Target } = stack.resource('AWS::Scheduler::Schedule', 'Schedule').Properties
    expect([ScheduleExpression, JSON.parse(Target.Input)]).toEqual([rate, {}])
    expect(Target.RetryPolicy.MaximumEventAgeInSeconds).toBe(age)
  })

  const TABLES = {
    SESSION_ARCHIVE_SESSIONS_TABLE: expect.stringContaining('Sessions'),
    SESSION_ARCHIVE_SWEEPS_TABLE: expect.stringContaining('Sweeps'),
  }
  const EVERY_HOUR = {
    SESSION_ARCHIVE_SCHEDULE_MINUTES: '60',
    SESSION_ARCHIVE_QUIET_SCHEDULE_MINUTES: '1440',
    SESSION_ARCHIVE_REGIONS: 'all',
  }
  const QUEUE = { SESSION_ARCHIVE_QUEUE_URL: expect.stringMatching(/^SessionArchiveArchiverSweepsQueue/) }

  test.each<[string, DeployedTemplate, Record<string, string>]>([
    ['the default stack', DEFAULT, EVERY_HOUR],
    [
      'a stack without a region',
      fromContext({ excludeRegions: 'us-west-1,us-west-2' }),
      { ...EVERY_HOUR, SESSION_ARCHIVE_EXCLUDE_REGIONS: 'us-west-1,us-west-2' },
    ],
    [
      'an organization',
      ORGANIZATION,
      {
        ...EVERY_HOUR,
        ...QUEUE,
        SESSION_ARCHIVE_ORGANIZATION_ID: 'o-a1b2c3d4e5',
        SESSION_ARCHIVE_MEMBER_ROLE_NAME: 'session-archive-reader',
      },
    ],
    [
      'the stack with every option',
      FULL,
      {
        ...QUEUE,
        SESSION_ARCHIVE_SCHEDULE_MINUTES: '30',
        SESSION_ARCHIVE_QUIET_SCHEDULE_MINUTES: '720',
        SESSION_ARCHIVE_REGIONS: 'eu-west-1,us-east-1',
        SESSION_ARCHIVE_RETENTION_DAYS: '400',
        SESSION_ARCHIVE_ORGANIZATION_ID: 'o-a1b2c3d4e5',
        SESSION_ARCHIVE_INCLUDE_ACCOUNTS: '111122223333,444455556666',
        SESSION_ARCHIVE_EXCLUDE_ACCOUNTS: '777788889999',
        SESSION_ARCHIVE_EXCLUDE_ORGANIZATIONAL_UNITS: 'ou-ab12-11111111',
        SESSION_ARCHIVE_MEMBER_ROLE_NAME: 'history-reader',
      },
    ],
  ])('the function of %s knows what to sweep, and how often', (_name, stack, variables) => {
    expect(variablesOf(stack)).toEqual({ ...TABLES, ...variables })
  })

  test('the log is kept for a year, or as long as is asked for', () => {
    expectAll(DEFAULT, 'AWS::Logs::LogGroup', { RetentionInDays: 365 })
    expectAll(FULL, 'AWS::Logs::LogGroup', { RetentionInDays: 731 })
  })
})

describe('the network', () => {
  const VPC_ID = 'vpc-0a1b2c3d4e5f67890'
  const env = { account: '111122223333', region: 'us-east-1' }
  const stackOf = (props: SessionArchiveStackProps) =>
    new SessionArchiveStack(appWithoutBundle(), 'SessionArchive', props)

  test('in a VPC nothing reaches the function, and it reaches out by TLS alone', () => {
    const { SecurityGroupIds, SubnetIds } = functionOf(FULL).VpcConfig
    expect(SubnetIds).toEqual(['subnet-1', 'subnet-2'])
    const groups = Object.entries(FULL.resources('AWS::EC2::SecurityGroup'))
    const own = groups.filter(([id]) => SecurityGroupIds.includes(id)).map(([, group]) => group.Properties)
    const GroupDescription = 'The session archiver: nothing in, TLS out'
    const tls = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }
    expect(own).toMatchObject([{ GroupDescription, SecurityGroupEgress: [tls] }])
    expect(own[0]).not.toHaveProperty('SecurityGroupIngress')
  })

  test('the VPC gets endpoints of DynamoDB, Systems Manager and CloudTrail, and of S3 and KMS for the evidence log', () => {
    expect(FULL.all('AWS::EC2::VPCEndpoint')).toMatchObject([
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.us-east-1.dynamodb' },
      { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.ssm' },
      { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.cloudtrail' },
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.us-east-1.s3' },
      { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.kms' },
    ])
  })

  test('with vpcEndpoints false the function runs in the VPC, which gets no endpoints', () => {
    const stack = withEveryOption({ vpcEndpoints: false })
    expect(stack.all('AWS::EC2::VPCEndpoint')).toEqual([])
    expect(functionOf(stack).VpcConfig.SubnetIds).toHaveLength(2)
  })

  test('by default the function runs in no VPC, and may not attach to one', () => {
    expect(functionOf(DEFAULT)).not.toHaveProperty('VpcConfig')
    expect(JSON.stringify(policiesOf(DEFAULT, functionOf(DEFAULT).Role))).not.toContain('ec2:')
  })

  const MANAGES_INTERFACES = `AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface
    DescribeNetworkInterfaces DescribeSubnets UnassignPrivateIpAddresses`

  test.each(MANAGES_INTERFACES.split(/\s+/))(
    'in a VPC, Lambda may call ec2:%s, but not the function’s own code',
    (action) => {
      const { logicalId, Properties } = FULL.resource('AWS::Lambda::Function', 'Archiver')
      const statements = policiesOf(FULL, Properties.Role)
      const access = { action: `ec2:${action}`, resource: '*' }
      const code = `arn:aws:lambda:us-east-1:111122223333:function:${logicalId}`
      const byCode = { 'lambda:SourceFunctionArn': code } // Lambda's own calls have no such key
      expect(isAllowed(statements, access)).toBe(true)
      expect(isAllowed(statements, { ...access, context: byCode })).toBe(false)
    },
  )

  test('a VPC is looked up by its id, and vpcEndpoints is accepted beside it', () => {
    const archive = stackOf({ env, vpcId: VPC_ID }).node.findChild('SessionArchive')
    expect(archive.node.findChild('Network').node.tryFindChild('Vpc')).toBeDefined()
    expect(() => stackOf({ env, vpcId: VPC_ID, vpcEndpoints: false })).not.toThrow()
  })

  test('a VPC’s id needs a stack with a fixed account and region', () => {
    for (const part of [{}, { account: env.account }, { region: env.region }])
      expect(() => stackOf({ env: part, vpcId: VPC_ID })).toThrow(
        `vpcId: received "${VPC_ID}", expected a stack with a fixed account and region to look it up in`,
      )
  })

  test('from a VPC without a way out, only the stack’s account and region are swept', () => {
    const app = appWithoutBundle()
    const isolated = (id: string, props: SessionArchiveProps) => {
      const vpc = Vpc.fromVpcAttributes(new Stack(app, `${id}Vpc`, { env }), 'Vpc', {
        vpcId: VPC_ID,
        vpcCidrBlock: '10.0.0.0/16',
        availabilityZones: ['us-east-1a'],
        isolatedSubnetIds: ['subnet-1'],
        isolatedSubnetRouteTableIds: ['rtb-1'],
      })
      return new SessionArchiveStack(app, id, { env, vpc, ...props })
    }
    const expected = `expected the stack's region, "us-east-1", alone in a VPC without private subnets`
    const regions = ['us-east-1']
    expect(() => isolated('Own', { regions })).not.toThrow()
    expect(() => isolated('Other', { regions: ['us-east-1', 'eu-west-1'] })).toThrow(
      `regions: received ["us-east-1","eu-west-1"], ${expected}`,
    )
    expect(() => isolated('All', {})).toThrow(`regions: received "all", ${expected}`)
    expect(() => isolated('Organization', { regions, organizationId: 'o-a1b2c3d4e5' })).toThrow(
      'organizationId: received "o-a1b2c3d4e5", expected none in a VPC without private subnets',
    )
  })
})

describe('the queue of sweeps', () => {
  const queue = ORGANIZATION.resource('AWS::SQS::Queue', 'SweepsQueue')
  const deadLetters = ORGANIZATION.resource('AWS::SQS::Queue', 'SweepsDeadLetters')
  const arnOf = ({ logicalId }: { logicalId: string }) => `arn:aws:sqs:us-east-1:111122223333:${logicalId}`

  test('a message that failed three times is kept for 14 days', () => {
    const RedrivePolicy = { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 3 }
    expect(queue.Properties).toMatchObject({ RedrivePolicy, MessageRetentionPeriod: 24 * 60 * 60 })
    expect(deadLetters.Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 60 * 60 })
  })

  test('a message is invisible for longer than the function may run', () => {
    const { Timeout } = functionOf(ORGANIZATION)
    expect(queue.Properties.VisibilityTimeout).toBe(2 * Timeout)
  })

  test('each message starts the function, five times at once at most, when Lambda may receive it', () => {
    const { Properties, DependsOn } = ORGANIZATION.resource('AWS::Lambda::EventSourceMapping', 'Deliveries')
    expect(Properties).toEqual({
      FunctionName: ORGANIZATION.resource('AWS::Lambda::Function', 'Archiver').logicalId,
      EventSourceArn: arnOf(queue),
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 5 },
    })
    expect(DependsOn).toContain(ORGANIZATION.resource('AWS::IAM::ManagedPolicy', 'ArchiverPolicy').logicalId)
  })
})

describe('what is deployed', () => {
  const counts = (stack: DeployedTemplate) => {
    const types = Object.values<{ Type: string }>(stack.json.Resources).map(({ Type }) => Type)
    return Object.fromEntries(
      [...new Set(types)].sort().map((type) => [type, types.filter((one) => one === type).length]),
    )
  }
  const SINGLE = {
    'AWS::Backup::BackupPlan': 1,
    'AWS::Backup::BackupSelection': 1,
    'AWS::Backup::BackupVault': 1,
    'AWS::CloudWatch::Alarm': 20,
    'AWS::CloudWatch::Dashboard': 1,
    'AWS::DynamoDB::Table': 2,
    'AWS::IAM::ManagedPolicy': 4,
    'AWS::IAM::Role': 4,
    'AWS::KMS::Key': 2,
    'AWS::Lambda::EventInvokeConfig': 2,
    'AWS::Lambda::EventSourceMapping': 2,
    'AWS::Lambda::Function': 2,
    'AWS::Logs::LogGroup': 2,
    'AWS::Logs::QueryDefinition': 2,
    'AWS::S3::Bucket': 1,
    'AWS::S3::BucketPolicy': 1,
    'AWS::SNS::Topic': 1,
    'AWS::SNS::TopicPolicy': 1,
    'AWS::SQS::Queue': 1,
    'AWS::SQS::QueuePolicy': 1,
    'AWS::Scheduler::Schedule': 1,
  }

  test('a single account has one function that sweeps and one that logs, one schedule, and no queue of sweeps', () => {
    expect(counts(DEFAULT)).toEqual(SINGLE)
  })

  test('without evidence, nothing of it is there, and no table tells its changes', () => {
    const stack = fromContext({ evidence: 'false' })
    expect(counts(stack)).toMatchObject({
      'AWS::Lambda::Function': 1,
      'AWS::KMS::Key': 1,
      'AWS::CloudWatch::Alarm': 16,
    })
    expect(stack.all('AWS::S3::Bucket')).toEqual([])
    for (const table of stack.all('AWS::DynamoDB::Table'))
      expect(table).not.toHaveProperty('StreamSpecification')
    expect(Object.keys(stack.json.Outputs).filter((name) => name.includes('Evidence'))).toEqual([])
  })

  test('an organization adds a queue with its dead letters, two alarms, and nothing else', () => {
    expect(counts(ORGANIZATION)).toEqual({
      ...SINGLE,
      'AWS::CloudWatch::Alarm': 22,
      'AWS::Lambda::EventSourceMapping': 3,
      'AWS::SQS::Queue': 3,
      'AWS::SQS::QueuePolicy': 3,
    })
  })
})
