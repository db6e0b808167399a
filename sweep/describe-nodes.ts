import {
  DescribeInstanceInformationCommand,
  DescribeInstancePropertiesCommand,
  type InstanceInformation,
  type InstanceProperty,
  type SSMClient,
} from '@aws-sdk/client-ssm'

/** A node as either operation describes it. Every member may be missing or empty, and is untrusted text. */
export type Node = Pick<
  InstanceInformation & InstanceProperty,
  'InstanceId' | 'Name' | 'ComputerName' | 'PlatformType' | 'PlatformName' | 'PlatformVersion' | 'IPAddress'
>

export type Operation = 'DescribeInstanceInformation' | 'DescribeInstanceProperties'

/** DescribeInstanceProperties takes no more; pages of DescribeInstanceInformation hold 50. */
export const NODES_AT_ONCE = 40

/** What AWS answers if it does not like one of the ids. */
const REFUSED_IDS: readonly string[] = [
  'InvalidInstanceId',
  'InvalidInstanceInformationFilterValue',
  'InvalidInstancePropertyFilterValue',
  'ValidationException',
]

export interface Ask {
  readonly ssm: SSMClient
  /** Called before each call; throws if there must be no more. Its signal ends the call. */
  readonly beforeCall: () => AbortSignal
}

/**
 * What an operation knows of these nodes. Those that it does not know are absent: whether AWS leaves them out, or
 * refuses all for one of them, as its documents say. Then the rest is asked in halves.
 *
 * @param ids {@link NODES_AT_ONCE} at most
 * @throws SSMServiceException if the client's own retries did not help
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceProperties.html
 */
export async function describeNodes(ask: Ask, operation: Operation, ids: readonly string[]): Promise<Node[]> {
  if (ids.length === 0) return []
  try {
    return await allPages(ask, operation, ids)
  } catch (error) {
    if (!(error instanceof Error && REFUSED_IDS.includes(error.name))) throw error
    if (ids.length === 1) return []
    const half = Math.ceil(ids.length / 2)
    const first = await describeNodes(ask, operation, ids.slice(0, half))
    return [...first, ...(await describeNodes(ask, operation, ids.slice(half)))]
  }
}

async function allPages(ask: Ask, operation: Operation, ids: readonly string[]): Promise<Node[]> {
  const nodes: Node[] = []
  const tokens = new Set<string>()
  let token: string | undefined
  do {
    const page = await CALLS[operation](ask, ids, token)
    nodes.push(...(page.nodes ?? []))
    token = page.token || undefined // an empty one means none
    if (token !== undefined && tokens.has(token))
      throw new Error(`${operation} returned the same NextToken twice in one listing`)
    if (token !== undefined) tokens.add(token)
  } while (token !== undefined)
  return nodes
}

interface Page {
  readonly nodes: readonly Node[] | undefined
  readonly token: string | undefined
}

type Call = (ask: Ask, ids: readonly string[], NextToken: string | undefined) => Promise<Page>

const CALLS: Readonly<Record<Operation, Call>> = {
  async DescribeInstanceInformation({ ssm, beforeCall }, ids, NextToken) {
    const Filters = [{ Key: 'InstanceIds', Values: [...ids] }]
    const command = new DescribeInstanceInformationCommand({ Filters, MaxResults: 50, NextToken })
    const answer = await ssm.send(command, { abortSignal: beforeCall() })
    return { nodes: answer.InstanceInformationList, token: answer.NextToken }
  },
  async DescribeInstanceProperties({ ssm, beforeCall }, ids, NextToken) {
    const InstancePropertyFilterList = [{ key: 'InstanceIds' as const, valueSet: [...ids] }]
    const command = new DescribeInstancePropertiesCommand({
      InstancePropertyFilterList,
      MaxResults: 50,
      NextToken,
    })
    const answer = await ssm.send(command, { abortSignal: beforeCall() })
    return { nodes: answer.InstanceProperties, token: answer.NextToken }
  },
}
