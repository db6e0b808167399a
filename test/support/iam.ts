/** A statement of a policy, intrinsic functions resolved. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: string | string[]
  readonly Condition?: Record<string, Record<string, string | string[]>>
}

/** One request to AWS, as IAM sees it. */
export interface Access {
  /** For example `dynamodb:PutItem`. */
  readonly action: string
  readonly resource: string
  /** Condition keys, for example `aws:RequestedRegion`. */
  readonly context?: Readonly<Record<string, string>>
}

/** Whether a statement applies to a request. Knows the one condition operator that the stack uses. */
export function applies(statement: Statement, { action, resource, context = {} }: Access): boolean {
  const conditions = Object.entries(statement.Condition ?? {})
  return (
    list(statement.Action).some((pattern) => matches(pattern, action)) &&
    list(statement.Resource).some((pattern) => matches(pattern, resource)) &&
    conditions.every(([operator, keys]) => {
      if (operator !== 'StringEquals') throw new Error(`unknown condition operator ${operator}`)
      return Object.entries(keys).every(([key, values]) => list(values).includes(context[key] ?? ''))
    })
  )
}

/** Identity policies: a request is allowed where a statement allows it and none denies it. */
export function isAllowed(statements: readonly Statement[], access: Access): boolean {
  const effects = statements.filter((statement) => applies(statement, access)).map(({ Effect }) => Effect)
  return effects.includes('Allow') && !effects.includes('Deny')
}

export function list<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value]
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`).test(text)
}
