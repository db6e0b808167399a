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

export function list<T>(value: T | readonly T[]): T[] {
  return Array.isArray(value) ? value : [value as T]
}

function isPrincipal(principal: Statement['Principal'] = '*', context: Access['context'] = {}): boolean {
  if (principal === '*') return true
  const arn = String(context['aws:PrincipalArn'] ?? '')
  const root = arn.replace(/:(?:role|user)\/.*/, ':root') // the account stands for each of its principals
  const service = String(context['aws:PrincipalServiceName'] ?? '')
  return (
    list(principal.AWS ?? []).some((name) => name === '*' || (arn !== '' && [arn, root].includes(name))) ||
    list(principal.Service ?? []).some((name) => name === service)
  )
}

const isEqual = (pattern: string, value: string) => pattern === value

const TESTS: Readonly<Record<string, typeof matches>> = {
  StringEquals: isEqual,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
  Bool: isEqual,
}

/** Whether one condition holds. A missing value fulfils only negated operators, those in IfExists, and ForAllValues. */
function holds(operator: string, given: string | string[] | undefined, patterns: string[]): boolean {
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

function matches(pattern: string, text: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`).test(text)
}
