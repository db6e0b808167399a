import { type Access, isAllowed, policiesOf, type Statement } from '../support/iam'
import { BREAK_GLASS, DEFAULT, FULL, fromContext, STACKS } from './synth'

const ACCOUNT = 'arn:aws:iam::111122223333'
const STACK = fromContext({ breakGlassPrincipals: BREAK_GLASS })
const roleOf = (part: string): string => STACK.resource('AWS::Lambda::Function', part).Properties.Role
const LOG = roleOf('Evidence')
const EVERYTHING: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }
const DEPLOYER = `${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1`

/** With everything allowed by their own policies, so that only the resource's policy stops them. */
const OTHERS = {
  'an administrator': `${ACCOUNT}:role/Admin`,
  'the root user': `${ACCOUNT}:root`,
  'the archiver': roleOf('Archiver'),
}

describe('the bucket of the evidence log', () => {
  const { logicalId: bucket } = STACK.resource('AWS::S3::Bucket')
  const policy: Statement[] = STACK.resource('AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement
  const arn = `arn:aws:s3:::${bucket}`
  const may = (principal: string, action: string, more: Access['context'] = {}) => {
    const context = {
      ...{ 'aws:PrincipalArn': principal, 'aws:PrincipalIsAWSService': 'false' },
      ...{ 'aws:SecureTransport': 'true', ...more },
    }
    const own = principal === LOG ? policiesOf(STACK, LOG) : [EVERYTHING]
    const resource = /Object/.test(action) && !/Lock/.test(action) ? `${arn}/segments/999999999999999` : arn
    return isAllowed([...own, ...policy], { action: `s3:${action}`, resource, context })
  }

  test('the function may write what is not there yet, and read', () => {
    expect(may(LOG, 'PutObject', { 's3:if-none-match': '*' })).toBe(true)
    expect(may(LOG, 'PutObject')).toBe(false)
    expect(may(LOG, 'GetObjectVersion')).toBe(true)
    expect(may(LOG, 'ListBucketVersions')).toBe(true)
    for (const action of ['DeleteObject', 'DeleteObjectVersion', 'PutBucketPolicy', 'PutBucketVersioning'])
      expect([action, may(LOG, action)]).toEqual([action, false])
  })

  test.each(Object.entries(OTHERS))(
    '%s may read, and neither write, delete nor change settings',
    (_who, principal) => {
      expect(may(principal, 'GetObjectVersion')).toBe(true)
      expect(may(principal, 'PutObject', { 's3:if-none-match': '*' })).toBe(false)
      for (const action of [
        'DeleteObject',
        'DeleteObjectVersion',
        'PutBucketPolicy',
        'DeleteBucketPolicy',
        'PutBucketVersioning',
        'PutLifecycleConfiguration',
        'PutBucketObjectLockConfiguration',
        'DeleteBucket',
      ])
        expect([action, may(principal, action)]).toEqual([action, false])
    },
  )

  test('deployments may change settings, break glass may delete what is not locked, and neither may write', () => {
    expect(may(DEPLOYER, 'PutBucketPolicy')).toBe(true)
    expect(may(BREAK_GLASS, 'DeleteObjectVersion')).toBe(true)
    for (const principal of [DEPLOYER, BREAK_GLASS])
      expect(may(principal, 'PutObject', { 's3:if-none-match': '*' })).toBe(false)
  })

  test.each([
    [DEFAULT, 365],
    [FULL, 2_555],
  ])('its objects are locked, for the root user, too, as long as is configured', (stack, Days) => {
    expect(stack.resource('AWS::S3::Bucket').Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days } } },
    })
  })

  test('in a trial nothing is locked, and everybody may delete', () => {
    expect(fromContext({ removalPolicy: 'destroy' }).all('AWS::S3::Bucket')).toEqual([])
    const trial = fromContext({ removalPolicy: 'destroy', evidence: 'true' })
    const { Properties, DeletionPolicy } = trial.resource('AWS::S3::Bucket')
    expect(Properties).not.toHaveProperty('ObjectLockConfiguration')
    expect(DeletionPolicy).toBe('Delete')
    const statements: Statement[] =
      trial.resource('AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement
    expect(
      statements.flatMap(({ Action }) => Action).filter((action) => /Delete/.test(String(action))),
    ).toEqual([])
  })
})

