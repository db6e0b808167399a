import { BlockList } from 'node:net'
import { type App, Stack } from 'aws-cdk-lib'
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { SessionArchiveStackProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { DeployedTemplate } from '../support/template'
import { appWithoutBundle, FULL } from './synth'

const env = { account: '111122223333', region: 'us-east-1' }
const vpcId = 'vpc-0a1b2c3d4e5f67890'

/** A VPC that got a second range when the first was used up. */
const RANGES = {
  vpcCidrBlock: '10.0.0.0/16',
  privateSubnetIpv4CidrBlocks: ['10.0.1.0/24', '100.64.0.0/20'],
  publicSubnetIpv4CidrBlocks: ['10.0.2.0/24', '100.64.16.0/20'],
}
const HOSTS = ['10.0.1.9', '10.0.2.9', '10.0.255.254', '100.64.15.254', '100.64.16.4']

function byAttributes(app: App): SessionArchiveStackProps {
  const vpc = Vpc.fromVpcAttributes(new Stack(app, 'Network', { env }), 'Vpc', {
    ...RANGES,
    vpcId,
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
    publicSubnetIds: ['subnet-3', 'subnet-4'],
    publicSubnetRouteTableIds: ['rtb-3', 'rtb-3'],
  })
  return { env, vpc }
}

/** What the CDK command line finds when it looks the VPC up. */
function lookedUp(app: App): SessionArchiveStackProps {
  const subnets = (type: string, cidrs: string[]) => ({
    name: type,
    type,
    subnets: cidrs.map((cidr, n) => ({
      cidr,
      subnetId: `subnet-${type}-${n}`,
      availabilityZone: `us-east-1${'ab'[n]}`,
      routeTableId: `rtb-${type}`,
    })),
  })
  const { privateSubnetIpv4CidrBlocks: privates, publicSubnetIpv4CidrBlocks: publics, vpcCidrBlock } = RANGES
  app.node.setContext(
    `vpc-provider:account=${env.account}:filter.vpc-id=${vpcId}:region=${env.region}:returnAsymmetricSubnets=true`,
    {
      vpcId,
      vpcCidrBlock,
      availabilityZones: [],
      subnetGroups: [subnets('Private', privates), subnets('Public', publics)],
    },
  )
  return { env, vpcId }
}

function ofTheApp(app: App): SessionArchiveStackProps {
  const network = new Stack(app, 'Network', { env })
  return { env, vpc: new Vpc(network, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/23'), maxAzs: 2 }) }
}

test.each<[string, (app: App) => SessionArchiveStackProps, string[]]>([
  ['that is described by attributes', byAttributes, HOSTS],
  ['that is looked up', lookedUp, HOSTS],
  ['of the same app', ofTheApp, ['10.0.0.4', '10.0.0.254', '10.0.1.4', '10.0.1.254']],
])('no host of a VPC %s loses access to Systems Manager, CloudTrail or KMS', (_name, props, hosts) => {
  const app = appWithoutBundle()
  new SessionArchiveStack(app, 'SessionArchive', props(app))
  const stack = new DeployedTemplate(app.synth().directory)
  const endpoints = stack.all('AWS::EC2::VPCEndpoint')
  // hosts of the VPC resolve the names of Systems Manager, CloudTrail and KMS to the second, third and fifth
  expect(endpoints).toMatchObject([
    { VpcEndpointType: 'Gateway' },
    { VpcEndpointType: 'Interface', PrivateDnsEnabled: true },
    { VpcEndpointType: 'Interface', PrivateDnsEnabled: true },
    { VpcEndpointType: 'Gateway' },
    { VpcEndpointType: 'Interface', PrivateDnsEnabled: true },
  ])
  for (const endpoint of endpoints) expect(endpoint).not.toHaveProperty('PolicyDocument')
  for (const { SecurityGroupIds: groups } of [endpoints[1], endpoints[2], endpoints[4]]) {
    const admitted = new BlockList()
    for (const [id, { Properties }] of Object.entries(stack.resources('AWS::EC2::SecurityGroup')))
      if (groups.includes(id))
        for (const { CidrIp, IpProtocol, FromPort, ToPort } of Properties.SecurityGroupIngress) {
          expect({ IpProtocol, FromPort, ToPort }).toEqual({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })
          const [address = '', bits] = String(CidrIp).split('/') // that of a VPC of the app is a reference
          if (bits !== undefined) admitted.addSubnet(address, Number(bits))
        }
    expect(hosts.filter((host) => !admitted.check(host))).toEqual([])
    expect(admitted.check('192.0.2.1')).toBe(false)
  }
})

test('a VPC without its range gets no endpoint that would shut its hosts out', () => {
  const app = appWithoutBundle()
  const vpc = Vpc.fromVpcAttributes(new Stack(app, 'Network'), 'Vpc', {
    vpcId,
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-1'],
    privateSubnetRouteTableIds: ['rtb-1'],
  })
  const archive = (id: string, vpcEndpoints: boolean) =>
    new SessionArchiveStack(app, id, { vpc, vpcEndpoints })
  expect(() => archive('With', true)).toThrow('vpc: received one without its range, expected vpcCidrBlock')
  expect(() => archive('Without', false)).not.toThrow()
})

test('function and schedule wait for the endpoints, which sweeps need', () => {
  const endpoints = Object.keys(FULL.resources('AWS::EC2::VPCEndpoint'))
  const { logicalId, DependsOn } = FULL.resource('AWS::Lambda::Function', 'Archiver')
  expect(DependsOn).toEqual(expect.arrayContaining(endpoints))
  for (const { Target } of FULL.all('AWS::Scheduler::Schedule')) expect(Target.Arn).toContain(logicalId)
})
