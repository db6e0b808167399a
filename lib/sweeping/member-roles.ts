import { CfnStackSet, Names, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { memberRoleTemplate } from '../../sweep/member-role'
import { archiverRoleName, type Organization } from './organization'

export interface MemberRolesProps {
  readonly organization: Organization
  /** Ids of the root or of organizational units. */
  readonly targets: readonly string[]
  readonly callAs: 'SELF' | 'DELEGATED_ADMIN'
}

/**
 * Makes the member role in each account of the targets, and in those that join them later. The management account
 * is never among them.
 */
export class MemberRoles extends Construct {
  constructor(scope: Construct, id: string, { organization, targets, callAs }: MemberRolesProps) {
    super(scope, id)
    const { partition, account, region } = Stack.of(this)
    const { organizationId, memberRoleName } = organization
    const template = memberRoleTemplate({
      archiverRoleArn: `arn:${partition}:iam::${account}:role/${archiverRoleName(this)}`,
      partition,
      auditAccountId: account,
      organizationId,
      roleName: memberRoleName,
    })
    new CfnStackSet(this, 'StackSet', {
      stackSetName: Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }),
      description: 'Lets the session archive read the Session Manager history of each account',
      permissionModel: 'SERVICE_MANAGED',
      callAs,
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      capabilities: ['CAPABILITY_NAMED_IAM'],
      // one region: a role is the same in all. Accounts that refuse are for an alarm, not for a failed deployment
      stackInstancesGroup: [
        { regions: [region], deploymentTargets: { organizationalUnitIds: [...targets] } },
      ],
      operationPreferences: { failureTolerancePercentage: 100, maxConcurrentPercentage: 100 },
      templateBody: JSON.stringify(template),
    })
  }
}
