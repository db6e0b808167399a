import { ServiceError, validationError, violation } from './errors'
import type { Node } from './node'
import type { NodeFault, NodeFaults } from './node-faults'
import type { PageTokens } from './page-tokens'
import type { NodesRequest } from './request'
import type { World } from './world'

export type NodesOperation = 'DescribeInstanceInformation' | 'DescribeInstanceProperties'

interface Form {
  readonly list: string
  readonly mostResults: number
  readonly mostValues: number
  readonly invalidValue: string
  readonly show: (node: Node) => object
}

const FORMS: Readonly<Record<NodesOperation, Form>> = {
  DescribeInstanceInformation: {
    list: 'InstanceInformationList',
    mostResults: 50,
    mostValues: 100,
    invalidValue: 'InvalidInstanceInformationFilterValue',
    // A tag is not what it knows.
    show: ({ Name, ...node }) => common(isHybrid(node) ? { Name, ...node } : node),
  },
  DescribeInstanceProperties: {
    list: 'InstanceProperties',
    mostResults: 1000,
    mostValues: 40,
    invalidValue: 'InvalidInstancePropertyFilterValue',
    // The tag is blank if there is none, and the address would be a public one.
    show: ({ Name = '', ...node }) => common({ ...node, Name: isHybrid(node) ? '' : Name, IPAddress: '' }),
  },
}
const LEAST_RESULTS = 5
const DEFAULT_RESULTS = 50

/**
 * Validates a request and answers it, in the order of the nodes' ids. Of the filters, only InstanceIds is served.
 *
 * @param fault changes the page; those that concern no page do nothing here
 * @throws ServiceError ValidationException, InvalidFilterKey, InvalidInstanceId, InvalidNextToken, or that of the
 * operation for a value that is no id
 */
export function nodesPage(
  operation: NodesOperation,
  request: NodesRequest,
  world: World,
  tokens: PageTokens,
  { refusesUnknown = false }: NodeFaults,
  fault: NodeFault | undefined,
): object {
  const form = FORMS[operation]
  const { MaxResults = DEFAULT_RESULTS, NextToken } = request
  if (MaxResults < LEAST_RESULTS || MaxResults > form.mostResults) {
    const [bound, limit] =
      MaxResults < LEAST_RESULTS ? ['greater', LEAST_RESULTS] : ['less', form.mostResults]
    throw validationError([
      violation(`'${MaxResults}'`, 'maxResults', `have value ${bound} than or equal to ${limit}`),
    ])
  }
  const ids = idsAsked(request, form)
  const known = [...world.nodes.values()].filter(
    ({ goneAt }) => goneAt === undefined || goneAt > world.clock.now(),
  )
  if (refusesUnknown && ids?.some((id) => !known.some(({ InstanceId }) => InstanceId === id)))
    throw new ServiceError('InvalidInstanceId', `Instances [[${ids.join(', ')}]] not in a valid state`)
  const found = known
    .filter(({ InstanceId }) => ids?.includes(InstanceId) ?? true)
    .sort((one, other) => (one.InstanceId < other.InstanceId ? -1 : 1))
  const purpose = JSON.stringify([operation, ids])
  const from = NextToken === undefined ? 0 : tokens.redeem(NextToken, purpose).sequence
  const page = fault === 'empty-page' ? [] : found.slice(from, from + MaxResults)
  const next = from + page.length
  const issue = () => tokens.issue({ startedAt: 0, sequence: next }, purpose)
  const repeated = fault === 'repeat-token' ? (NextToken ?? issue()) : undefined
  return {
    [form.list]: page.map(form.show),
    NextToken: repeated ?? (next < found.length ? issue() : undefined),
  }
}

function idsAsked(
  { filters }: NodesRequest,
  { mostValues, invalidValue }: Form,
): readonly string[] | undefined {
  const [filter, ...others] = filters
  if (filter === undefined) return undefined
  if (others.length > 0 || filter.key !== 'InstanceIds')
    throw new ServiceError(
      'InvalidFilterKey',
      `got ${filters.map(({ key }) => key).join(' and ')}, expected InstanceIds: this emulator knows no other filter`,
    )
  if (filter.values.length < 1 || filter.values.length > mostValues)
    throw validationError([
      violation(
        `'[${filter.values.join(', ')}]'`,
        'filters.1.member.values',
        `have length from 1 to ${mostValues}`,
      ),
    ])
  const wrong = filter.values.find((value) => !/^m?i-[0-9a-f]{8,17}$/.test(value))
  if (wrong !== undefined) throw new ServiceError(invalidValue, `The filter value ${wrong} isn't valid.`)
  return filter.values
}

function isHybrid({ InstanceId }: Node): boolean {
  return InstanceId.startsWith('mi-')
}

function common({ goneAt: _goneAt, ...node }: Node): object {
  return {
    ...node,
    PingStatus: 'Online',
    ResourceType: isHybrid(node) ? 'ManagedInstance' : 'EC2Instance',
    SourceId: node.InstanceId,
    SourceType: isHybrid(node) ? 'AWS::SSM::ManagedInstance' : 'AWS::EC2::Instance',
  }
}
