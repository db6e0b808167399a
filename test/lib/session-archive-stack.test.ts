import { list, policiesOf, type Statement } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { DEFAULT, EVERY_OPTION, expectAll, FULL, fromContext, ORGANIZATION_ID, STACKS } from './synth'

const SIGNING_KEY = 'SessionArchiveEvidenceSigningKey3E594322'

test.each(STACKS)('no release replaces tables or key of %s: their logical ids stay', (_name, stack) => {
  const tables = ['SessionArchiveTablesSessions97EB5AF3', 'SessionArchiveTablesSweeps07B46758']
  expect(Object.keys(stack.resources('AWS::DynamoDB::Table')).sort()).toEqual(tables)
  for (const table of stack.all('AWS::DynamoDB::Table')) expect(table).not.toHaveProperty('TableName')
  const keys = stack === DEFAULT ? ['SessionArchiveTablesKey0F673AC7', SIGNING_KEY] : [SIGNING_KEY]
  expect(Object.keys(stack.resources('AWS::KMS::Key'))).toEqual(keys)
})

/** What happens to each resource that keeps something when it is deleted, and when it is replaced. */
function fates(stack: DeployedTemplate) {
  const types = [
    ...['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::Backup::BackupVault'],
    'AWS::KMS::Key',
  ]
  return types.flatMap((type) =>
    Object.values(stack.resources(type))
      .map((one) => [type, one.DeletionPolicy, one.UpdateReplacePolicy])
      .sort(),
  )
}

test.each(STACKS)(
  'tables, logs, vault and keys outlive %s; nothing but tables and their key is left if it was never there',
  (_name, stack) => {
    expect(fates(stack)).toEqual([
      ['AWS::DynamoDB::Table', 'Retain', 'Retain'],
      ['AWS::DynamoDB::Table', 'Retain', 'Retain'],
      ['AWS::S3::Bucket', 'RetainExceptOnCreate', 'Retain'],
      ['AWS::Logs::LogGroup', 'RetainExceptOnCreate', 'Retain'],
      ['AWS::Logs::LogGroup', 'RetainExceptOnCreate', 'Retain'],
      ['AWS::Backup::BackupVault', 'RetainExceptOnCreate', 'Retain'],
      ...(stack === DEFAULT ? [['AWS::KMS::Key', 'Retain', 'Retain']] : []),
      ['AWS::KMS::Key', 'RetainExceptOnCreate', 'Retain'],
    ])
  },
)

test('a stack for trials deletes everything with it, and takes no backups', () => {
  const stack = fromContext({ removalPolicy: 'destroy' })
  expect(fates(stack)).toEqual([
    ['AWS::DynamoDB::Table', 'Delete', 'Delete'],
    ['AWS::DynamoDB::Table', 'Delete', 'Delete'],
    ['AWS::Logs::LogGroup', 'Delete', 'Delete'],
    ['AWS::KMS::Key', 'Delete', 'Delete'],
  ])
  expectAll(stack, 'AWS::DynamoDB::Table', { DeletionProtectionEnabled: false })
  expect(JSON.stringify(stack.json)).not.toContain('kms:ScheduleKeyDeletion')
})

test.each(STACKS)(
  'every function of %s runs Node.js 24 on arm64, the archiver for 15 minutes',
  (_name, stack) => {
    expectAll(stack, 'AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    expect(stack.resource('AWS::Lambda::Function', 'Archiver').Properties.Timeout).toBe(900)
  },
)

test.each(STACKS)('no role of %s has a policy that is inline or of AWS', (_name, stack) => {
  expect(stack.all('AWS::IAM::Policy')).toEqual([])
  for (const role of stack.all('AWS::IAM::Role')) {
    expect(role).not.toHaveProperty('Policies')
    expect(role).not.toHaveProperty('ManagedPolicyArns')
  }
})

test.each(STACKS)('each role of %s trusts one service acting for this account', (_name, stack) => {
  const statements: Statement[] = stack
    .all('AWS::IAM::Role')
    .flatMap(({ AssumeRolePolicyDocument }) => AssumeRolePolicyDocument.Statement)
  const ofAccount = { StringEquals: { 'aws:SourceAccount': '111122223333' } }
  expect(statements.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
    [{ Service: 'lambda.amazonaws.com' }, undefined], // Lambda itself takes only roles of the function's account
    [{ Service: 'scheduler.amazonaws.com' }, ofAccount],
    [{ Service: 'lambda.amazonaws.com' }, undefined],
    [{ Service: 'backup.amazonaws.com' }, ofAccount],
  ])
})

/** A log group's ARN ends in `:*`, which stands for its streams. */
const LOG_STREAMS = /^arn:aws:logs:.*:\*$/