describe('the key that signs', () => {
  const { Properties } = STACK.resource('AWS::KMS::Key', 'SigningKey')
  const policy: Statement[] = Properties.KeyPolicy.Statement
  const HOW = { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' }
  const may = (principal: string, action: string, more: Access['context'] = {}) => {
    const context = { 'aws:PrincipalArn': principal, ...more }
    const ofPrincipal = policy.filter(({ Principal }) => {
      const named = JSON.stringify(Principal)
      return (
        named.includes(`"${principal}"`) ||
        named.includes('*') ||
        (principal !== LOG && named.includes(':root'))
      )
    })
    return isAllowed(ofPrincipal, { action: `kms:${action}`, resource: '*', context })
  }

  test('is Ed25519', () => {
    expect(Properties).toMatchObject({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' })
  })

  test('signs for the function alone, in one way', () => {
    expect(may(LOG, 'Sign', HOW)).toBe(true)
    expect(may(LOG, 'Sign', { ...HOW, 'kms:MessageType': 'DIGEST' })).toBe(false)
    expect(may(LOG, 'Sign', { ...HOW, 'kms:SigningAlgorithm': 'ED25519_PH_SHA_512' })).toBe(false)
    expect(may(LOG, 'GetPublicKey')).toBe(true)
    for (const principal of [...Object.values(OTHERS), BREAK_GLASS, DEPLOYER])
      expect(may(principal, 'Sign', HOW)).toBe(false)
  })

  test('is made unusable by break glass alone', () => {
    for (const action of ['DisableKey', 'ScheduleKeyDeletion']) {
      expect(may(BREAK_GLASS, action)).toBe(true)
      for (const principal of [...Object.values(OTHERS), LOG])
        expect([principal, may(principal, action)]).toEqual([principal, false])
    }
  })
})

describe.each(STACKS)('in %s,', (_name, stack) => {
  const role = (part: string): string => stack.resource('AWS::Lambda::Function', part).Properties.Role
  const actionsOf = (part: string) => policiesOf(stack, role(part)).flatMap(({ Action }) => Action)

  test('the function that archives cannot touch the log, and the one that logs reads nothing but changes of the retention', () => {
    expect(
      actionsOf('Archiver').filter((action) => /^(s3|kms):|dynamodb:.*Stream/.test(String(action))),
    ).toEqual([])
    const ofTables = actionsOf('Evidence').filter((action) => /^dynamodb:/.test(String(action)))
    expect(ofTables.sort()).toEqual(
      ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams', 'Query'].map(
        (name) => `dynamodb:${name}`,
      ),
    )
    const role = stack.resource('AWS::Lambda::Function', 'Evidence').Properties.Role
    const mayQuery = (part: string, key: string) =>
      isAllowed(policiesOf(stack, role), {
        action: 'dynamodb:Query',
        resource: `arn:aws:dynamodb:us-east-1:111122223333:table/${stack.resource('AWS::DynamoDB::Table', part).logicalId}`,
        context: { 'dynamodb:LeadingKeys': [key] },
      })
    expect(mayQuery('Sweeps', 'RETENTION')).toBe(true)
    expect(mayQuery('Sweeps', '111122223333/us-east-1')).toBe(false)
    expect(mayQuery('Sessions', 'RETENTION')).toBe(false)
  })

  test('every change of both tables is delivered, but for working state, until it is logged', () => {
    const mappings = stack
      .all('AWS::Lambda::EventSourceMapping')
      .filter(({ EventSourceArn }) => EventSourceArn.includes('/stream/'))
    expect(mappings).toHaveLength(2)
    for (const mapping of mappings) {
      expect(mapping).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 1000,
        MaximumBatchingWindowInSeconds: 300,
      })
      for (const limit of [
        'MaximumRetryAttempts',
        'MaximumRecordAgeInSeconds',
        'BisectBatchOnFunctionError',
        'ParallelizationFactor',
      ])
        expect(mapping).not.toHaveProperty(limit)
      expect(mapping.DestinationConfig.OnFailure.Destination).toContain('FailureQueue')
    }
    const filters = mappings.map(({ FilterCriteria }) =>
      FilterCriteria?.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
    )
    expect(filters).toEqual([
      undefined,
      [{ dynamodb: { Keys: { ItemId: { S: [{ 'anything-but': ['LISTING', 'STATE'] }] } } } }],
    ])
    for (const table of stack.all('AWS::DynamoDB::Table'))
      expect(table.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' })
  })
})
