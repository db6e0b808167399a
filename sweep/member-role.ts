/** The role that lets the archiver read an account's sessions: the same for whoever deploys it. */

export interface MemberRole {
  /** `aws`, `aws-cn`, `aws-us-gov` */
  readonly partition: string
  /** The account that the archive is in. */
  readonly auditAccountId: string
  /** The archiver's role there. */
  readonly archiverRoleArn: string
  readonly organizationId: string
  readonly roleName: string
}

/** What a sweep asks. The calls have no resource types. */
export const ACTIONS_WITHOUT_RESOURCES = [
  'ssm:DescribeSessions',
  'ssm:DescribeInstanceInformation',
  'ssm:DescribeInstanceProperties',
  'cloudtrail:LookupEvents',
]

const DESCRIPTION = 'Lets the session archive read the history of Session Manager sessions'
const POLICY_NAME = 'read-session-history'
/** An hour: the archiver asks for no longer. */
const MAX_SESSION_SECONDS = 3600

/** Builds the role's policies. They are plain JSON. */
function policiesOf({ partition, auditAccountId, archiverRoleArn, organizationId }: MemberRole) {
  return {
    /**
     * The account, and not the role, is trusted: IAM would turn the role's ARN into the id of the role that exists
     * now, and one that is made again would be a stranger. The conditions leave the account's one role.
     */
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::${auditAccountId}:root` },
          Action: 'sts:AssumeRole',
          Condition: {
            ArnEquals: { 'aws:PrincipalArn': archiverRoleArn },
            StringEquals: { 'aws:PrincipalOrgID': organizationId },
          },
        },
      ],
    },
    /** @param account the account that the role is in */
    permissions: <Account>(account: Account) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ACTIONS_WITHOUT_RESOURCES, Resource: '*' },
        { Effect: 'Allow', Action: 'account:ListRegions', Resource: account },
      ],
    }),
  }
}

/** The template of a CloudFormation stack, or of a StackSet, with the role. */
export function memberRoleTemplate(role: MemberRole) {
  const { trust, permissions } = policiesOf(role)
  const account = { 'Fn::Sub': `arn:${role.partition}:account::\${AWS::AccountId}:account` }
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: DESCRIPTION,
    Resources: {
      MemberRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: role.roleName,
          Description: DESCRIPTION,
          MaxSessionDuration: MAX_SESSION_SECONDS,
          AssumeRolePolicyDocument: trust,
          Policies: [{ PolicyName: POLICY_NAME, PolicyDocument: permissions(account) }],
        },
      },
    },
  }
}

/** The same for Terraform: the content of a file such as `session-archive.tf.json`. */
export function memberRoleTerraform(role: MemberRole) {
  const { trust, permissions } = policiesOf(role)
  const id = 'session_archive'
  const account = `arn:${role.partition}:account::\${data.aws_caller_identity.${id}.account_id}:account`
  return {
    data: { aws_caller_identity: { [id]: {} } },
    resource: {
      aws_iam_role: {
        [id]: {
          name: role.roleName,
          description: DESCRIPTION,
          max_session_duration: MAX_SESSION_SECONDS,
          assume_role_policy: JSON.stringify(trust),
        },
      },
      aws_iam_role_policy: {
        [id]: {
          name: POLICY_NAME,
          role: `\${aws_iam_role.${id}.name}`,
          policy: JSON.stringify(permissions(account)),
        },
      },
    },
  }
}
