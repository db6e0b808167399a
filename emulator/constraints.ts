import { validationError, violation } from './errors'
import type { DescribeSessionsRequest } from './request'
import { SESSION_STATES, type SessionState } from './session'

/** What a value must satisfy. */
interface Constraints {
  readonly required?: boolean
  /** Inclusive: of a number its value, of a string or list its length. */
  readonly min?: number
  /** Inclusive: of a number its value, of a string or list its length. */
  readonly max?: number
  readonly values?: readonly string[]
  /** Of each element of a list. */
  readonly each?: Constraints
  /** Of a structure's members, by name. */
  readonly members?: Readonly<Record<string, Constraints>>
}

/**
 * The limits of a request. A filter's key is not checked against its enumeration here: an unknown one has an error of
 * its own.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
const REQUEST: Constraints = {
  members: {
    State: { required: true, values: SESSION_STATES },
    MaxResults: { min: 1, max: 200 },
    Filters: {
      min: 1,
      max: 6,
      each: {
        required: true,
        members: { key: { required: true }, value: { required: true, min: 1, max: 400 } },
      },
    },
  },
}

/** A request within all limits. */
export type ValidRequest = DescribeSessionsRequest & {
  readonly State: SessionState
  readonly Filters?: readonly { readonly key: string; readonly value: string }[] | undefined
}

/** @throws ServiceError ValidationException that names every violated constraint */
export function assertValid(request: DescribeSessionsRequest): asserts request is ValidRequest {
  const violations = findViolations(request, REQUEST, '')
  if (violations.length > 0) throw validationError(violations)
}

function findViolations(value: unknown, constraints: Constraints, path: string): string[] {
  if (value === undefined) {
    return constraints.required ? [violation('null', path, 'not be null')] : []
  }
  return [
    ...ownViolations(value, constraints).map((constraint) =>
      violation(`'${render(value)}'`, path, constraint),
    ),
    ...elementsOf(value, constraints, path).flatMap(([element, rules, at]) =>
      findViolations(element, rules, at),
    ),
  ]
}

function ownViolations(value: unknown, { min, max, values }: Constraints): string[] {
  const [size, noun] = typeof value === 'number' ? [value, 'value'] : [lengthOf(value), 'length']
  const tooSmall = min !== undefined && size < min
  const tooLarge = max !== undefined && size > max
  const unknown = values !== undefined && !values.some((known) => known === value)
  return [
    ...(tooSmall ? [`have ${noun} greater than or equal to ${min}`] : []),
    ...(tooLarge ? [`have ${noun} less than or equal to ${max}`] : []),
    ...(unknown ? [`satisfy enum value set: [${values.join(', ')}]`] : []),
  ]
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0
}

/** Elements of a list and members of a structure, each with its own constraints and path. */
function elementsOf(
  value: unknown,
  { each, members }: Constraints,
  path: string,
): [unknown, Constraints, string][] {
  if (each !== undefined && Array.isArray(value)) {
    return value.map((element, index) => [element, each, `${path}.${index + 1}.member`])
  }
  if (members !== undefined && typeof value === 'object' && value !== null) {
    return Object.entries(members).map(([name, rules]) => [
      Reflect.get(value, name),
      rules,
      path === '' ? name.charAt(0).toLowerCase() + name.slice(1) : `${path}.${name}`,
    ])
  }
  return []
}

/** As Systems Manager writes values into messages: `[SessionFilter(key=Owner, value=x)]`. */
function render(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(render).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${name}=${render(member)}`)
    return `SessionFilter(${members.join(', ')})`
  }
  return String(value ?? null)
}
