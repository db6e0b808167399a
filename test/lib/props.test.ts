import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { SessionArchiveProps } from '../../lib/props'
import { SessionArchiveStack } from '../../lib/session-archive-stack'
import { appWithoutBundle, EVERY_OPTION, vpcOf } from './synth'

const inCode = (props: Record<string, unknown>, app = appWithoutBundle()) =>
  new SessionArchiveStack(app, 'SessionArchive', props)

test.each<[keyof SessionArchiveProps, unknown, string]>([
  ['schedule', Duration.minutes(4), '"4 minutes", expected a rate'],
  ['schedule', Duration.seconds(330), '"5 minutes 30 seconds", expected a rate'],
  ['schedule', '1 hour', '"1 hour", expected a rate'],
  ['retentionDays', Number.NaN, 'null, expected a whole number of days, 31 or more'],
  ['breakGlassPrincipals', ['*'], '["*"], expected different ARNs'],
  ['backupRetentionDays', 0, '0, expected a whole number of days from 35'],
  ['removalPolicy', RemovalPolicy.SNAPSHOT, '"snapshot", expected "retain" or "destroy"'],
])('the stack refuses the prop %s = %p', (key, value, message) => {
  expect(() => inCode({ [key]: value })).toThrow(`${key}: received ${message}`)
})

test.each([...Object.keys(EVERY_OPTION), 'vpcId'])('the stack checks the prop %s', (key) => {
  expect(() => inCode({ [key]: Symbol.iterator })).toThrow(`${key}: received undefined, expected`)
})

test('the stack refuses props that exclude each other', () => {
  expect(() => inCode({ removalPolicy: RemovalPolicy.DESTROY, backupRetentionDays: 365 })).toThrow(
    'backupRetentionDays: received 365, expected none with removalPolicy "destroy"',
  )
  expect(() => inCode({ vpcEndpoints: false })).toThrow(
    'vpcEndpoints: received false, expected none without a VPC',
  )
  const app = appWithoutBundle()
  expect(() => inCode({ vpc: vpcOf(app), vpcId: 'vpc-0a1b2c3d' }, app)).toThrow(
    'vpcId: received "vpc-0a1b2c3d", expected none beside vpc',
  )
})
