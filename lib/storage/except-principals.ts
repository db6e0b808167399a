/**
 * The condition of a statement that denies something to all but these: ARNs of roles (not of their sessions) and
 * users, `*` for any text. None where there is no exception.
 */
export function exceptPrincipals(arns: readonly string[]): Record<string, Record<string, readonly string[]>> {
  return arns.length === 0 ? {} : { ArnNotLike: { 'aws:PrincipalArn': arns } }
}
