import { validationError, violation } from './errors'
import type { DescribeSessionsRequest, RequestFilter } from './request'
import { SESSION_STATES, type SessionState } from './session'

/** A request within all limits. */
export type ValidRequest = DescribeSessionsRequest & {
  readonly State: SessionState
  readonly Filters?: readonly Required<RequestFilter>[]
}

/**
 * A filter's key may be any text here: an unknown one has its own error.
 *
 * @throws ServiceError ValidationException that names every violated constraint
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
export function assertValid(request: DescribeSessionsRequest): asserts request is ValidRequest {
  const { State, MaxResults, Filters } = request
  const violations = [
    ...stateViolations(State),
    ...between(1, 200, MaxResults, 'maxResults'),
    ...between(1, 6, Filters, 'filters'),
    ...(Filters ?? []).flatMap((filter, index) => filterViolations(filter, `filters.${index + 1}.member`)),
  ]
  if (violations.length > 0) throw validationError(violations)
}

function stateViolations(state: string | undefined): string[] {
  if (state === undefined || SESSION_STATES.some((known) => known === state)) return required(state, 'state')
  return [violation(`'${state}'`, 'state', `satisfy enum value set: [${SESSION_STATES.join(', ')}]`)]
}

function filterViolations(filter: RequestFilter | undefined, path: string): string[] {
  if (filter === undefined) return required(filter, path)
  const { key, value } = filter
  const atValue = `${path}.value`
  return [...required(key, `${path}.key`), ...required(value, atValue), ...between(1, 400, value, atValue)]
}

function required(value: unknown, path: string): string[] {
  return value === undefined ? [violation('null', path, 'not be null')] : []
}

/** Both bounds are inclusive. They hold for a number's value, and for the length of a text or a list. */
function between(
  least: number,
  most: number,
  value: number | string | DescribeSessionsRequest['Filters'],
  path: string,
): string[] {
  if (value === undefined) return []
  const [size, noun] = typeof value === 'number' ? [value, 'value'] : [value.length, 'length']
  if (size >= least && size <= most) return []
  const bound = size < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`
  const shown = typeof value === 'object' ? `[${value.map(show).join(', ')}]` : value
  return [violation(`'${shown}'`, path, `have ${noun} ${bound}`)]
}

/** A filter as AWS writes it into messages. */
function show({ key, value }: RequestFilter = {}): string {
  return `SessionFilter(key=${key ?? null}, value=${value ?? null})`
}
