import { App, Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Vpc } from 'aws-cdk-lib/aws-ec2'
import { OPTIONS } from '../../lib/configuration'
import { propsFromContext } from '../../lib/context'
import { environmentOf } from '../../lib/environment'
import { SessionArchiveStack, type SessionArchiveStackProps } from '../../lib/session-archive-stack'
import { vpcOf } from './synth'

type Key = keyof typeof OPTIONS

function inContext(context: Record<string, unknown>): SessionArchiveStackProps {
  return propsFromContext(new App({ context }).node)
}

function inCode(props: Record<string, unknown>) {
  return new SessionArchiveStack(new App(), 'SessionArchive', props)
}

describe('context', () => {
  test.each<[Key, unknown, string]>([
    ['schedule', 'hourly', 'a rate in whole minutes or hours, from 5 minutes to 24 hours'],
    ['schedule', '4 minutes', 'a rate in whole minutes or hours, from 5 minutes'],
    ['schedule', '25 hours', 'a rate in whole minutes or hours, from 5 minutes to 24 hours'],
    ['schedule', '1.5 hours', 'a rate in whole minutes or hours'],
    ['schedule', 60, 'a rate in whole minutes or hours'],
    ['regions', 'Frankfurt', 'different regions such as "eu-west-1,us-east-1"'],
    ['regions', '', 'different regions'],
    ['regions', [], 'different regions'],
    ['regions', 'eu-west-1,eu-west-1', 'different regions'],
    ['regions', ['eu-west-1', 3], 'different regions'],
    ['retentionDays', '30', 'a whole number of days, 31 or more'],
    ['retentionDays', 31.5, 'a whole number of days, 31 or more'],
    ['retentionDays', '', 'a whole number of days, 31 or more'],
    ['retentionDays', 'for ever', 'a whole number of days, 31 or more'],
    ['alarmEmail', 'oncall', 'an e-mail address'],
    ['alarmEmail', true, 'an e-mail address'],
    ['topicArn', 'alarms', 'the ARN of an SNS topic'],
    ['topicArn', 'arn:aws:sqs:eu-west-1:111122223333:alarms', 'the ARN of an SNS topic'],
    ['keyArn', 'arn:aws:kms:eu-west-1:111122223333:alias/archive', 'the ARN of a KMS key'],
    ['breakGlassPrincipals', 'arn:aws:iam::111122223333:root', 'different ARNs of IAM roles or users'],
    ['breakGlassPrincipals', 'arn:aws:iam::111122223333:role/*', 'different ARNs of IAM roles or users'],
    ['breakGlassPrincipals', 'arn:aws:iam::*:role/admin', 'different ARNs of IAM roles or users'],
    [
      'breakGlassPrincipals',
      'arn:aws:sts::111122223333:assumed-role/admin/me',
      'different ARNs of IAM roles or users',
    ],
    ['breakGlassPrincipals', '*', 'different ARNs of IAM roles or users'],
    ['backupRetentionDays', '34', 'a whole number of days from 35 to 36500, or "off"'],
    ['backupRetentionDays', 'none', 'a whole number of days from 35 to 36500, or "off"'],
    ['logRetentionDays', '366', 'one of the numbers of days that CloudWatch Logs takes: 1, 3, 5,'],
    ['removalPolicy', 'snapshot', '"retain" or "destroy"'],
    ['removalPolicy', true, '"retain" or "destroy"'],
    ['tableClass', 'standard', '"STANDARD" or "STANDARD_INFREQUENT_ACCESS"'],
    ['vpcId', 'default', 'the id of a VPC'],
    ['vpcEndpoints', 'no', 'true or false'],
  ])('refuses %s = %j', (key, value, expected) => {
    expect(() => inContext({ [key]: value })).toThrow(
      `context ${key}: received ${JSON.stringify(value)}, expected ${expected}`,
    )
  })

  test.each<[Key, unknown, unknown]>([
    ['schedule', '5 minutes', Duration.minutes(5)],
    ['schedule', '1 hour', Duration.hours(1)],
    ['schedule', '24 hours', Duration.hours(24)],
    ['regions', 'ap-southeast-2,us-gov-west-1', ['ap-southeast-2', 'us-gov-west-1']],
    ['regions', ['eu-west-1'], ['eu-west-1']],
    ['retentionDays', '31', 31],
    ['retentionDays', 31, 31],
    ['alarmEmail', 'on.call@example.com', 'on.call@example.com'],
    ['topicArn', 'arn:aws-cn:sns:cn-north-1:111122223333:a', 'arn:aws-cn:sns:cn-north-1:111122223333:a'],
    [
      'breakGlassPrincipals',
      'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_BreakGlass_*',
      ['arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_BreakGlass_*'],
    ],
    ['backupRetentionDays', 'off', false],
    ['backupRetentionDays', '35', 35],
    ['logRetentionDays', '3653', 3653],
    ['removalPolicy', 'destroy', RemovalPolicy.DESTROY],
    ['vpcEndpoints', 'false', false],
  ])('takes %s = %j', (key, value, prop) => {
    const props = inContext({ [key]: value })
    expect({ [key]: props[key] }).toEqual({ [key]: prop })
  })

  test('nothing given is nothing set', () => {
    expect(inContext({})).toEqual({})
  })
})

