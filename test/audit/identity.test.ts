import { anonymity } from '../../audit/identity'
import { TOOL_NAMES } from '../../audit/tool-names'
import { record } from '../cli/report/make-report'

const of = (Owner: string | undefined) => anonymity(record({ SessionId: 's', Owner }))
const session = (name: string, role = 'Ops') => `arn:aws:sts::111122223333:assumed-role/${role}/${name}`

/** A name per form, as its tool makes it. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  'botocore-session-…': ['botocore-session-1701198233'],
  'AWS-CLI-session-…': ['AWS-CLI-session-1523566057'],
  'AWSCLI-Session': ['AWSCLI-Session'],
  'aws-sdk-js-…': ['aws-sdk-js-1700000000000', 'aws-sdk-js-session-1700000000000'],
  'aws-sdk-java-…': ['aws-sdk-java-1700000000000'],
  'aws-sdk-php-…': ['aws-sdk-php-1700000000000'],
  'aws-go-sdk-…': ['aws-go-sdk-1700000000000000000'],
  'aws-dotnet-sdk-session-…': ['aws-dotnet-sdk-session-636238288466144357'],
  'assume-role-from-profile-…': ['assume-role-from-profile-1632246085998'],
  'aws-…-sdk-…': ['aws-swift-sdk-1'],
  'aws-cdk-…': ['aws-cdk-jane'],
  'ecs-execute-command': ['ecs-execute-command'],
  'An instance': ['i-0123456789abcdef0', 'mi-0123456789abcdef0'],
  'AWSCodeBuild-…': ['AWSCodeBuild-f442b71c-9fe3-4496-9ca1-515b26d65de2'],
  AWSCloudFormation: ['AWSCloudFormation'],
  GlueJobRunnerSession: ['GlueJobRunnerSession'],
  SageMaker: ['SageMaker'],
  'eks-…': ['eks-prod-api-5d8f7c9b-x2x2x-f442b71c-9fe3-4496-9ca1-515b26d65de2'],
  'assumed-from-leapp': ['assumed-from-leapp'],
  'AWS-RUNAS-…': ['AWS-RUNAS-jane-1530600000'],
  'gntd-…': ['gntd-2Nv8sKq0mZ1x'],
  'awsume-cli-role': ['awsume-cli-role'],
  'terragrunt-…': ['terragrunt-1700000000000000000'],
  'terraform-run-…': ['terraform-run-run-LMCK4SSiBfR6Y6rb'],
  'pulumi-environments-session': ['pulumi-environments-session'],
  'vault-…': ['vault-1700000000-abcdEFGH01234567', 'vault-token-ops-1700000000-abcd'],
  GitHubActions: ['GitHubActions'],
  'GitLabRunner-…': ['GitLabRunner-17-4711'],
  'build-session': ['build-session'],
  'aws-vsts-tools': ['aws-vsts-tools'],
  Spinnaker: ['Spinnaker'],
  ProwlerAssessmentSession: ['ProwlerAssessmentSession', 'ProwlerAsessmentSession'],
  CognitoIdentityCredentials: ['CognitoIdentityCredentials'],
  RedshiftIamRoleSession: ['RedshiftIamRoleSession'],
  CloudCustodian: ['CloudCustodian', 'CloudCustodian@nightly'],
  '8 hexadecimal digits, then a role': ['5f3a2b1c-web-reader'],
  'A time stamp': ['1700000000', '1700000000000', '1700000000000000', '1700000000000000000'],
  '…, then a time stamp': ['aws-admin-1700000000000', 'deploy_20261124T093000Z', 'x-20261124'],
  'A UUID': ['f397768c-9fe3-4496-9ca1-515b26d65de2', 'job-F397768C-9fe3-4496-9ca1-515b26d65de2'],
  'A long hexadecimal number': ['6b777c1809a94925ab48098fa09824de', '5e3a9d1f00b2c4d6'],
  'session, test, AssumeRoleSession1 …': [
    'session1',
    'AssumeRoleSession1',
    'my-role-session-name',
    'TestSession',
    'default',
  ],
  'The name of a tool or a service': [
    ...[
      'terraform',
      'terraform-running',
      'TerraformSession',
      'gitlab-ci-4711',
      'GitLabCI',
      'GitLabRunner-jane',
      'github-actions',
      'OktaSession',
      'octopusroleassumed',
    ],
    ...['cloudformation', 'codebuild', 'codebuild-kubectl', 'CodePipeline', 'CodeBuildDeploymentSession'],
    ...[
      'boto3',
      'Boto3Session',
      'boto3_assuming_some-role',
      'steampipe',
      'datadog-agent',
      'AWSCodeBuild-nightly',
    ],
  ],
  administrator: ['Administrator'],
  'A word for a job, not for a person': [
    'Jenkins-ci01-deploy',
    'deploy@example.com',
    'nightly-cron',
    'ops.bot',
  ],
}

test('there is a name for each form in the table, and each form has a source', () => {
  expect(Object.keys(MADE)).toEqual(TOOL_NAMES.map(({ form }) => form))
  expect(TOOL_NAMES.filter(({ madeBy, source }) => madeBy === '' || source.length < 20)).toEqual([])
  expect(TOOL_NAMES.length).toBeGreaterThan(30)
})

test.each(TOOL_NAMES.map(({ form, isGuess }) => [form, isGuess] as const))(
  'names of the form %s are recognised in either case, and said to be a guess: %s',
  (form, isGuess) => {
    const why = expect.stringMatching(isGuess ? /^Looks like a name made by / : /^A name made by /)
    for (const name of MADE[form] ?? [])
      for (const spelling of [name, name.toUpperCase()])
        expect(of(session(spelling))).toEqual({ kind: form, why })
  },
)

test.each([
  [undefined, 'No owner'],
  ['', 'No owner'],
  ['arn:aws-us-gov:iam::111122223333:root', 'Root user'],
  ['aws:iam::111122223333:root', 'Root user'],
  ['arn:aws:sts::111122223333:federated-user/gntd-2Nv8sKq0mZ1x', 'gntd-…'],
  ['arn:aws:iam::111122223333:user/vault/vault-root-ops-1700000000-abcd', 'vault-…'],
  [session('ecs-execute-command', 'AWSServiceRoleForECS'), 'ecs-execute-command'],
  [session('AutoScaling', 'AWSServiceRoleForAutoScaling'), 'AWSServiceRoleForAutoScaling'],
])('the owner %s names nobody: %s', (Owner, kind) => {
  expect(of(Owner)?.kind).toBe(kind)
})

test.each([
  'arn:aws:iam::111122223333:user/Mary-Major',
  'arn:aws:iam::111122223333:user/root',
  ...['jane@example.com', 'jane', 'j4711', 'carlos.salazar', 'li.juan', 'abby', 'Mary-Major', 'deadbeef'].map(
    (name) => session(name),
  ),
  session('Mary.Major+ops@example.com', 'AWSReservedSSO_Admin_0123456789abcdef'),
  session('jane.session@example.com'),
  session('ambot'),
  ...['jane@lambda.com', 'bob@automation.example.com', 'jane@bot.example.com', 'oktavia', 'terra'].map(
    (name) => session(name),
  ),
  ...[
    'ecs-execute-commander',
    'AWSCodeBuilder',
    'AWSCLI-Sessions',
    'ProwlerAsh',
    'gntd-jane',
    'aws-sdk-jane',
  ].map((name) => session(name)),
  ...['AWS-RUNAS-jane', 'vault-keeper'].map((name) => session(name)),
])('nothing is known against the owner %s', (Owner) => {
  expect(of(Owner)).toBeUndefined()
})

test('a hostile name does not keep the search for forms busy', () => {
  const names = ['role1', 'session-', 'test', '0123456789abcdef', 'vault-1700000000'].map((part) =>
    part.repeat(2000),
  )
  const start = performance.now()
  for (const name of names) of(session(`${name}!`))
  expect(performance.now() - start).toBeLessThan(2000)
})
