/** The expressions that the archiver sends to DynamoDB: conditions and updates. */

export type Value = { readonly S?: string; readonly N?: string }
export type Item = Record<string, Value>

export interface Expression {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>
}

const TOKEN = /attribute_exists|attribute_not_exists|AND|OR|NOT|<>|<=|>=|[<>=(),]|[#:]?\w+/g

/** Whether an item meets a ConditionExpression. */
export function meets(item: Item | undefined, condition: string, expression: Expression): boolean {
  const tokens = condition.match(TOKEN) ?? []
  let at = 0
  const next = () => tokens[at++] ?? ''
  const either = (): boolean => {
    let holds = both()
    while (tokens[at] === 'OR') {
      at += 1
      const other = both()
      holds ||= other
    }
    return holds
  }
  const both = (): boolean => {
    let holds = one()
    while (tokens[at] === 'AND') {
      at += 1
      const other = one()
      holds &&= other
    }
    return holds
  }
  const one = (): boolean => {
    const token = next()
    if (token === 'NOT') return !one()
    if (token === '(') {
      const holds = either()
      next()
      return holds
    }
    if (token.startsWith('attribute_')) {
      next()
      const exists = operand(item, next(), expression) !== undefined
      next()
      return token === 'attribute_exists' ? exists : !exists
    }
    return compare(operand(item, token, expression), next(), operand(item, next(), expression))
  }
  return either()
}

function operand(item: Item | undefined, token: string, expression: Expression): Value | undefined {
  if (token.startsWith(':')) return expression.ExpressionAttributeValues?.[token]
  return item?.[nameOf(token, expression)]
}

/** What is not there equals nothing, and is neither more nor less. */
function compare(a: Value | undefined, operator: string, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return operator === '<>'
  const [left, right] = [a, b].map(({ S, N }) => (N === undefined ? S : Number(N))) as [string, string]
  if (operator === '=') return left === right
  if (operator === '<>') return left !== right
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}

/** The item after an UpdateExpression of SET, REMOVE and ADD. */
export function updated(item: Item, update: string, expression: Expression): Item {
  const after = { ...item }
  for (const [, verb, list = ''] of update.matchAll(/(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)/g))
    for (const part of list.split(', ')) {
      const [token = '', value = ''] = part.split(verb === 'ADD' ? ' ' : ' = ')
      const name = nameOf(token, expression)
      const given = expression.ExpressionAttributeValues?.[value] ?? {}
      if (verb === 'REMOVE') delete after[name]
      else if (verb === 'SET') after[name] = given
      else after[name] = { N: String(Number(after[name]?.N ?? 0) + Number(given.N)) }
    }
  return after
}

function nameOf(token: string, { ExpressionAttributeNames }: Expression): string {
  return ExpressionAttributeNames?.[token] ?? token
}
