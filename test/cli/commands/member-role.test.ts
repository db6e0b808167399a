import { memberRoleTemplate, memberRoleTerraform } from '../../../sweep/member-role'
import { expectFailure, expectWrongUsage, printedBy, retryAtOnce, runCli } from '../../support/cli'
import { type CloudFormation, startCloudFormation } from '../../support/cloudformation'

retryAtOnce()

const ROLE = {
  partition: 'aws',
  auditAccountId: '111122223333',
  archiverRoleArn: 'arn:aws:iam::111122223333:role/session-archive-archiver-eu-west-1',
  organizationId: 'o-a1b2c3d4e5',
  roleName: 'session-archive-reader',
}
const OUTPUTS = {
  ArchiverRoleArn: ROLE.archiverRoleArn,
  OrganizationId: ROLE.organizationId,
  MemberRoleName: 'history-reader',
}
const FLAGS = ['--archiver-role', ROLE.archiverRoleArn, '--organization-id', ROLE.organizationId]

let cloudFormation: CloudFormation
beforeAll(async () => {
  cloudFormation = await startCloudFormation({
    SessionArchive: { ...OUTPUTS, SessionsTable: 'Sessions' },
    Audit: Object.fromEntries(Object.entries(OUTPUTS).map(([key, value]) => [`Emea${key}`, value])),
    Alone: { SessionsTable: 'Sessions', SweepsTable: 'Sweeps' },
    Two: { ...OUTPUTS, EmeaArchiverRoleArn: ROLE.archiverRoleArn },
    Odd: { ...OUTPUTS, ArchiverRoleArn: 'archiver\u001b[2J' },
  })
})
afterAll(() => cloudFormation.close())

const run = (...args: string[]) =>
  runCli(['member-role', ...args], { environment: { AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url } })

test('the role is printed as a CloudFormation template, and whom it is for', async () => {
  const { status, stdout, stderr } = await run(...FLAGS)
  expect([status, JSON.parse(stdout)]).toEqual([0, memberRoleTemplate(ROLE)])
  expect(stderr).toBe(
    'Deploy it in every account, the management account included, with --capabilities CAPABILITY_NAMED_IAM.\n',
  )
})

test('the role is printed for Terraform, with the same policies', async () => {
  const printed = JSON.parse((await run(...FLAGS, '--format', 'terraform')).stdout)
  expect(printed).toEqual(memberRoleTerraform(ROLE))
  const { Properties } = memberRoleTemplate(ROLE).Resources.MemberRole
  const { aws_iam_role: role, aws_iam_role_policy: policy } = printed.resource
  expect(role.session_archive).toMatchObject({ name: Properties.RoleName, max_session_duration: 3600 })
  expect(JSON.parse(role.session_archive.assume_role_policy)).toEqual(Properties.AssumeRolePolicyDocument)
  // Terraform puts the account in where CloudFormation does
  const account = `\${data.aws_caller_identity.session_archive.account_id}`
  const inCloudFormation = JSON.stringify(Properties.Policies[0]?.PolicyDocument)
    .replace(/\{"Fn::Sub":("[^"]*")\}/, '$1')
    .replace(/\$\{AWS::AccountId\}/, account)
  expect(JSON.parse(policy.session_archive.policy)).toEqual(JSON.parse(inCloudFormation))
})

test.each([
  ['by default', []],
  ['of another construct', ['--stack', 'Audit']],
])('the role is that of the stack, %s', async (_name, flags) => {
  const role = { ...ROLE, roleName: 'history-reader' }
  expect(JSON.parse((await run(...flags)).stdout)).toEqual(memberRoleTemplate(role))
})

test('flags name a role with another name, in another partition', async () => {
  const archiverRoleArn = 'arn:aws-us-gov:iam::444455556666:role/archiver'
  const flags = ['--archiver-role', archiverRoleArn, '--organization-id', ROLE.organizationId]
  const role = { ...ROLE, partition: 'aws-us-gov', auditAccountId: '444455556666', archiverRoleArn }
  const printed = JSON.parse((await run(...flags, '--role-name', 'reader')).stdout)
  expect(printed).toEqual(memberRoleTemplate({ ...role, roleName: 'reader' }))
})

test.each([
  ['Alone', 'received no outputs of an organization, expected an archive with organizationId'],
  ['Two', 'received 2 archives, expected one'],
  ['Odd', 'received "archiver\\u001b[2J", expected the ARN of a role'],
  ['Gone', 'Stack with id Gone does not exist'],
])('the stack %s is refused, with what is missing', async (stack, message) => {
  expectFailure(await run('--stack', stack), `session-archive: stack "${stack}": ${message}`)
})

test.each<[string[], string]>([
  [FLAGS.slice(0, 2), "error: expected both '--archiver-role <arn>' and '--organization-id <organization>'"],
  [FLAGS.slice(2), "error: expected both '--archiver-role <arn>' and '--organization-id <organization>'"],
  [[...FLAGS, '--stack', 'x'], "error: '--stack x' knows the archiver's role and the organization"],
  [['--role-name', 'x'], "error: '--role-name x': expected '--archiver-role <arn>'"],
  [['--role-name', 'a/b'], 'Expected the name of a role'],
  [['--organization-id', 'o'], 'Expected an organization such as o-a1b2c3d4e5.'],
  [['--archiver-role', 'archiver'], 'Expected the ARN of a role'],
])('the flags %j are wrong usage', async (flags, message) => {
  expectWrongUsage(await run(...flags), message)
})

test('help needs no AWS', async () => {
  expect(printedBy(await run('--help'))).toContain('session-archive member-role --format terraform')
})
