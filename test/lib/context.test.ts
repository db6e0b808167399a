import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { propsFromContext } from '../../lib/context'
import type { SessionArchiveProps } from '../../lib/props'
import { newApp } from '../support/template'

type Key = Exclude<keyof SessionArchiveProps, 'vpc'>

const VPC_ID = 'vpc-0a1b2c3d4e5f67890'
const inContext = (context: Record<string, unknown>, environment = {}) =>
  propsFromContext(newApp({ context }).node, environment)

test.each<[Key, unknown, string]>([
  ['schedule', 'hourly', 'a rate in whole minutes or hours, from 5 minutes to 24 hours'],
  ['schedule', '4 minutes', 'a rate in whole minutes or hours, from 5 minutes'],
  ['schedule', '25 hours', 'a rate in whole minutes or hours, from 5 minutes to 24 hours'],
  ['schedule', '1.5 hours', 'a rate in whole minutes or hours'],
  ['schedule', 60, 'a rate in whole minutes or hours'],
  ['schedule', ['1 hour'], 'a rate in whole minutes or hours'],
  ['regions', 'Frankfurt', 'different regions such as "eu-west-1,us-east-1"'],
  ['regions', '', 'different regions'],
  ['regions', [], 'different regions'],
  ['regions', 'eu-west-1,eu-west-1', 'different regions'],
  ['regions', ['eu-west-1', 3], 'different regions'],
  ['retentionDays', '30', 'a whole number of days, 31 or more'],
  ['retentionDays', 31.5, 'a whole number of days, 31 or more'],
  ['retentionDays', '', 'a whole number of days, 31 or more'],
  ['retentionDays', 'forever', 'a whole number of days, 31 or more'],
  ['alarmEmail', 'oncall', 'an e-mail address'],
  ['alarmEmail', true, 'an e-mail address'],
  ['topicArn', 'alarms', 'the ARN of an SNS topic'],
  ['topicArn', 'arn:aws:sqs:eu-west-1:111122223333:alarms', 'the ARN of an SNS topic'],
  ['keyArn', 'arn:aws:kms:eu-west-1:111122223333:alias/archive', 'the ARN of a KMS key'],
  ['breakGlassPrincipals', 'arn:aws:iam::111122223333:root', 'different ARNs of IAM roles or users'],
  ['breakGlassPrincipals', 'arn:aws:iam::111122223333:role/*', 'different ARNs of IAM roles or users'],
  ['breakGlassPrincipals', 'arn:aws:iam::*:role/admin', 'different ARNs of IAM roles or users'],
  ['breakGlassPrincipals', 'arn:aws:sts::111122223333:assumed-role/admin/me', 'different ARNs of IAM roles'],
  ['breakGlassPrincipals', '*', 'different ARNs of IAM roles or users'],
  ['backupRetentionDays', '34', 'a whole number of days from 35 to 36500, or "off"'],
  ['backupRetentionDays', 'none', 'a whole number of days from 35 to 36500, or "off"'],
  ['backupRetentionDays', '', 'a whole number of days from 35 to 36500, or "off"'],
  ['logRetentionDays', '366', 'one of the numbers of days that CloudWatch Logs takes: 1, 3, 5,'],
  ['removalPolicy', 'snapshot', '"retain" or "destroy"'],
  ['removalPolicy', true, '"retain" or "destroy"'],
  ['vpcId', 'default', 'the id of a VPC'],
  ['vpcEndpoints', 'no', 'true or false'],
])('context refuses %s = %j and shows it as it was given', (key, value, expected) => {
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
  ['vpcId', VPC_ID, VPC_ID],
])('context takes %s = %j', (key, value, prop) => {
  expect(inContext({ [key]: value })).toEqual({ [key]: prop })
})

test('context takes vpcEndpoints beside vpcId', () => {
  expect(inContext({ vpcId: VPC_ID, vpcEndpoints: 'false' })).toEqual({ vpcId: VPC_ID, vpcEndpoints: false })
  expect(inContext({ vpcId: VPC_ID, vpcEndpoints: 'true' })).toEqual({ vpcId: VPC_ID, vpcEndpoints: true })
})

test('empty context sets no prop', () => {
  expect(inContext({})).toEqual({})
})

test('the stack is for the account and region of the CDK command line only if a VPC has to be looked up', () => {
  const ofCommandLine = { CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'us-east-1' }
  const env = { account: '111122223333', region: 'us-east-1' }
  expect(inContext({ vpcId: VPC_ID }, ofCommandLine)).toEqual({ vpcId: VPC_ID, env })
  expect(inContext({ vpcId: VPC_ID }, { CDK_DEFAULT_REGION: 'us-east-1' })).toEqual({ vpcId: VPC_ID })
  expect(inContext({}, ofCommandLine)).toEqual({})
})
