import type { DeployedTemplate } from './template'

/** A statement of a policy, with its intrinsic functions resolved. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: string | string[]
  /** For the policy of a resource. @default - the identity that the policy is attached to */
  readonly Principal?: '*' | Readonly<Record<string, string | string[]>>
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>
}

/** One request to AWS, as IAM sees it. */
export interface Access {
  /** For example `dynamodb:PutItem`. */
  readonly action: string
  readonly resource: string
  /** Condition keys. `aws:PrincipalArn` is a session's role; a service has `aws:PrincipalServiceName` instead. */
  readonly context?: Readonly<Record<string, string | string[]>>
}

/** Whether a statement applies to a request. @throws Error if it does not know a condition's operator */
function applies(statement: Statement, { action, resource, context = {} }: Access): boolean {
  const conditions = Object.entries(statement.Condition ?? {})
  return (
    isPrincipal(statement.Principal, context) &&
    list(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    list(statement.Resource).some((pattern) => matches(pattern, resource)) &&
    conditions.every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => holds(operator, context[key], list(values))),
    )
  )
}

/** Whether a request is allowed, within one account: some statement allows it, and none denies it. */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const effects = statements.filter((statement) => applies(statement, access)).map(({ Effect }) => Effect)
  return effects.includes('Allow') && !effects.includes('Deny')
}

/** The statements of all policies that are attached to a role. @param roleArn @default - to any role */
export function policiesOf(template: DeployedTemplate, roleArn?: string): Statement[] {
  return template
    .all('AWS::IAM::ManagedPolicy')
    .filter(({ Roles }) => roleArn === undefined || Roles.includes(roleArn.split('/')[1]))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

/** The statements of a role's trust policy, which is about no other resource than the role. */
export function trustOf(role: { readonly AssumeRolePolicyDocument: { readonly Statement: object[] } }) {
  const { Statement } = role.AssumeRolePolicyDocument
  return Statement.map((statement) => ({ Resource: '*', ...statement })) as Statement[]
}

/**
 * Whether a request to another account is allowed: by the caller's own policies, and by those of the resource.
 * In one account, {@link isAllowed} by both together is enough.
 */
export function isAllowedAcross(
  own: readonly Statement[],
  ofResource: readonly Statement[],
  access: Access,
): boolean {
  return isAllowed(own, access) && isAllowed(ofResource, access)
}

export function list<T>(value: T | readonly T[]): T[] {
  return Array.isArray(value) ? value : [value as T]
}

function isPrincipal(principal: Statement['Principal'] = '*', context: Access['context'] = {}): boolean {
  if (principal === '*') return true
  const arn = String(context['aws:PrincipalArn'] ?? '')
  const root = arn.replace(/:(?:role|user)\/.*/, ':root') // the account stands for each of its principals
  const account = arn.split(':')[4] ?? ''
  const service = String(context['aws:PrincipalServiceName'] ?? '')
  return (
    list(principal.AWS ?? []).some(
      (name) => name === '*' || (arn !== '' && [arn, root, account].includes(name)),
    ) || list(principal.Service ?? []).some((name) => name === service)
  )
}

const isEqual = (pattern: string, value: string) => pattern === value

const TESTS: Readonly<Record<string, typeof matches>> = {
  StringEquals: isEqual,
  StringLike: matches,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: isEqual,
}

/** Whether one condition holds. A missing value fulfils only negated operators, those in IfExists, and ForAllValues. */
function holds(operator: string, given: string | string[] | undefined, patterns: string[]): boolean {
  if (operator === 'Null') return patterns.includes(String(given === undefined))
  const [quantifier, name = ''] = operator.includes(':') ? operator.split(':') : [undefined, operator]
  const isOptional = name.endsWith('IfExists')
  const positive = name.replace('IfExists', '').replace(/^(String|Arn)Not/, '$1')
  const isNegated = !name.startsWith(positive)
  const test = TESTS[positive]
  if (!test) throw new Error(`unknown condition operator ${operator}`)
  const fulfils = (value: string) => patterns.some((pattern) => test(pattern, value)) !== isNegated
  if (quantifier === 'ForAllValues') return list(given ?? []).every(fulfils)
  if (quantifier === 'ForAnyValue') return list(given ?? []).some(fulfils)
  if (quantifier !== undefined) throw new Error(`unknown condition operator ${operator}`)
  return given === undefined ? isOptional || isNegated : fulfils(String(given))
}

/** `*` stands for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text)
}

/** ARNs have six parts, the last of which may have colons. Each is compared on its own. */
function matchesArn(pattern: string, arn: string): boolean {
  const partsOf = (text: string) => {
    const parts = text.split(':')
    return [...parts.slice(0, 5), parts.slice(5).join(':')]
  }
  const parts = partsOf(arn)
  return pattern === '*' || partsOf(pattern).every((part, n) => matches(part, parts[n] ?? ''))
}
