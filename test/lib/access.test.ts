import { type Access, isAllowed, isAllowedAcross, policiesOf, type Statement, trustOf } from '../support/iam'
import type { DeployedTemplate } from '../support/template'
import { DEFAULT, FULL, fromContext, ORGANIZATION_ID } from './synth'

const AUDIT = '111122223333'
const MEMBER = '444455556666'
const OTHER_ORGANIZATION = 'o-z9y8x7w6v5'

const STACK = fromContext({ organizationId: ORGANIZATION_ID, deployMemberRoles: 'r-ab12,ou-ab12-11111111' })
const STACK_SET = STACK.resource('AWS::CloudFormation::StackSet').Properties

const ARCHIVER = `arn:aws:iam::${AUDIT}:role/session-archive-archiver-us-east-1`
const archiverOf = (stack: DeployedTemplate) =>
  policiesOf(stack, stack.resource('AWS::Lambda::Function', 'Archiver').Properties.Role)
const OWN_POLICIES = archiverOf(STACK)
/** The own policies of all other callers allow everything. */
const EVERYTHING: Statement[] = [{ Effect: 'Allow', Action: '*', Resource: '*' }]

/** The member role as the StackSet makes it in an account. */
function memberRoleIn(account: string) {
  const { Resources } = JSON.parse(
    STACK_SET.TemplateBody.replace(/\{"Fn::Sub":("[^"]*")\}/g, '$1').replaceAll(
      /\$\{AWS::AccountId\}/g,
      account,
    ),
  )
  const { RoleName, Policies, ...role } = Resources.MemberRole.Properties
  const permissions: Statement[] = Policies[0].PolicyDocument.Statement
  return { arn: `arn:aws:iam::${account}:role/${RoleName}`, trust: trustOf(role), permissions }
}

interface Role {
  readonly arn: string
  readonly organization?: string
  readonly trust: readonly Statement[]
}

const MEMBER_ROLE: Role = { ...memberRoleIn(MEMBER), organization: ORGANIZATION_ID }

interface Caller {
  /** @default - a service */
  readonly arn?: string
  readonly organization?: string
  readonly policies?: Statement[]
}

function mayAssume({ arn, organization, policies = EVERYTHING }: Caller, role: Role): boolean {
  const context = {
    ...(arn === undefined
      ? { 'aws:PrincipalServiceName': 'lambda.amazonaws.com' }
      : { 'aws:PrincipalArn': arn }),
    ...(organization !== undefined && { 'aws:PrincipalOrgID': organization }),
    ...(role.organization !== undefined && { 'aws:ResourceOrgID': role.organization }),
  }
  return isAllowedAcross(policies, role.trust, { action: 'sts:AssumeRole', resource: role.arn, context })
}

const ofOrganization = (arn: string): Caller => ({ arn, organization: ORGANIZATION_ID })
const THE_ARCHIVER: Caller = { ...ofOrganization(ARCHIVER), policies: OWN_POLICIES }

describe('the role in an account of the organization', () => {
  test('the archiver may assume it', () => {
    expect(mayAssume(THE_ARCHIVER, MEMBER_ROLE)).toBe(true)
  })

  test('no role is named as trusted, so the archiver may assume it after its own role was made again', () => {
    expect(MEMBER_ROLE.trust.map(({ Principal }) => Principal)).toEqual([
      { AWS: `arn:aws:iam::${AUDIT}:root` },
    ])
  })

  test.each<[string, Caller]>([
    ['another role of the audit account', ofOrganization(`arn:aws:iam::${AUDIT}:role/Reports`)],
    ['an administrator of the audit account', ofOrganization(`arn:aws:iam::${AUDIT}:role/Admin`)],
    ['a user of the audit account', ofOrganization(`arn:aws:iam::${AUDIT}:user/operator`)],
    ['the root user of the audit account', ofOrganization(`arn:aws:iam::${AUDIT}:root`)],
    ['a user called like the archiver’s role', ofOrganization(ARCHIVER.replace(':role/', ':user/'))],
    ['a role called like the archiver’s, in a path', ofOrganization(ARCHIVER.replace('role/', 'role/x/'))],
    ['a role called nearly like the archiver’s', ofOrganization(`${ARCHIVER}-2`)],
    ['the archiver’s role of another region', ofOrganization(ARCHIVER.replace('us-east-1', 'eu-west-1'))],
    ['a role called alike in another account', ofOrganization(ARCHIVER.replace(AUDIT, '777788889999'))],
    [
      'a role called alike in another organization',
      { arn: ARCHIVER.replace(AUDIT, '777788889999'), organization: OTHER_ORGANIZATION },
    ],
    [
      'the archiver of an account that has changed its organization',
      { ...THE_ARCHIVER, organization: OTHER_ORGANIZATION },
    ],
    ['the archiver of an account that is in none', { ...THE_ARCHIVER, organization: undefined }],
    ['an administrator of the account itself', ofOrganization(`arn:aws:iam::${MEMBER}:role/Admin`)],
    ['a session of the role itself', ofOrganization(MEMBER_ROLE.arn)],
    ['the same role of another account', ofOrganization(memberRoleIn('777788889999').arn)],
    ['Lambda', {}],
  ])('%s may not assume it', (_who, caller) => {
    expect(mayAssume(caller, MEMBER_ROLE)).toBe(false)
  })

  const role = memberRoleIn(MEMBER)
  const may = (action: string, resource = '*') => isAllowed(role.permissions, { action, resource })

  test('it may list sessions and its own account’s regions', () => {
    expect(may('ssm:DescribeSessions')).toBe(true)
    expect(may('ssm:DescribeInstanceInformation')).toBe(true)
    expect(may('ssm:DescribeInstanceProperties')).toBe(true)
    expect(may('cloudtrail:LookupEvents')).toBe(true)
    expect(may('account:ListRegions', `arn:aws:account::${MEMBER}:account`)).toBe(true)
  })

  test('it may not list the regions of another account', () => {
    expect(may('account:ListRegions', 'arn:aws:account::777788889999:account')).toBe(false)
    const member = `arn:aws:account::777788889999:account/${ORGANIZATION_ID}/${MEMBER}`
    expect(may('account:ListRegions', member)).toBe(false)
  })

  test.each([
    ...['ssm:StartSession', 'ssm:ResumeSession', 'ssm:TerminateSession', 'ssm:SendCommand'],
    ...['ssm:GetParameter', 'ssm:DescribeInstancePatches', 'ec2:DescribeInstances'],
    ...['cloudtrail:StopLogging', 'cloudtrail:DescribeTrails'],
    ...['ec2:DescribeRegions', 'account:EnableRegion', 'account:DisableRegion', 'iam:ListRoles'],
    ...['organizations:ListAccounts', 'sts:AssumeRole', 's3:ListAllMyBuckets', 'ecs:ExecuteCommand'],
  ])('it may not call %s', (action) => {
    const everywhere = ['*', `arn:aws:account::${MEMBER}:account`, MEMBER_ROLE.arn]
    expect(everywhere.filter((resource) => may(action, resource))).toEqual([])
  })
})

describe('the archiver of an organization', () => {
  const OPEN: Statement[] = EVERYTHING.map((one) => ({ ...one, Principal: '*' }))
  const roleOf = (arn: string, organization?: string): Role => ({ arn, organization, trust: OPEN })

  test.each<[string, boolean, Role]>([
    ['the member role of any account', true, roleOf(memberRoleIn('777788889999').arn, ORGANIZATION_ID)],
    [
      'another role',
      false,
      roleOf(`arn:aws:iam::${MEMBER}:role/OrganizationAccountAccessRole`, ORGANIZATION_ID),
    ],
    ['a role called nearly alike', false, roleOf(`${MEMBER_ROLE.arn}-2`, ORGANIZATION_ID)],
    [
      'a role called alike, in a path',
      false,
      roleOf(MEMBER_ROLE.arn.replace('role/', 'role/x/'), ORGANIZATION_ID),
    ],
    ['a role called alike outside the organization', false, roleOf(MEMBER_ROLE.arn, OTHER_ORGANIZATION)],
    ['a role called alike in no organization', false, roleOf(MEMBER_ROLE.arn)],
  ])('it may assume %s, even one that trusts everyone: %s', (_which, allowed, role) => {
    expect(mayAssume(THE_ARCHIVER, role)).toBe(allowed)
  })

  const may = (statements: readonly Statement[], action: string, resource = '*', region = 'us-east-1') =>
    isAllowed(statements, { action, resource, context: { 'aws:RequestedRegion': region } })
  const OWN_ACCOUNT = `arn:aws:account::${AUDIT}:account`

  test('it may list accounts, its own sessions and its own regions', () => {
    expect(may(OWN_POLICIES, 'organizations:ListAccounts')).toBe(true)
    expect(may(OWN_POLICIES, 'ssm:DescribeSessions', '*', 'ap-southeast-5')).toBe(true)
    expect(may(OWN_POLICIES, 'account:ListRegions', OWN_ACCOUNT)).toBe(true)
  })

  test.each([
    ...['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail'],
    ...['organizations:LeaveOrganization', 'organizations:DescribeAccount', 'account:DisableRegion'],
    ...[
      'ssm:StartSession',
      'ssm:TerminateSession',
      'ec2:DescribeInstances',
      'iam:PassRole',
      'sts:AssumeRole',
    ],
    ...['cloudformation:UpdateStackSet', 'lambda:InvokeFunction', 'dynamodb:DeleteItem', 'dynamodb:Scan'],
  ])('it may not call %s', (action) => {
    const tables = Object.keys(STACK.resources('AWS::DynamoDB::Table'))
    const arns = tables.map((name) => `arn:aws:dynamodb:us-east-1:${AUDIT}:table/${name}`)
    const resources = ['*', OWN_ACCOUNT, ARCHIVER, ...arns]
    expect(resources.filter((resource) => may(OWN_POLICIES, action, resource))).toEqual([])
  })

  test('its own regions are those of the configuration', () => {
    const listed = archiverOf(FULL) // eu-west-1 and us-east-1
    const excluded = archiverOf(fromContext({ excludeRegions: 'us-west-1' }))
    const regions = ['eu-west-1', 'us-east-1', 'us-west-1', 'eu-central-1']
    const sweeps = (statements: Statement[]) =>
      regions.filter((region) => may(statements, 'ssm:DescribeSessions', '*', region))
    expect(sweeps(listed)).toEqual(['eu-west-1', 'us-east-1'])
    expect(sweeps(excluded)).toEqual(['eu-west-1', 'us-east-1', 'eu-central-1'])
    expect(may(listed, 'account:ListRegions', OWN_ACCOUNT)).toBe(false) // it need not
    expect(may(excluded, 'account:ListRegions', OWN_ACCOUNT)).toBe(true)
  })

  test('the archiver of a single account may assume no role, list no accounts, and receive from no queue', () => {
    const actions = archiverOf(DEFAULT).flatMap(({ Action }) => Action)
    expect(actions.filter((action) => /^(sts|organizations):|sqs:Receive/.test(action))).toEqual([])
  })
})

describe('the queue of sweeps', () => {
  const { logicalId: queue } = STACK.resource('AWS::SQS::Queue', 'SweepsQueue')
  const { logicalId: deadLetters } = STACK.resource('AWS::SQS::Queue', 'SweepsDeadLetters')
  const { logicalId: failures } = STACK.resource('AWS::SQS::Queue', 'FailureQueue')
  const schedulers = policiesOf(STACK, STACK.resource('AWS::Scheduler::Schedule').Properties.Target.RoleArn)

  const policyOf = (name: string): Statement[] =>
    STACK.all('AWS::SQS::QueuePolicy')
      .filter(({ Queues }) => Queues.includes(name))
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
  const may = (
    policies: readonly Statement[],
    principal: string,
    action: string,
    name = queue,
    tls = true,
  ) => {
    const context: Access['context'] = { 'aws:PrincipalArn': principal, 'aws:SecureTransport': String(tls) }
    const resource = `arn:aws:sqs:us-east-1:${AUDIT}:${name}`
    return isAllowed([...policies, ...policyOf(name)], { action: `sqs:${action}`, resource, context })
  }
  const archiverMay = (...access: [string, string?, boolean?]) => may(OWN_POLICIES, ARCHIVER, ...access)

  test('the archiver may send to it and receive from it, by TLS', () => {
    const actions = ['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']
    expect(actions.filter((action) => archiverMay(action))).toEqual(actions)
    expect(actions.filter((action) => archiverMay(action, queue, false))).toEqual([])
  })

  test.each([
    ['an administrator', `arn:aws:iam::${AUDIT}:role/Admin`],
    ['the root user', `arn:aws:iam::${AUDIT}:root`],
    ['a user called like the archiver’s role', ARCHIVER.replace(':role/', ':user/')],
    ['a member role', MEMBER_ROLE.arn],
  ])('%s with all rights may not send to it', (_who, principal) => {
    expect(may(EVERYTHING, principal, 'SendMessage')).toBe(false)
    expect(may(EVERYTHING, principal, 'SendMessage', failures)).toBe(true) // so it is this queue's policy
  })

  test('another account may do nothing with it', () => {
    const access = { action: 'sqs:ReceiveMessage', resource: `arn:aws:sqs:us-east-1:${AUDIT}:${queue}` }
    const context = { 'aws:PrincipalArn': `arn:aws:iam::${MEMBER}:role/Admin`, 'aws:SecureTransport': 'true' }
    expect(isAllowedAcross(EVERYTHING, policyOf(queue), { ...access, context })).toBe(false)
  })

  test('the schedule’s role may not send to it', () => {
    expect(schedulers).not.toEqual([])
    expect(may(schedulers, `arn:aws:iam::${AUDIT}:role/Scheduler`, 'SendMessage')).toBe(false)
  })

  test('the archiver may not touch dead letters, and not change or empty a queue', () => {
    for (const action of ['SendMessage', 'ReceiveMessage', 'DeleteMessage'])
      expect([action, archiverMay(action, deadLetters)]).toEqual([action, false])
    for (const action of ['PurgeQueue', 'DeleteQueue', 'SetQueueAttributes', 'AddPermission'])
      for (const name of [queue, deadLetters, failures])
        expect([action, name, archiverMay(action, name)]).toEqual([action, name, false])
    expect(archiverMay('ReceiveMessage', failures)).toBe(false)
  })
})

describe('the StackSet of member roles', () => {
  test('it reaches the accounts of its targets, now and later, and leaves no role behind', () => {
    expect(STACK_SET).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      CallAs: 'DELEGATED_ADMIN',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      StackInstancesGroup: [
        {
          Regions: ['us-east-1'],
          DeploymentTargets: { OrganizationalUnitIds: ['r-ab12', 'ou-ab12-11111111'] },
        },
      ],
    })
  })

  test('CloudFormation takes its template', () => {
    expect(Buffer.byteLength(STACK_SET.TemplateBody)).toBeLessThan(51_200)
    const { Resources } = JSON.parse(STACK_SET.TemplateBody)
    expect(Object.values(Resources)).toMatchObject([
      {
        Type: 'AWS::IAM::Role',
        Properties: { RoleName: 'session-archive-reader', MaxSessionDuration: 3600 },
      },
    ])
  })

  test('it is made only if it is asked for, as the account is that of whom', () => {
    expect(DEFAULT.all('AWS::CloudFormation::StackSet')).toEqual([])
    const { CallAs, TemplateBody } = FULL.resource('AWS::CloudFormation::StackSet').Properties
    expect([CallAs, JSON.parse(TemplateBody).Resources.MemberRole.Properties.RoleName]).toEqual([
      'SELF',
      'history-reader',
    ])
  })
})