describe('in code', () => {
  test.each<[Key, unknown, string]>([
    ['schedule', Duration.minutes(4), '"4 minutes", expected a rate'],
    ['schedule', Duration.seconds(330), '"5 minutes 30 seconds", expected a rate'],
    ['schedule', '1 hour', '"1 hour", expected a rate'],
    ['regions', [], '[], expected different regions'],
    ['retentionDays', 30, '30, expected a whole number of days, 31 or more'],
    ['retentionDays', Number.NaN, 'null, expected a whole number of days, 31 or more'],
    ['alarmEmail', '', '"", expected an e-mail address'],
    ['topicArn', '', '"", expected the ARN of an SNS topic'],
    ['keyArn', 'key', '"key", expected the ARN of a KMS key'],
    ['breakGlassPrincipals', ['*'], '["*"], expected different ARNs'],
    ['backupRetentionDays', true, 'true, expected a whole number of days from 35'],
    ['logRetentionDays', 2, '2, expected one of the numbers'],
    ['removalPolicy', RemovalPolicy.SNAPSHOT, '"snapshot", expected "retain" or "destroy"'],
    ['tableClass', 'cold', '"cold", expected "STANDARD" or'],
    ['vpcId', 'vpc', '"vpc", expected the id of a VPC'],
    ['vpcEndpoints', 1, '1, expected true or false'],
  ])('refuses %s = %p', (key, value, message) => {
    expect(() => inCode({ [key]: value })).toThrow(`${key}: received ${message}`)
  })

  test('every option is checked', () => {
    for (const key of Object.keys(OPTIONS)) expect(() => inCode({ [key]: Symbol.iterator })).toThrow(key)
  })

  test('refuses what does not go together', () => {
    expect(() => inCode({ removalPolicy: RemovalPolicy.DESTROY, backupRetentionDays: 365 })).toThrow(
      'backupRetentionDays: received 365, expected none with removalPolicy "destroy"',
    )
    expect(() => inCode({ vpcEndpoints: false })).toThrow(
      'vpcEndpoints: received false, expected none without a VPC',
    )
    const app = new App()
    expect(() => inCode({ vpc: vpcOf(app), vpcId: 'vpc-0a1b2c3d' })).toThrow(
      'vpcId: received "vpc-0a1b2c3d", expected none beside vpc',
    )
  })
})

describe('a VPC by its id', () => {
  const vpcId = 'vpc-0a1b2c3d4e5f67890'
  const CLI = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'us-east-1' }

  test('needs a stack with a fixed account and region', () => {
    expect(() => inCode({ vpcId })).toThrow(
      `vpcId: received "${vpcId}", expected a stack with a fixed account and region to look it up in`,
    )
  })

  test('has the app take them from the command line of the CDK, and only then', () => {
    expect(environmentOf({ vpcId }, CLI)).toEqual({ env: { account: '111122223333', region: 'us-east-1' } })
    expect(environmentOf({ vpcId }, {})).toEqual({})
    expect(environmentOf({}, CLI)).toEqual({})
  })

  test('is looked up there', () => {
    const stack = inCode({ vpcId, ...environmentOf({ vpcId }, CLI) })
    expect(stack.node.findChild('Vpc')).toBeDefined()
  })
})

test('a VPC without a way out takes the stack’s region only', () => {
  const app = new App()
  const stack = new SessionArchiveStack(app, 'Isolated', {
    env: { account: '111122223333', region: 'us-east-1' },
  })
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0a1b2c3d4e5f67890',
    availabilityZones: ['us-east-1a'],
    isolatedSubnetIds: ['subnet-1'],
    isolatedSubnetRouteTableIds: ['rtb-1'],
  })
  const env = { account: '111122223333', region: 'us-east-1' }
  expect(() => new SessionArchiveStack(app, 'Own', { env, vpc, regions: ['us-east-1'] })).not.toThrow()
  expect(() => new SessionArchiveStack(app, 'Other', { env, vpc, regions: ['eu-west-1'] })).toThrow(
    'regions: received ["eu-west-1"], expected the stack\'s region alone in a VPC without private subnets',
  )
})
