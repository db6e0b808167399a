import { serializationError } from './errors'

/** A DescribeSessions request of the right types, and nothing more checked. */
export type DescribeSessionsRequest = {
  readonly State: string | undefined
  readonly MaxResults: number | undefined
  readonly NextToken: string | undefined
  readonly Filters: readonly (RequestFilter | undefined)[] | undefined
}

export type RequestFilter = { readonly key: string | undefined; readonly value: string | undefined }

const INT32_MAX = 2 ** 31 - 1

/**
 * Reads a request's body. As with AWS, null is the same as absent and unknown members are ignored.
 *
 * @throws ServiceError SerializationException if it is not JSON, or of the wrong types
 */
export function parseRequest(body: string): DescribeSessionsRequest {
  const read = structure(parseJson(body))
  return {
    State: text(read('State')),
    MaxResults: integer(read('MaxResults')),
    NextToken: text(read('NextToken')),
    Filters: list(read('Filters'))?.map(filter),
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw serializationError('Unable to parse the request: it is not JSON')
  }
}

function filter(value: unknown): RequestFilter | undefined {
  if (isAbsent(value)) return undefined
  const read = structure(value)
  return { key: text(read('key')), value: text(read('value')) }
}

/** A reader of the structure's own members. */
function structure(value: unknown): (member: string) => unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw mismatch(value, 'a structure')
  }
  return (member) => (Object.hasOwn(value, member) ? Reflect.get(value, member) : undefined)
}

function list(value: unknown): unknown[] | undefined {
  if (isAbsent(value)) return undefined
  if (!Array.isArray(value)) throw mismatch(value, 'a list')
  return value
}

function text(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string') throw mismatch(value, 'a String')
  return value
}

function integer(value: unknown): number | undefined {
  if (isAbsent(value)) return undefined
  const isInteger = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INT32_MAX
  if (!isInteger) throw mismatch(value, 'an Integer')
  return value
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function mismatch(value: unknown, expected: string) {
  const kind = Array.isArray(value) ? 'LIST' : value === null ? 'NULL' : typeof value
  return serializationError(`${kind.toUpperCase()}_VALUE can not be converted to ${expected}`)
}
