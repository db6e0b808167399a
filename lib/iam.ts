import { Fn, Stack } from 'aws-cdk-lib'
import {
  AnyPrincipal,
  Effect,
  type IPrincipal,
  type IRole,
  ManagedPolicy,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** A role and its one policy. CDK adds nothing to them, so whatever uses the role must depend on the policy. */
export interface HandWrittenRole {
  readonly role: IRole
  /** IAM makes it when it makes the role: no two roles ever have the same. */
  readonly roleId: string
  readonly policy: ManagedPolicy
}

export interface HandWrittenRoleProps {
  /** @default - CloudFormation makes one */
  readonly roleName?: string
  readonly assumedBy: IPrincipal
  /** What the policy is for. */
  readonly description: string
  readonly statements: PolicyStatement[]
}

/** @param prefix of the ids of the role and the policy */
export function handWrittenRole(
  scope: Construct,
  prefix: string,
  { roleName, assumedBy, description, statements }: HandWrittenRoleProps,
): HandWrittenRole {
  const role = new Role(scope, `${prefix}Role`, { roleName, assumedBy })
  const policy = new ManagedPolicy(scope, `${prefix}Policy`, { description, roles: [role], statements })
  return { role: role.withoutPolicyUpdates(), roleId: role.roleId, policy }
}

/**
 * Denies actions on a resource, in the resource's own policy, to everyone whom the conditions do not exempt.
 *
 * @param resource @default - what the policy belongs to: policies of tables and keys cannot name it
 */
export function denyEveryone(
  sid: string,
  actions: string[],
  conditions: Record<string, unknown>,
  resource = '*',
): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions,
    resources: [resource],
    conditions,
  })
}

/**
 * A condition that exempts roles (by their own ARNs, not those of their sessions) and users from a denial. `*`
 * stands for any text.
 */
export function exceptPrincipals(arns: readonly string[]): Record<string, unknown> {
  return arns.length === 0 ? {} : { ArnNotLike: { 'aws:PrincipalArn': arns } }
}

/** A condition that exempts AWS's services when they act for themselves, as DynamoDB does when records expire. */
export const EXCEPT_SERVICES = { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } }

/** The ARNs of the roles that AWS has for itself in this account: nobody else can assume them. */
export function serviceLinkedRoles(scope: Construct): string {
  const { partition, account } = Stack.of(scope)
  return `arn:${partition}:iam::${account}:role/aws-service-role/*`
}

/** A condition that an AWS service fulfils only if it acts for this account. */
export function forThisAccount(scope: Construct): Record<string, unknown> {
  return { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } }
}

/**
 * CloudFormation's role of the CDK bootstrap, which trusts nobody else, the role that the stack's synthesizer names
 * instead, and the roles that AWS has for itself.
 */
export function deployers(scope: Construct): string[] {
  let stack = Stack.of(scope)
  const { partition, account } = stack
  while (stack.nestedStackParent) stack = stack.nestedStackParent // it is deployed with the role of that one
  const { cloudFormationExecutionRole: own } = stack.synthesizer
  const usual = [`arn:${partition}:iam::${account}:role/cdk-*-cfn-exec-role-*`, serviceLinkedRoles(scope)]
  const isUsual = own === undefined || /:role\/cdk-[^/]*-cfn-exec-role-/.test(own)
  return isUsual ? usual : [...usual, Fn.sub(own)] // the CDK writes ${AWS::AccountId} and the like into it
}
