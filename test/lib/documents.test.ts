import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memberRoleTemplate } from '../../sweep/member-role'

const ROOT = join(__dirname, '../..')

/** What no template can show, and a deployer must know. */
test.each([
  ['README.md', 'the first deployment is not rolled back', 'cdk deploy --no-rollback'],
  ['README.md', 'alarms are looked at once', 'describe-alarms --state-value ALARM'],
  ['README.md', 'a backup is taken at once', '(docs/runbook.md#take-a-backup)'],
  ['README.md', 'endpoints serve the whole VPC', '(docs/configuration.md#in-a-vpc)'],
  ['docs/configuration.md', 'what the VPC must have', '`enableDnsSupport` and `enableDnsHostnames`'],
  ['docs/configuration.md', 'what happens to endpoints that exist', 'If they exist, the deployment fails'],
  ['docs/configuration.md', 'how long leaving a VPC takes', '20 to 40 minutes'],
  [
    'docs/configuration.md',
    'what StackSets do not reach',
    'StackSets never reach the **management account**',
  ],
  ['docs/configuration.md', 'what a StackSet needs', 'can deploy anything anywhere'],
  [
    'docs/security.md',
    'what the member role does not stop',
    "read lists of sessions and CloudTrail's event history in every account",
  ],
  ['docs/security.md', 'endpoints serve the whole VPC', 'serve the whole VPC'],
  ['docs/security.md', 'what a deployer needs of an own key', "CloudFormation's role, or whoever deploys"],
  ['docs/runbook.md', 'that a forgotten management account rings', 'it is the **management account**'],
  ['docs/runbook.md', 'what to do about each outcome', '| `disabled` | nothing'],
  ['docs/runbook.md', 'a deployment changes back nothing by itself', 'cdk deploy --revert-drift'],
  [
    'docs/runbook.md',
    'how policies of tables are put back',
    'breakGlassPrincipals="arn:aws:iam::$ACCOUNT:role/nobody',
  ],
  ['docs/runbook.md', 'silence rings late', 'after about five periods'],
  ['docs/runbook.md', 'what a restored table lacks', 'put-resource-policy'],
  ['docs/runbook.md', 'what is left behind', 'for 35 days'],
  ['docs/organization.md', 'what StackSets do not reach', 'StackSets never reach it'],
  ['docs/organization.md', 'what a StackSet needs', 'can deploy anything in any account'],
  ['docs/organization.md', 'that a delegation policy is replaced', 'because this command replaces it'],
  ['docs/costs-and-scale.md', 'what rotation costs', 'rotation of the key'],
  ['docs/costs-and-scale.md', 'what endpoints cost', 'endpoints of Systems Manager'],
])('%s tells: %s', (file, _what, words) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(words)
})

test('the example of a policy that denies regions exempts every call of the member role', () => {
  const page = readFileSync(join(ROOT, 'docs/organization.md'), 'utf8')
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? []
  const template = memberRoleTemplate({
    partition: 'aws',
    auditAccountId: '111122223333',
    archiverRoleArn: 'arn:aws:iam::111122223333:role/session-archive-archiver-eu-west-1',
    organizationId: 'o-a1b2c3d4e5',
    roleName: 'session-archive-reader',
  })
  const [policy] = template.Resources.MemberRole.Properties.Policies
  const calls = policy?.PolicyDocument.Statement.flatMap(({ Action }) => Action)
  expect(JSON.parse(example).NotAction).toEqual(expect.arrayContaining(calls ?? []))
  expect(calls).toHaveLength(5)
})
