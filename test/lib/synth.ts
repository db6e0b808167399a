import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CfnWaitConditionHandle, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { TableClass } from 'aws-cdk-lib/aws-dynamodb'
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2'
import { propsFromContext } from '../../lib/context'
import { SessionArchiveStack, type SessionArchiveStackProps } from '../../lib/session-archive-stack'
import { DeployedTemplate } from '../support/template'

export interface Synthesised {
  readonly template: Template
  /** The same, as it would be deployed. */
  readonly deployed: DeployedTemplate
}

/** The app's stack with such a context. It must give no warning. */
export function fromContext(context: Record<string, unknown> = {}): Synthesised {
  const app = newApp(context)
  return synthesised(app, new SessionArchiveStack(app, 'SessionArchive', propsFromContext(app.node)))
}

/** The stack with such props, given in code. It must give no warning. */
export function fromProps(props: SessionArchiveStackProps, app = newApp()): Synthesised {
  return synthesised(app, new SessionArchiveStack(app, 'SessionArchive', props))
}

/** Every option set to something else than its default, but for those that shut out others. */
export function everyOption(): { props: SessionArchiveStackProps; app: App } {
  const app = newApp()
  const props: SessionArchiveStackProps = {
    schedule: Duration.minutes(30),
    regions: ['eu-west-1', 'us-east-1'],
    retentionDays: 400,
    alarmEmail: 'oncall@example.com',
    topicArn: 'arn:aws:sns:us-east-1:111122223333:alarms',
    keyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    breakGlassPrincipals: [BREAK_GLASS],
    backupRetentionDays: 2_555,
    logRetentionDays: 731,
    removalPolicy: RemovalPolicy.RETAIN,
    tableClass: TableClass.STANDARD_INFREQUENT_ACCESS,
    vpc: vpcOf(app),
    vpcEndpoints: true,
  }
  return { props, app }
}

/** A VPC that is there already, with subnets that have a NAT gateway. */
export function vpcOf(app: App): IVpc {
  const network = new Stack(app, 'Network')
  new CfnWaitConditionHandle(network, 'Something') // a stack must not be empty
  return Vpc.fromVpcAttributes(network, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  })
}

export const BREAK_GLASS = 'arn:aws:iam::111122223333:role/break-glass'

function newApp(context: Record<string, unknown> = {}): App {
  return new App({
    context: { 'aws:cdk:disable-asset-staging': true, ...context },
    outdir: mkdtempSync(join(tmpdir(), 'cdk.out-')),
  })
}

function synthesised(app: App, { stackName }: SessionArchiveStack): Synthesised {
  const { messages, template } = app.synth().getStackByName(stackName)
  const warnings = messages.filter(({ level }) => level !== 'info')
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings))
  return { template: Template.fromJSON(template), deployed: new DeployedTemplate(app.outdir) }
}
