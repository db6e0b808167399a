import { Stack, Token } from 'aws-cdk-lib'
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type IVpc,
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
  readonly regions: readonly string[]
  /** Whether the VPC gets the endpoints that the function needs. */
  readonly endpoints: boolean
}

const HTTPS = Port.tcp(443)

/** Where the function runs in a VPC: it reaches out by TLS, and nothing reaches it. */
export class Network extends Construct {
  readonly vpc: IVpc
  readonly vpcSubnets: SubnetSelection
  readonly securityGroup: SecurityGroup

  constructor(scope: Construct, id: string, { vpc, regions, endpoints }: NetworkProps) {
    super(scope, id)
    this.vpc = typeof vpc === 'string' ? this.lookUp(vpc) : vpc
    const hasPrivateSubnets = this.vpc.privateSubnets.length > 0
    const elsewhere = regions.filter((region) => region !== Stack.of(this).region)
    if (!hasPrivateSubnets && elsewhere.length > 0 && !Token.isUnresolved(this.vpc.vpcId))
      throw new Error(
        `regions: received ${JSON.stringify(elsewhere)}, expected the stack's region alone in a VPC without private subnets that have a NAT gateway: endpoints of Systems Manager reach their own region only`,
      )
    this.vpcSubnets = {
      subnetType: hasPrivateSubnets ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
    }
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'The session archiver: nothing in, TLS out',
      allowAllOutbound: false,
    })
    this.securityGroup.connections.allowToAnyIpv4(HTTPS, 'AWS services')
    if (endpoints) this.addEndpoints()
  }

  private lookUp(vpcId: string): IVpc {
    const { account, region } = Stack.of(this)
    if (Token.isUnresolved(account) || Token.isUnresolved(region))
      throw new Error(
        `vpcId: received ${JSON.stringify(vpcId)}, expected a stack with a fixed account and region to look it up in: configure the AWS CLI, or set CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION`,
      )
    return Vpc.fromLookup(this, 'Vpc', { vpcId })
  }

  /** The log, the failure queue and the metrics need no endpoint: Lambda itself sends those. */
  private addEndpoints(): void {
    const { vpc, vpcSubnets } = this
    new GatewayVpcEndpoint(this, 'DynamoDB', {
      vpc,
      service: GatewayVpcEndpointAwsService.DYNAMODB,
      subnets: [vpcSubnets],
    })
    const endpoint = new InterfaceVpcEndpoint(this, 'Ssm', {
      vpc,
      service: InterfaceVpcEndpointAwsService.SSM,
      subnets: vpcSubnets,
      open: false,
    })
    endpoint.connections.allowFrom(this.securityGroup, HTTPS, 'The session archiver')
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
