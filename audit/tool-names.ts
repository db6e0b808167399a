/** A form of the names that tools and services give to role sessions, to federated and to temporary users. */
export interface ToolName {
  /** As shown; `…` stands for what differs. */
  readonly form: string
  readonly pattern: RegExp
  /** One name for `everybody`, another for `each` session, or that of a `machine`, a job or a service. */
  readonly names: 'everybody' | 'each' | 'machine'
  /** Whether a person may be called so as well. */
  readonly isGuess: boolean
  readonly madeBy: string
  /** Where the form is known from. */
  readonly source: string
}

/** One row per form: form; whose name; sure or guess; pattern; made by; source. The first that fits counts. */
const TABLE = String.raw`
botocore-session-… ; each ; sure ; ^botocore-session-\d+$ ; boto3 or the AWS CLI ; github.com/boto/botocore: botocore/credentials.py
AWS-CLI-session-… ; each ; sure ; ^AWS-CLI-session-\d+$ ; an old AWS CLI ; github.com/aws/aws-cli: awscli/customizations/assumerole.py
AWSCLI-Session ; everybody ; sure ; ^AWSCLI-Session$ ; a command copied from an article by AWS ; repost.aws/knowledge-center/iam-assume-role-cli
aws-sdk-js-… ; each ; sure ; ^aws-sdk-js-(session-)?\d+$ ; the AWS SDK for JavaScript ; github.com/aws/aws-sdk-js-v3: packages/credential-provider-ini
aws-sdk-java-… ; each ; sure ; ^aws-sdk-java-\d+$ ; the AWS SDK for Java ; github.com/aws/aws-sdk-java-v2: services/sts/…/StsProfileCredentialsProviderFactory.java
aws-sdk-php-… ; each ; sure ; ^aws-sdk-php-\d+$ ; the AWS SDK for PHP ; github.com/aws/aws-sdk-php: src/Credentials/CredentialProvider.php
aws-go-sdk-… ; each ; sure ; ^aws-go-sdk-\d+$ ; the AWS SDK for Go, or Terraform ; github.com/aws/aws-sdk-go-v2: credentials/stscreds/assume_role_provider.go
aws-dotnet-sdk-session-… ; each ; sure ; ^aws-dotnet-sdk-session-\d+$ ; the AWS SDK for .NET, or the Tools for PowerShell ; github.com/aws/aws-sdk-net: sdk/src/Core/Amazon.Runtime/CredentialManagement/AWSCredentialsFactory.cs
assume-role-from-profile-… ; each ; sure ; ^(assume-role-from-profile|assume-role-provider|web-identity-token)-\d+$ ; the AWS SDK for Rust ; github.com/awslabs/aws-sdk-rust: sdk/aws-config/src/profile/credentials/exec.rs
aws-…-sdk-… ; each ; sure ; ^aws-([a-z]+-)?sdk-([a-z]+-)*\d+$ ; an AWS SDK ; the forms above, in other languages
aws-cdk-… ; each ; guess ; ^aws-cdk- ; the AWS CDK, from the login of that computer ; github.com/aws/aws-cdk: packages/aws-cdk/lib/api/aws-auth/sdk-provider.ts
ecs-execute-command ; everybody ; sure ; ^ecs-execute-command(-(?=\D*\d)[0-9a-z]{8,32})?$ ; ECS Exec, which starts every session itself ; docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
An instance ; machine ; sure ; ^m?i-[0-9a-f]{8,17}$ ; EC2 or Systems Manager, for anybody who could run a command on that machine ; docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
AWSCodeBuild-… ; machine ; sure ; ^AWSCodeBuild(-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$ ; CodeBuild ; docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
AWSCloudFormation ; machine ; sure ; ^AWSCloudFormation$ ; CloudFormation ; docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
GlueJobRunnerSession ; machine ; sure ; ^GlueJobRunnerSession$ ; Glue ; docs.aws.amazon.com/glue/latest/dg/troubleshooting-glue.html
SageMaker ; everybody ; sure ; ^SageMaker$ ; SageMaker ; docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
eks-… ; machine ; sure ; ^eks-.+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ; EKS Pod Identity ; docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumedRoleUser.html
assumed-from-leapp ; everybody ; sure ; ^assumed-from-leapp$ ; Leapp ; github.com/Noovolari/leapp: aws-iam-role-chained-session.ts
AWS-RUNAS-… ; each ; sure ; ^AWS-RUNAS-.*-\d+$ ; aws-runas, from the login of that computer ; github.com/mmmorris1975/aws-runas: credentials/assume_role_provider.go
gntd-… ; each ; sure ; ^gntd-(?=\D*\d)[0-9a-z]{8,}$ ; Granted ; github.com/common-fate/granted: pkg/cfaws/session_name.go
awsume-cli-role ; everybody ; sure ; ^awsume-cli-role$ ; awsume ; github.com/trek10inc/awsume: awsume/awsumepy/default_plugins.py
terragrunt-… ; each ; sure ; ^terragrunt-\d+$ ; Terragrunt ; github.com/gruntwork-io/terragrunt: options/options.go
terraform-run-… ; each ; sure ; ^terraform-run-(run-)?[0-9a-z]{16}$ ; HCP Terraform ; developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
pulumi-environments-session ; everybody ; sure ; ^pulumi-environments-session$ ; Pulumi ESC ; www.pulumi.com/docs/esc/integrations/dynamic-login-credentials/aws-login
vault-… ; each ; sure ; ^vault-(.*-)?\d{10}(-[0-9a-z]+)?$ ; HashiCorp Vault ; github.com/hashicorp/vault: builtin/logical/aws/path_config_root.go
GitHubActions ; everybody ; sure ; ^GitHubActions$ ; GitHub Actions ; github.com/aws-actions/configure-aws-credentials: src/index.ts
GitLabRunner-… ; machine ; sure ; ^GitLabRunner-\d+-\d+$ ; GitLab ; docs.gitlab.com/ci/cloud_services/aws
build-session ; everybody ; sure ; ^build-session$ ; Bitbucket Pipelines ; support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect
aws-vsts-tools ; everybody ; sure ; ^aws-vsts-tools$ ; Azure DevOps ; github.com/aws/aws-toolkit-azure-devops: defaultRoleSessionName
Spinnaker ; everybody ; sure ; ^Spinnaker$ ; Spinnaker ; github.com/spinnaker/clouddriver: sessionName of its AWS credentials
ProwlerAssessmentSession ; everybody ; sure ; ^ProwlerAss?essmentSession$ ; Prowler ; github.com/prowler-cloud/prowler: prowler/providers/aws/config.py
CognitoIdentityCredentials ; everybody ; sure ; ^CognitoIdentityCredentials$ ; an identity pool of Cognito ; github.com/aws-amplify/amplify-category-api: packages/amplify-graphql-auth-transformer
RedshiftIamRoleSession ; everybody ; sure ; ^RedshiftIamRoleSession$ ; Redshift ; docs.aws.amazon.com/redshift/latest/dg/c-spectrum-iam-policies.html
CloudCustodian ; everybody ; sure ; ^CloudCustodian(@.*)?$ ; Cloud Custodian ; github.com/cloud-custodian/cloud-custodian: c7n/credentials.py
8 hexadecimal digits, then a role ; machine ; guess ; ^[0-9a-f]{8}-[a-z] ; kube2iam ; github.com/jtblin/kube2iam: iam/iam.go
A time stamp ; each ; guess ; ^1(\d{9}|\d{12}|\d{15}|\d{18})$ ; aws-vault, an old SDK for Go, or a script from the time ; github.com/99designs/aws-vault: vault/vault.go, github.com/aws/aws-sdk-go: aws/credentials/stscreds/assume_role_provider.go
…, then a time stamp ; each ; guess ; [-_.@](1(\d{9}|\d{12}|\d{15}|\d{18})|20\d{6}([t_-]?\d{4,6}z?)?)$ ; a script from the time ; scripts in public repositories, such as aws-admin-1530600000000
A UUID ; each ; guess ; [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$ ; a service or a script at random ; docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, AWSServiceRoleForApplicationMigrationService
A long hexadecimal number ; machine ; guess ; ^(?=.*\d)[0-9a-f]{16,64}$ ; ECS for a task, IAM Roles Anywhere for a certificate, or a script ; docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html, docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html
session, test, AssumeRoleSession1 … ; everybody ; guess ; ^((my|test|temp|tmp|default|example|demo|aws|cli|assumed?|cross|account|role|user|admin|dev|prod|ssm)[-_]?)*(session|role|test|default|temp|tmp|example|demo|admin|federation)([-_]?name)?[-_]?\d*$ ; somebody who copied an example ; docs.aws.amazon.com/code-library/latest/ug/sts_example_sts_AssumeRole_section.html
The name of a tool or a service ; everybody ; guess ; ^(boto3?|terraform|gitlab|github|codebuild|codepipeline|cloudformation|awscodebuild|steampipe|octopus|datadog|okta)([-_.]?(actions|ci|cd|runner|session|deploy|deployment|execution|role|assumed))*([-_.@].*)?$ ; a script for a tool, or whoever shares a login ; names in public repositories, such as gitlab-ci-JOB, codebuild-kubectl, Boto3Session, octopusroleassumed
administrator ; everybody ; guess ; ^administrator$ ; whoever shares a login ; learn.microsoft.com: local accounts of Windows, the built-in Administrator
A word for a job, not for a person ; everybody ; guess ; ^([^@]*[-_.])?(jenkins|circleci|buildkite|teamcity|bamboo|atlantis|ansible|airflow|lambda|deploy(ment|er)?|pipelines?|automation|bot|robot|runner|cron|svc)([-_.@]|$) ; a job, or whoever shares a login ; names in public repositories, such as Jenkins-HOST-JOB
`

export const TOOL_NAMES: readonly ToolName[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const [form = '', names, sure, pattern = '', madeBy = '', source = ''] = row.split(' ; ')
    return {
      form,
      pattern: new RegExp(pattern, 'i'),
      names: names === 'each' || names === 'machine' ? names : 'everybody',
      isGuess: sure === 'guess',
      madeBy,
      source,
    }
  })
