import { Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledge, memberRoles } from '../acknowledged'
import type { HandWrittenRole } from '../iam'

/** Which accounts the archiver sweeps besides its own. */
export interface Organization {
  readonly organizationId: string
  /** @default - all */
  readonly includeAccounts?: readonly string[]
  readonly excludeAccounts?: readonly string[]
  readonly excludeOrganizationalUnits?: readonly string[]
  /** Of the role that the archiver assumes in the other accounts. */
  readonly memberRoleName: string
}

/** The archiver's role must have a name that the roles in other accounts can know before it is made, and after. */
export function archiverRoleName(scope: Construct): string {
  return `session-archive-archiver-${Stack.of(scope).region}`
}

/** Lets a role find the organization's accounts, and assume the member role of each: no other role, and nowhere else. */
export function grantMembers(
  { policy }: HandWrittenRole,
  { organizationId, memberRoleName }: Organization,
): void {
  const { partition } = Stack.of(policy)
  acknowledge(policy, memberRoles(partition, memberRoleName))
  policy.addStatements(
    new PolicyStatement({
      actions: ['sts:AssumeRole'],
      resources: [`arn:${partition}:iam::*:role/${memberRoleName}`],
      conditions: { StringEquals: { 'aws:ResourceOrgID': organizationId } },
    }),
    new PolicyStatement({ actions: ['organizations:ListAccounts'], resources: ['*'] }), // it has no resource types
  )
}
