import { BlockList } from 'node:net'
import { Stack, Token } from 'aws-cdk-lib'
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { Effect, type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

export interface NetworkProps {
  /** A VPC, or the id of one to look up. */
  readonly vpc: IVpc | string
  /** Regions that are swept from the VPC. */
  readonly regions: 'all' | readonly string[]
  /** Of the accounts that are swept from it. @default - the stack's account alone */
  readonly organizationId?: string
  /** Whether the VPC gets the endpoints that the functions need. */
  readonly endpoints: boolean
  /** Whether there is an evidence log, which needs more of them. */
  readonly evidence: boolean
}

const WITHOUT_NAT = 'in a VPC without private subnets that have a NAT gateway'
const HTTPS = Port.tcp(443)

/** Where the function runs in a VPC: it reaches out by TLS, and nothing reaches it. */
export class Network extends Construct {
  readonly vpc: IVpc
  readonly vpcSubnets: SubnetSelection
  readonly securityGroup: SecurityGroup

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id)
    const { vpc, endpoints } = props
    this.vpc = typeof vpc === 'string' ? this.lookUp(vpc) : vpc
    const hasPrivateSubnets = this.vpc.privateSubnets.length > 0
    if (!hasPrivateSubnets && !Token.isUnresolved(this.vpc.vpcId)) this.refuseWhatNeedsNat(props)
    this.vpcSubnets = {
      subnetType: hasPrivateSubnets ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
    }
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'The session archiver: nothing in, TLS out',
      allowAllOutbound: false,
    })
    this.securityGroup.connections.allowToAnyIpv4(HTTPS, 'AWS services')
    if (endpoints) this.addEndpoints(props.evidence)
  }

  /** @throws Error if something is to be swept that can only be reached by a NAT gateway */
  private refuseWhatNeedsNat({ regions, organizationId }: NetworkProps): void {
    const { region } = Stack.of(this)
    const isOwn = (one: string) => one === region
    const own = Token.isUnresolved(region) ? '' : `, ${JSON.stringify(region)},`
    if (organizationId !== undefined)
      throw new Error(
        `organizationId: received ${JSON.stringify(organizationId)}, expected none ${WITHOUT_NAT}: it has no endpoints of Organizations and of Account Management`,
      )
    if (regions === 'all' || !regions.every(isOwn))
      throw new Error(
        `regions: received ${JSON.stringify(regions)}, expected the stack's region${own} alone ${WITHOUT_NAT}: endpoints of Systems Manager reach their own region only`,
      )
  }

  private lookUp(vpcId: string): IVpc {
    const { account, region } = Stack.of(this)
    if (Token.isUnresolved(account) || Token.isUnresolved(region))
      throw new Error(
        `vpcId: received ${JSON.stringify(vpcId)}, expected a stack with a fixed account and region to look it up in: configure the AWS CLI, or set CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION`,
      )
    return Vpc.fromLookup(this, 'Vpc', { vpcId })
  }

  /**
   * The endpoints of Systems Manager, CloudTrail and KMS have private DNS, so every host of the VPC uses them from then on, and
   * they must admit all of them.
   *
   * The log, the failure queue and the metrics need no endpoint: Lambda itself sends those.
   */
  private addEndpoints(evidence: boolean): void {
    const { DYNAMODB, S3 } = GatewayVpcEndpointAwsService
    const { SSM, CLOUDTRAIL, KMS } = InterfaceVpcEndpointAwsService
    this.addGateway('DynamoDB', DYNAMODB)
    this.addInterface('Ssm', SSM)
    this.addInterface('CloudTrail', CLOUDTRAIL)
    if (!evidence) return
    this.addGateway('S3', S3)
    this.addInterface('Kms', KMS)
  }

  private addGateway(id: string, service: GatewayVpcEndpointAwsService): void {
    const { vpc, vpcSubnets } = this
    new GatewayVpcEndpoint(this, id, { vpc, service, subnets: [vpcSubnets] })
  }

  private addInterface(id: string, service: InterfaceVpcEndpointAwsService): void {
    const { vpc, vpcSubnets } = this
    const endpoint = new InterfaceVpcEndpoint(this, id, { vpc, service, subnets: vpcSubnets, open: false })
    for (const range of rangesOf(vpc))
      endpoint.connections.allowFrom(Peer.ipv4(range), HTTPS, 'Hosts of the VPC')
  }

  /** Lets Lambda manage the function's network interfaces, but not the function's own code. */
  grantAttach(policy: ManagedPolicy): void {
    const actions = [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ]
    const { partition, region, account } = Stack.of(this)
    policy.addStatements(
      new PolicyStatement({ actions, resources: ['*'] }),
      new PolicyStatement({
        effect: Effect.DENY,
        actions,
        resources: ['*'],
        conditions: {
          ArnLike: { 'lambda:SourceFunctionArn': `arn:${partition}:lambda:${region}:${account}:function:*` },
        },
      }),
    )
  }
}

/** The VPC's range, and those of its subnets that are outside of it, in ranges that the VPC got later. */
function rangesOf(vpc: IVpc): string[] {
  const { publicSubnets, privateSubnets, isolatedSubnets } = vpc
  const ranges = [...publicSubnets, ...privateSubnets, ...isolatedSubnets].flatMap(rangeOf)
  const listed = new BlockList()
  return [mainRangeOf(vpc), ...ranges].filter((range) => {
    if (Token.isUnresolved(range)) return true
    const [address = '', bits] = range.split('/')
    if (listed.check(address)) return false
    listed.addSubnet(address, Number(bits))
    return true
  })
}

function mainRangeOf(vpc: IVpc): string {
  try {
    return vpc.vpcCidrBlock
  } catch (cause) {
    throw new Error(
      'vpc: received one without its range, expected vpcCidrBlock among its attributes, for the endpoint of Systems Manager to admit its hosts; or vpcEndpoints: false',
      { cause },
    )
  }
}

/** The range of a subnet. One that is defined elsewhere may not know it. */
function rangeOf(subnet: ISubnet): string[] {
  try {
    return [subnet.ipv4CidrBlock]
  } catch {
    return []
  }
}
