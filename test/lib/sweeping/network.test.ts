import { Stack } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import type { SessionArchiveStackProps } from '../../../lib/props'
import { SessionArchiveStack } from '../../../lib/session-archive-stack'
import { isAllowed, policiesOf } from '../../support/iam'
import { DEFAULT, FULL } from '../stacks'
import { appWithoutBundle, withEveryOption } from '../synth'

const FUNCTION = FULL.deployed.resource('AWS::Lambda::Function')
const VPC_ID = 'vpc-0a1b2c3d4e5f67890'
const env = { account: '111122223333', region: 'us-east-1' }

const stack = (props: SessionArchiveStackProps) =>
  new SessionArchiveStack(appWithoutBundle(), 'SessionArchive', props)

test('in a VPC nothing reaches the function, and it reaches out by TLS alone', () => {
  const { SecurityGroupIds, SubnetIds } = FUNCTION.Properties.VpcConfig
  expect(SubnetIds).toEqual(['subnet-1', 'subnet-2'])
  const groups = FULL.deployed.resources('AWS::EC2::SecurityGroup')
  const own = Object.entries(groups).filter(([id]) => SecurityGroupIds.includes(id))
  expect(own.map(([, { Properties }]) => Properties)).toEqual([
    expect.objectContaining({
      GroupDescription: 'The session archiver: nothing in, TLS out',
      SecurityGroupEgress: [expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })],
    }),
  ])
  expect(own[0]?.[1].Properties).not.toHaveProperty('SecurityGroupIngress')
})

test('the VPC gets endpoints of DynamoDB and Systems Manager', () => {
  const endpoints = Object.values(FULL.deployed.resources('AWS::EC2::VPCEndpoint'))
  expect(endpoints.map(({ Properties }) => [Properties.VpcEndpointType, Properties.ServiceName])).toEqual([
    ['Gateway', 'com.amazonaws.us-east-1.dynamodb'],
    ['Interface', 'com.amazonaws.us-east-1.ssm'],
  ])
})

test('with vpcEndpoints false the function runs in the VPC, which gets no endpoints', () => {
  const { deployed } = withEveryOption({ vpcEndpoints: false })
  expect(deployed.resources('AWS::EC2::VPCEndpoint')).toEqual({})
  expect(deployed.resource('AWS::Lambda::Function').Properties.VpcConfig.SubnetIds).toHaveLength(2)
})

test('by default the function runs in no VPC, and may not attach to one', () => {
  const { deployed } = DEFAULT
  const { Properties } = deployed.resource('AWS::Lambda::Function')
  expect(Properties).not.toHaveProperty('VpcConfig')
  expect(JSON.stringify(policiesOf(deployed, Properties.Role))).not.toContain('ec2:')
})

test.each([
  'AssignPrivateIpAddresses',
  'CreateNetworkInterface',
  'DeleteNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'UnassignPrivateIpAddresses',
])('in a VPC, Lambda may call ec2:%s, but not the function’s own code', (action) => {
  const statements = policiesOf(FULL.deployed, FUNCTION.Properties.Role)
  const access = { action: `ec2:${action}`, resource: '*' }
  const code = `arn:aws:lambda:us-east-1:111122223333:function:${FUNCTION.logicalId}`
  const byCode = { 'lambda:SourceFunctionArn': code } // Lambda's own calls have no such key
  expect(isAllowed(statements, access)).toBe(true)
  expect(isAllowed(statements, { ...access, context: byCode })).toBe(false)
})

test('a VPC is looked up by its id, and vpcEndpoints is accepted beside it', () => {
  const archive = stack({ env, vpcId: VPC_ID }).node.findChild('SessionArchive')
  expect(archive.node.findChild('Network').node.tryFindChild('Vpc')).toBeDefined()
  expect(() => stack({ env, vpcId: VPC_ID, vpcEndpoints: false })).not.toThrow()
})

test('a VPC’s id needs a stack with a fixed account and region', () => {
  for (const part of [{}, { account: env.account }, { region: env.region }])
    expect(() => stack({ env: part, vpcId: VPC_ID })).toThrow(
      `vpcId: received "${VPC_ID}", expected a stack with a fixed account and region to look it up in`,
    )
})

test('from a VPC without a way out, only the stack’s region is swept', () => {
  const app = appWithoutBundle()
  const isolated = (id: string, regions: string[]) => {
    const vpc = Vpc.fromVpcAttributes(new Stack(app, `${id}Vpc`, { env }), 'Vpc', {
      vpcId: VPC_ID,
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
