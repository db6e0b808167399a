import { Match } from 'aws-cdk-lib/assertions'
import { DEFAULT, FULL, STACKS } from '../stacks'
import { fromContext } from '../synth'

test.each(STACKS)('both tables of %s can be restored to any of 35 days', (_name, { template }) => {
  template.resourceCountIs('AWS::DynamoDB::Table', 2)
  template.allResourcesProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
  })
})

test('records expire only if a retention is asked for', () => {
  const neverExpiring = { TimeToLiveSpecification: Match.absent() }
  DEFAULT.template.allResourcesProperties('AWS::DynamoDB::Table', neverExpiring)
  FULL.template.resourcePropertiesCountIs('AWS::DynamoDB::Table', neverExpiring, 1)
  FULL.template.hasResourceProperties('AWS::DynamoDB::Table', {
    KeySchema: [{ AttributeName: 'SessionId', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'ExpiresAt', Enabled: true },
  })
})

test.each([
  ['the default stack', 365, DEFAULT],
  ['the stack with every option', 2_555, FULL],
] as const)('%s backs up both tables every month for %d days', (_name, days, { deployed }) => {
  const { BackupPlan } = deployed.resource('AWS::Backup::BackupPlan').Properties
  expect(BackupPlan.BackupPlanRule).toMatchObject([
    { Lifecycle: { DeleteAfterDays: days }, ScheduleExpression: 'cron(0 3 1 * ? *)' },
  ])
  const { BackupSelection } = deployed.resource('AWS::Backup::BackupSelection').Properties
  expect(BackupSelection.Resources).toEqual(
    Object.keys(deployed.resources('AWS::DynamoDB::Table')).map(
      (id) => `arn:aws:dynamodb:us-east-1:111122223333:table/${id}`,
    ),
  )
})

test('backups can be switched off', () => {
  fromContext({ backupRetentionDays: 'off' }).template.resourceCountIs('AWS::Backup::BackupPlan', 0)
})
