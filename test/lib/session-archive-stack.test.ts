import { Match } from 'aws-cdk-lib/assertions'
import { list, type Statement } from '../support/iam'
import { DEFAULT, STACKS } from './stacks'
import { EVERY_OPTION, fromContext } from './synth'

test.each(STACKS)('no release replaces the tables of %s: their logical ids stay', (_name, { deployed }) => {
  expect(Object.keys(deployed.resources('AWS::DynamoDB::Table')).sort()).toEqual([
    'SessionArchiveTablesSessions97EB5AF3',
    'SessionArchiveTablesSweeps07B46758',
  ])
  for (const { Properties } of Object.values(deployed.resources('AWS::DynamoDB::Table')))
    expect(Properties.TableName).toBeUndefined()
})

test('no release replaces the key: its logical id stays', () => {
  expect(DEFAULT.deployed.resource('AWS::KMS::Key').logicalId).toBe('SessionArchiveTablesKey0F673AC7')
})

test.each(STACKS)('tables, log, vault and a key of the stack outlive %s', (_name, { template }) => {
  const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
  for (const type of ['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup', 'AWS::Backup::BackupVault'])
    template.allResources(type, retained)
  expect(Object.values(template.findResources('AWS::KMS::Key'))).toEqual(
    Object.values(template.findResources('AWS::KMS::Key', retained)),
  )
})

test('a stack for trials deletes everything with it, and takes no backups', () => {
  const { template } = fromContext({ removalPolicy: 'destroy' })
  for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'])
    template.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
  template.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false })
  template.resourceCountIs('AWS::Backup::BackupVault', 0)
  expect(JSON.stringify(template.toJSON())).not.toContain('kms:ScheduleKeyDeletion')
})

test.each(STACKS)('every function of %s may run 15 minutes of Node.js 24 on arm64', (_name, { template }) => {
  template.allResourcesProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Timeout: 900,
  })
})

test.each(STACKS)('no role of %s has a policy that is inline or of AWS', (_name, { template }) => {
  template.resourceCountIs('AWS::IAM::Policy', 0)
  template.allResourcesProperties('AWS::IAM::Role', {
    Policies: Match.absent(),
    ManagedPolicyArns: Match.absent(),
  })
})

test.each(STACKS)('each role of %s trusts one service acting for this account', (_name, { deployed }) => {
  const statements = Object.values(deployed.resources('AWS::IAM::Role')).flatMap(
    ({ Properties }): Statement[] => Properties.AssumeRolePolicyDocument.Statement,
  )
  const ofAccount = { StringEquals: { 'aws:SourceAccount': '111122223333' } }
  expect(statements.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
    [{ Service: 'lambda.amazonaws.com' }, undefined], // Lambda itself takes only roles of the function's account
    [{ Service: 'scheduler.amazonaws.com' }, ofAccount],
    [{ Service: 'backup.amazonaws.com' }, ofAccount],
  ])
})

test.each(STACKS)('no wildcard is in the policies of %s unless IAM needs it', (name, { deployed }) => {
  const statements = Object.values(deployed.resources('AWS::IAM::ManagedPolicy')).flatMap(
    ({ Properties }): Statement[] => Properties.PolicyDocument.Statement,
  )
  const isWild = (values: string | string[]) => list(values).some((value) => value.includes('*'))
  expect(statements.filter(({ Action }) => isWild(Action))).toEqual([])
  const wild = statements.filter(
    ({ Effect, Resource }) => Effect === 'Allow' && isWild(withoutLogs(Resource)),
  )
  const regions = name === 'the default stack' ? ['us-east-1'] : EVERY_OPTION.regions
  const ofNetwork = {
    Effect: 'Allow',
    Action: expect.arrayContaining(['ec2:CreateNetworkInterface']),
    Resource: '*',
  }
  expect(wild).toEqual([
    {
      Effect: 'Allow',
      Action: 'ssm:DescribeSessions',
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': regions } },
    },
    ...(name === 'the default stack' ? [] : [ofNetwork]),
  ])
})

/** The streams of a log group are `…:*`: a log group's ARN ends in that. */
function withoutLogs(resource: string | string[]): string[] {
  return list(resource).filter((arn) => !/^arn:aws:logs:.*:\*$/.test(arn))
}

test.each(STACKS)('whatever uses a role of %s waits for its policy', (_name, { deployed }) => {
  const policies = Object.entries(deployed.resources('AWS::IAM::ManagedPolicy'))
  for (const type of ['AWS::Lambda::Function', 'AWS::Scheduler::Schedule', 'AWS::Backup::BackupSelection'])
    for (const { Properties, DependsOn } of Object.values(deployed.resources(type))) {
      const uses = (role: string) => JSON.stringify(Properties).includes(`:role/${role}"`)
      const [policy] = policies.find((one) => uses(one[1].Properties.Roles[0])) ?? []
      expect(DependsOn).toContain(policy)
    }
})

test.each(STACKS)('one key encrypts all that %s keeps', (name, { deployed }) => {
  const arn =
    name === 'the default stack'
      ? `arn:aws:kms:us-east-1:111122223333:key/${deployed.resource('AWS::KMS::Key').logicalId}`
      : EVERY_OPTION.keyArn
  expect(Object.keys(deployed.resources('AWS::KMS::Key'))).toHaveLength(name === 'the default stack' ? 1 : 0)
  for (const { Properties } of Object.values(deployed.resources('AWS::DynamoDB::Table')))
    expect(Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn })
  for (const { Properties } of Object.values(deployed.resources('AWS::SNS::Topic')))
    expect(Properties.KmsMasterKeyId).toBe(arn)
  expect(deployed.resource('AWS::Logs::LogGroup').Properties.KmsKeyId).toBe(arn)
  expect(deployed.resource('AWS::SQS::Queue').Properties.KmsMasterKeyId).toBe(arn)
  expect(deployed.resource('AWS::Backup::BackupVault').Properties.EncryptionKeyArn).toBe(arn)
})

test.each(STACKS)('the outputs of %s name what an operator needs next', (_name, { template }) => {
  expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
    'AlarmTopic',
    'FunctionName',
    'SessionsTable',
    'SweepsTable',
  ])
})

test.each(STACKS)('no secret is in %s', (_name, { template }) => {
  expect(JSON.stringify(template.toJSON())).not.toMatch(/AKIA|BEGIN [A-Z ]*PRIVATE KEY|password|secret/i)
})
