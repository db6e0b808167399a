import { Stack } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import type { SessionArchiveStackProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { isAllowed, policiesOf } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { appWithoutBundle, DEFAULT, expectAll, FULL, STACKS, withEveryOption } from './synth'

const functionOf = (stack: DeployedTemplate) => stack.resource('AWS::Lambda::Function').Properties
const variablesOf = (stack: DeployedTemplate) => functionOf(stack).Environment.Variables

describe('the archiver', () => {
  test.each(STACKS)('%s keeps the events of sweeps that failed or did not start', (_name, stack) => {
    const arn = `arn:aws:sqs:us-east-1:111122223333:${stack.resource('AWS::SQS::Queue').logicalId}`
    expectAll(stack, 'AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 60 * 60 })
    expectAll(stack, 'AWS::Lambda::Function', { DeadLetterConfig: { TargetArn: arn } })
    expectAll(stack, 'AWS::Scheduler::Schedule', { Target: { DeadLetterConfig: { Arn: arn } } })
    const DestinationConfig = { OnFailure: { Destination: arn } }
    expectAll(stack, 'AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 2, DestinationConfig })
  })

  test.each(STACKS)('the failure queue of %s takes no message without TLS', (_name, stack) => {
    const denial = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }
    expectAll(stack, 'AWS::SQS::QueuePolicy', { PolicyDocument: { Statement: [denial] } })
  })

  test.each([
    ['the default stack', DEFAULT, ['us-east-1'], 'rate(1 hour)', 3_600],
    ['the stack with every option', FULL, ['eu-west-1', 'us-east-1'], 'rate(30 minutes)', 1_800],
  ] as const)('%s schedules each region; an event is kept for a period', (_, stack, regions, rate, age) => {
    const schedules = stack.all('AWS::Scheduler::Schedule').map(({ ScheduleExpression, Target }) => {
      return [ScheduleExpression, JSON.parse(Target.Input), Target.RetryPolicy.MaximumEventAgeInSeconds]
    })
    expect(schedules).toEqual(regions.map((region) => [rate, { region }, age]))
    expect(variablesOf(stack)).toMatchObject({ SESSION_ARCHIVE_REGIONS: regions.join(',') })
  })

  test('the function knows the retention if one is asked for', () => {
    expect(variablesOf(DEFAULT)).not.toHaveProperty('SESSION_ARCHIVE_RETENTION_DAYS')
    expect(variablesOf(FULL)).toMatchObject({ SESSION_ARCHIVE_RETENTION_DAYS: '400' })
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

  test('the VPC gets endpoints of DynamoDB and Systems Manager', () => {
    expect(FULL.all('AWS::EC2::VPCEndpoint')).toMatchObject([
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.us-east-1.dynamodb' },
      { VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.ssm' },
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
      const { logicalId, Properties } = FULL.resource('AWS::Lambda::Function')
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

  test('from a VPC without a way out, only the stack’s region is swept', () => {
    const app = appWithoutBundle()
    const isolated = (id: string, regions: string[]) => {
      const vpc = Vpc.fromVpcAttributes(new Stack(app, `${id}Vpc`, { env }), 'Vpc', {
        vpcId: VPC_ID,
        vpcCidrBlock: '10.0.0.0/16',
        availabilityZones: ['us-east-1a'],
        isolatedSubnetIds: ['subnet-1'],
        isolatedSubnetRouteTableIds: ['rtb-1'],
      })
      return new SessionArchiveStack(app, id, { env, vpc, regions })
    }
    expect(() => isolated('Own', ['us-east-1'])).not.toThrow()
    expect(() => isolated('Other', ['us-east-1', 'eu-west-1'])).toThrow(
      'regions: received ["eu-west-1"], expected the stack\'s region alone in a VPC without private subnets',
    )
  })
})