test.each(STACKS)('no wildcard is in the policies of %s unless IAM needs it', (_name, stack) => {
  const statements = policiesOf(stack)
  expect(statements.filter(({ Action }) => String(Action).includes('*'))).toEqual([])
  const isWild = (arn: string) => arn.includes('*') && !LOG_STREAMS.test(arn)
  const wild = statements.filter(({ Effect, Resource }) => Effect === 'Allow' && list(Resource).some(isWild))
  const ofAnyone = { Effect: 'Allow', Resource: '*' }
  const LISTING = [
    'ssm:DescribeSessions',
    'ssm:DescribeInstanceInformation',
    'ssm:DescribeInstanceProperties',
    'cloudtrail:LookupEvents',
  ]
  const tables = Object.keys(stack.resources('AWS::DynamoDB::Table'))
  const { logicalId: bucket } = stack.resource('AWS::S3::Bucket')
  const ofEvidence = [
    {
      Effect: 'Allow',
      Action: 'dynamodb:ListStreams',
      Resource: tables.map((name) => `arn:aws:dynamodb:us-east-1:111122223333:table/${name}/stream/*`),
    },
    {
      Effect: 'Allow',
      Action: ['s3:GetObjectVersion', 's3:PutObject'],
      Resource: [
        `arn:aws:s3:::${bucket}/checkpoints/*`,
        expect.any(String),
        `arn:aws:s3:::${bucket}/segments/*`,
      ],
    },
  ]
  const attach = { ...ofAnyone, Action: expect.arrayContaining(['ec2:CreateNetworkInterface']) }
  expect(wild).toEqual(
    stack === DEFAULT
      ? [{ ...ofAnyone, Action: LISTING }, ...ofEvidence]
      : [
          {
            ...ofAnyone,
            Action: LISTING,
            Condition: { StringEquals: { 'aws:RequestedRegion': EVERY_OPTION.regions } },
          },
          attach,
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Resource: 'arn:aws:iam::*:role/history-reader',
            Condition: { StringEquals: { 'aws:ResourceOrgID': ORGANIZATION_ID } },
          },
          { ...ofAnyone, Action: 'organizations:ListAccounts' },
          ...ofEvidence,
          attach,
        ],
  )
})

test.each(STACKS)('whatever uses a role of %s waits for its policy', (_name, stack) => {
  const policies = Object.entries(stack.resources('AWS::IAM::ManagedPolicy'))
  for (const type of ['AWS::Lambda::Function', 'AWS::Scheduler::Schedule', 'AWS::Backup::BackupSelection'])
    for (const { Properties, DependsOn } of Object.values(stack.resources(type))) {
      const uses = (role: string) => JSON.stringify(Properties).includes(`:role/${role}"`)
      const [policy] = policies.find((one) => uses(one[1].Properties.Roles[0])) ?? []
      expect(DependsOn).toContain(policy)
    }
})

test.each(STACKS)('one key encrypts all that %s keeps', (_name, stack) => {
  const ownKeys = Object.keys(stack.resources('AWS::KMS::Key')).filter((id) => id !== SIGNING_KEY)
  expect(ownKeys).toHaveLength(stack === DEFAULT ? 1 : 0)
  const [arn] = [...ownKeys.map((id) => `arn:aws:kms:us-east-1:111122223333:key/${id}`), EVERY_OPTION.keyArn]
  const SSESpecification = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn }
  expectAll(stack, 'AWS::DynamoDB::Table', { SSESpecification })
  expectAll(stack, 'AWS::Logs::LogGroup', { KmsKeyId: arn })
  const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn }
  expectAll(stack, 'AWS::S3::Bucket', {
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault }] },
  })
  expectAll(stack, 'AWS::SQS::Queue', { KmsMasterKeyId: arn })
  expectAll(stack, 'AWS::Backup::BackupVault', { EncryptionKeyArn: arn })
  if (stack === DEFAULT) expectAll(stack, 'AWS::SNS::Topic', { KmsMasterKeyId: arn })
})

test.each([
  ['the default stack', DEFAULT, []],
  ['the stack with every option', FULL, ['ArchiverRoleArn', 'MemberRoleName', 'OrganizationId']],
] as const)('the outputs of %s name what an operator needs next', (_name, stack, ofOrganization) => {
  const outputs = ['AlarmTopic', 'FunctionName', 'SessionsTable', 'SweepsTable', ...ofOrganization]
  const all = [...outputs, 'EvidenceBucket', 'EvidenceKey']
  expect(Object.keys(stack.json.Outputs).sort()).toEqual(all.sort())
})

test.each(STACKS)('no secret is in %s', (_name, stack) => {
  expect(JSON.stringify(stack.json)).not.toMatch(/AKIA|BEGIN [A-Z ]*PRIVATE KEY|password|secret/i)
})
