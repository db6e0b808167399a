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
} from 'aws-cdk-lib/aws-ec2'
import { Effect, type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

export interface NetworkProps {
  readonly vpc: IVpc
  /** Regions that are swept from it. */
  readonly regions: readonly string[]
  /** Whether the VPC gets the endpoints that the function needs. */
  readonly endpoints: boolean
}

const PEERS_PORT = Port.tcp(443)

/** Where the function runs in a VPC: it reaches out by TLS, nothing reaches in. */
export class Network extends Construct {
  readonly vpc: IVpc
  readonly vpcSubnets: SubnetSelection
  readonly securityGroup: SecurityGroup

  constructor(scope: Construct, id: string, { vpc, regions, endpoints }: NetworkProps) {
    super(scope, id)
    const { region } = Stack.of(this)
    const elsewhere = regions.filter((swept) => swept !== region)
    if (vpc.privateSubnets.length === 0 && elsewhere.length > 0 && !Token.isUnresolved(vpc.vpcId))
      throw new Error(
        `regions: received ${JSON.stringify(elsewhere)}, expected the stack's region alone in a VPC without private subnets that have a NAT gateway: endpoints of Systems Manager reach their own region only`,
      )
    this.vpc = vpc
    const subnetType =
      vpc.privateSubnets.length > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED
    this.vpcSubnets = { subnetType }
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The session archiver: nothing in, TLS out',
      allowAllOutbound: false,
    })
    this.securityGroup.connections.allowToAnyIpv4(PEERS_PORT, 'AWS services')
    if (endpoints) this.addEndpoints()
  }

  /** Its log, failure queue and metrics need none: Lambda itself sends those. */
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
    endpoint.connections.allowFrom(this.securityGroup, PEERS_PORT, 'The session archiver')
  }

  /** Allows Lambda to attach the function to the VPC, and the function's own code not. */
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
