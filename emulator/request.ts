import { ServiceError } from './errors'
import { asArray, asObject, asString, JsonError, listOf, optional, parseObject } from './json'

/** A DescribeSessions request whose members have the right types. Nothing else is checked. */
export interface DescribeSessionsRequest {
  readonly State?: string
  readonly MaxResults?: number
  readonly NextToken?: string
  readonly Filters?: readonly (RequestFilter | undefined)[]
}

export interface RequestFilter {
  readonly key?: string
  readonly value?: string
}

/** A request for one page of another list, whose members have the right types. */
export interface ListRequest {
  readonly AccountId?: string
  readonly MaxResults?: number
  readonly NextToken?: string
  readonly RegionOptStatusContains?: readonly string[]
}

/** A request for nodes, whose members have the right types. */
export interface NodesRequest {
  readonly filters: readonly { readonly key?: string; readonly values: readonly string[] }[]
  readonly MaxResults?: number
  readonly NextToken?: string
}

/** A LookupEvents request whose members have the right types. Times in epoch seconds. */
export interface LookUpRequest {
  readonly LookupAttributes?: readonly { readonly AttributeKey?: string; readonly AttributeValue?: string }[]
  readonly StartTime?: number
  readonly EndTime?: number
  readonly MaxResults?: number
  readonly NextToken?: string
}

/**
 * Reads a request's body. As with AWS, null means absent, and unknown members are ignored.
 *
 * @throws ServiceError SerializationException
 */
export function parseRequest(body: string): DescribeSessionsRequest {
  return parsed(body, ({ State, MaxResults, NextToken, Filters }) => ({
    State: optional(State, 'State', asString),
    MaxResults: optional(MaxResults, 'MaxResults', asInteger),
    NextToken: optional(NextToken, 'NextToken', asString),
    Filters: optional(Filters, 'Filters', asFilters),
  }))
}

/** As {@link parseRequest}. */
export function parseListRequest(body: string): ListRequest {
  return parsed(body, ({ AccountId, MaxResults, NextToken, RegionOptStatusContains }) => ({
    AccountId: optional(AccountId, 'AccountId', asString),
    MaxResults: optional(MaxResults, 'MaxResults', asInteger),
    NextToken: optional(NextToken, 'NextToken', asString),
    RegionOptStatusContains: optional(
      RegionOptStatusContains,
      'RegionOptStatusContains',
      listOf(asString, 'strings'),
    ),
  }))
}

/**
 * As {@link parseRequest}: of both operations, whose filters are called otherwise.
 *
 * @throws ServiceError also ValidationException for filters of two kinds
 */
export function parseNodes(body: string): NodesRequest {
  return parsed(body, ({ Filters, InstanceInformationFilterList, InstancePropertyFilterList, ...others }) => {
    const modern = optional(Filters, 'Filters', listOf(asNodeFilter('Key', 'Values'), 'filters')) ?? []
    const legacy = [InstanceInformationFilterList, InstancePropertyFilterList].flatMap(
      (list) => optional(list, 'filters', listOf(asNodeFilter('key', 'valueSet'), 'filters')) ?? [],
    )
    if (modern.length > 0 && legacy.length > 0)
      throw new ServiceError('ValidationException', 'Only one kind of filters can be used at a time.')
    const { MaxResults, NextToken } = others
    return {
      filters: [...modern, ...legacy],
      MaxResults: optional(MaxResults, 'MaxResults', asInteger),
      NextToken: optional(NextToken, 'NextToken', asString),
    }
  })
}

function asNodeFilter(keyName: string, valuesName: string) {
  return (value: unknown, path: string) => {
    const { [keyName]: key, [valuesName]: values } = asObject(value, path)
    return {
      key: optional(key, `${path}.${keyName}`, asString),
      values: optional(values, `${path}.${valuesName}`, listOf(asString, 'strings')) ?? [],
    }
  }
}

/** As {@link parseRequest}. */
export function parseLookUp(body: string): LookUpRequest {
  return parsed(body, ({ LookupAttributes, StartTime, EndTime, MaxResults, NextToken }) => ({
    LookupAttributes: optional(LookupAttributes, 'LookupAttributes', listOf(asAttribute, 'attributes')),
    StartTime: optional(StartTime, 'StartTime', asNumber),
    EndTime: optional(EndTime, 'EndTime', asNumber),
    MaxResults: optional(MaxResults, 'MaxResults', asInteger),
    NextToken: optional(NextToken, 'NextToken', asString),
  }))
}

function asAttribute(value: unknown, path: string) {
  const { AttributeKey, AttributeValue } = asObject(value, path)
  return {
    AttributeKey: optional(AttributeKey, `${path}.AttributeKey`, asString),
    AttributeValue: optional(AttributeValue, `${path}.AttributeValue`, asString),
  }
}

function asNumber(value: unknown, path: string): number {
  if (typeof value !== 'number') throw new JsonError(path, value, 'a number')
  return value
}

function parsed<T>(body: string, read: (members: Record<string, unknown>) => T): T {
  try {
    return read(parseObject(body, 'the request'))
  } catch (error) {
    if (error instanceof JsonError) throw new ServiceError('SerializationException', error.message)
    throw error
  }
}

function asInteger(value: unknown, path: string): number {
  if (typeof value !== 'number' || value !== (value | 0))
    throw new JsonError(path, value, 'an integer of 32 bits')
  return value
}

function asFilters(value: unknown, path: string): (RequestFilter | undefined)[] {
  return asArray(value, path, 'filters').map((one, index) => optional(one, `${path}[${index}]`, asFilter))
}

function asFilter(filter: unknown, path: string): RequestFilter {
  const { key, value } = asObject(filter, path)
  return { key: optional(key, `${path}.key`, asString), value: optional(value, `${path}.value`, asString) }
}
