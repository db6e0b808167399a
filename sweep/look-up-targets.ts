import type { SSMClient } from '@aws-sdk/client-ssm'
import pMap from 'p-map'
import type { Names } from '../archive/receipt'
import type { SessionsTable } from '../archive/sessions-table'
import type { Source } from '../archive/source'
import { isNode, TARGET_SOURCES, type TargetFacts } from '../archive/target'
import type { LookUpTargets } from '../archive/upsert'
import { describeNodes, NODES_AT_ONCE, type Node, type Operation } from './describe-nodes'
import { timeLimit } from './time-limit'

export interface TargetsJob {
  readonly ssm: SSMClient
  readonly sessions: SessionsTable
  readonly source: Source
  /** Time for all calls of the sweep, milliseconds. */
  readonly milliseconds: number
  /** Time that is left for the sweep, milliseconds. */
  readonly remainingMs: () => number
  /** Whether the archive can hold earlier sessions on a target. */
  readonly hasEarlier: () => boolean
}

/** Of one sweep. Nodes that AWS refuses one by one take up to two each. */
const MOST_CALLS = 200
const QUERIES_AT_ONCE = 8
/** A Name tag has 256 at most, a computer's name 255. */
const MOST_CHARACTERS = 500

/**
 * What is known of targets, as far as it can be found out: each is looked up once in a sweep. This never fails. After
 * a failure nothing more is asked in this sweep, and nothing is returned for a target that was not looked up: a later
 * full sweep tries again.
 *
 * @param names counts, for the receipt
 */
export function makeLookUp(
  job: TargetsJob,
  names: { -readonly [name in keyof Names]: Names[name] },
): LookUpTargets {
  const asked = new Map<string, Promise<TargetFacts | undefined>>()
  const look = new LookUp(job, names)
  return async (targets, asOf) => {
    const fresh = [...new Set(targets.filter((target) => isNode(target) && !asked.has(target)))]
    const answer = look.up(fresh, asOf)
    for (const id of fresh)
      asked.set(
        id,
        answer.then((found) => found.get(id)),
      )
    const found = new Map<string, TargetFacts>()
    for (const id of targets) {
      const facts = await asked.get(id)
      if (facts !== undefined) found.set(id, facts)
    }
    return found
  }
}

class LookUp {
  private readonly denied = new Set<Operation>()
  private isOver = false
  private left: number

  constructor(
    private readonly job: TargetsJob,
    private readonly names: { -readonly [name in keyof Names]: Names[name] },
  ) {
    this.left = job.milliseconds
  }

  async up(ids: readonly string[], asOf: string): Promise<Map<string, TargetFacts>> {
    const found = new Map<string, TargetFacts>()
    try {
      for (let n = 0; n < ids.length && !this.isOver; n += NODES_AT_ONCE)
        for (const [id, facts] of await this.some(ids.slice(n, n + NODES_AT_ONCE), asOf)) found.set(id, facts)
    } catch (error) {
      this.isOver = true
      this.note(error)
    }
    return found
  }

  private async some(ids: readonly string[], asOf: string): Promise<Map<string, TargetFacts>> {
    const begun = performance.now()
    const instances = ids.filter((id) => id.startsWith('i-'))
    const answers = await Promise.all([
      this.ask('DescribeInstanceInformation', ids),
      this.ask('DescribeInstanceProperties', instances),
    ]).finally(() => {
      this.left -= performance.now() - begun
    })
    const found = new Map<string, TargetFacts>()
    for (const id of ids) {
      const nodes = answers.map((answer) => answer?.get(id))
      const facts = factsOf(id, nodes, asOf)
      if (facts !== undefined) found.set(id, facts)
    }
    this.names.Found += found.size
    const unknown = ids.filter((id) => !found.has(id))
    const isSure = answers.every((answer) => answer !== undefined)
    for (const [id, facts] of await this.earlier(unknown)) found.set(id, facts)
    const none = isSure ? unknown.filter((id) => !found.has(id)) : []
    for (const id of none) found.set(id, { TargetSource: TARGET_SOURCES.none, TargetAsOf: asOf })
    this.names.Unknown += none.length
    return found
  }

  /** @returns undefined if it may not be asked */
  private async ask(operation: Operation, ids: readonly string[]): Promise<Map<string, Node> | undefined> {
    if (this.denied.has(operation)) return undefined
    if (ids.length === 0) return new Map()
    const { ssm, remainingMs } = this.job
    const milliseconds = Math.min(this.left, remainingMs())
    if (milliseconds <= 0) throw new Error('no time is left')
    const { signal, within } = timeLimit(milliseconds)
    const beforeCall = () => {
      signal.throwIfAborted()
      if (this.names.Calls === MOST_CALLS) throw new Error(`${MOST_CALLS} calls were not enough`)
      this.names.Calls += 1
      return signal
    }
    try {
      const nodes = await within(describeNodes({ ssm, beforeCall }, operation, ids))
      return new Map(
        nodes.flatMap((node) => (node.InstanceId === undefined ? [] : [[node.InstanceId, node]])),
      )
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AccessDeniedException')) throw error
      this.denied.add(operation)
      this.note(error)
      return undefined
    }
  }

  /** What the latest session on each of these targets says, for those that are gone. */
  private async earlier(ids: readonly string[]): Promise<Map<string, TargetFacts>> {
    const found = new Map<string, TargetFacts>()
    const { sessions, source, hasEarlier } = this.job
    if (!hasEarlier()) return found
    await pMap(
      ids,
      async (id) => {
        const facts = await sessions.lastFacts(id, source)
        if (facts === undefined || facts.TargetSource === TARGET_SOURCES.none) return
        found.set(id, { ...facts, TargetSource: TARGET_SOURCES.archive })
      },
      { concurrency: QUERIES_AT_ONCE },
    )
    this.names.Remembered += found.size
    return found
  }

  private note(error: unknown): void {
    this.names.Problem ??= String(error).slice(0, 1000).toWellFormed()
  }
}

/** @param nodes what each of the operations said */
function factsOf(
  id: string,
  nodes: readonly (Node | undefined)[],
  TargetAsOf: string,
): TargetFacts | undefined {
  const [information, properties] = nodes
  if (information === undefined && properties === undefined) return undefined
  // Of an EC2 instance, only the properties have its Name tag.
  const name = text(id.startsWith('i-') ? properties?.Name : information?.Name)
  const one = (member: keyof Node) => text(information?.[member]) ?? text(properties?.[member])
  const facts = {
    TargetName: name ?? one('ComputerName'),
    ComputerName: one('ComputerName'),
    PlatformType: one('PlatformType'),
    PlatformName: one('PlatformName'),
    PlatformVersion: one('PlatformVersion'),
    IPAddress: one('IPAddress'),
  }
  return {
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    TargetSource: TARGET_SOURCES.systemsManager,
    TargetAsOf,
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? value.slice(0, MOST_CHARACTERS).toWellFormed()
    : undefined
}
