import { type App, CfnWaitConditionHandle, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2'
import { propsFromContext } from '../../lib/context'
import type { SessionArchiveProps, SessionArchiveStackProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { DeployedTemplate, newApp } from '../support/template'

/** The app's stack with this context. It must give no warning. */
export function fromContext(context: Record<string, unknown> = {}): DeployedTemplate {
  const app = appWithoutBundle(context)
  return fromProps(propsFromContext(app.node, {}), app)
}

/** The stack with these props, given in code. It must give no warning. */
export function fromProps(props: SessionArchiveStackProps, app = appWithoutBundle()): DeployedTemplate {
  const { stackName } = new SessionArchiveStack(app, 'SessionArchive', props)
  const assembly = app.synth()
  const { messages } = assembly.getStackByName(stackName)
  expect(messages.filter(({ level }) => level !== 'info')).toEqual([])
  return new DeployedTemplate(assembly.directory)
}

/** The stack with every option set to something else than its default, but for those that exclude others. */
export function withEveryOption(props: SessionArchiveProps = {}): DeployedTemplate {
  const app = appWithoutBundle()
  return fromProps({ ...EVERY_OPTION, vpc: vpcOf(app), ...props }, app)
}

/** Expects resources of a type, each with these properties. */
export function expectAll(stack: DeployedTemplate, type: string, properties: object): void {
  const all = stack.all(type)
  expect(all).not.toEqual([])
  expect(all).toMatchObject(all.map(() => properties))
}

export const BREAK_GLASS = 'arn:aws:iam::111122223333:role/break-glass'

export const ORGANIZATION_ID = 'o-a1b2c3d4e5'

/** Of the props that exclude others, `excludeRegions` is not among them. */
export const EVERY_OPTION: Required<Omit<SessionArchiveProps, 'vpc' | 'vpcId' | 'excludeRegions'>> = {
  schedule: Duration.minutes(30),
  quietSchedule: Duration.hours(12),
  regions: ['eu-west-1', 'us-east-1'],
  organizationId: ORGANIZATION_ID,
  includeAccounts: ['111122223333', '444455556666'],
  excludeAccounts: ['777788889999'],
  excludeOrganizationalUnits: ['ou-ab12-11111111'],
  memberRoleName: 'history-reader',
  deployMemberRoles: ['r-ab12'],
  deployMemberRolesAs: 'SELF',
  retentionDays: 400,
  alarmEmail: 'oncall@example.com',
  alarmWarmUp: false,
  topicArn: 'arn:aws:sns:us-east-1:111122223333:alarms',
  keyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  breakGlassPrincipals: [BREAK_GLASS],
  backupRetentionDays: 2_555,
  evidence: true,
  evidenceRetentionDays: 2_555,
  logRetentionDays: 731,
  removalPolicy: RemovalPolicy.RETAIN,
  vpcEndpoints: true,
}

/** A VPC that exists, with subnets that have a NAT gateway. */
export function vpcOf(app: App): IVpc {
  const network = new Stack(app, 'Network')
  new CfnWaitConditionHandle(network, 'Something') // a stack must not be empty
  return Vpc.fromVpcAttributes(network, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  })
}

/** For tests of the template alone. */
export function appWithoutBundle(context: Record<string, unknown> = {}): App {
  return newApp({
    context: { 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-asset-staging': true, ...context },
  })
}

/** Stacks that most tests look at, synthesised once per file. */
export const DEFAULT = fromContext()
export const FULL = withEveryOption()
/** An organization, with every other option at its default. */
export const ORGANIZATION = fromContext({ organizationId: ORGANIZATION_ID })
export const STACKS: [string, DeployedTemplate][] = [
  ['the default stack', DEFAULT],
  ['the stack with every option', FULL],
]
