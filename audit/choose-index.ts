import { targetKey } from '../archive/target'
import { isWholeName, isWholeTarget, isWholeTargetName } from './asked-names'
import type { Question } from './question'
import type { OrderedIndex } from './read-index'

/** A key of an index by a name. */
export interface IndexKey {
  readonly index: Exclude<OrderedIndex, 'ByDay'>
  readonly key: string
}

/** What to read: all of an index, or keys, each once. A session can have two of them. */
export type Choice = 'OpenSessions' | 'ByDay' | readonly IndexKey[]

/** The fewest reads that find everything. No index can find a name of which only the beginning is known. */
export function chooseIndex({ open, ownerNames, targets }: Question): Choice {
  if (open) return 'OpenSessions'
  if (ownerNames?.every(isWholeName))
    return unique(ownerNames.map((name) => ({ index: 'ByOwnerKey', key: name.toLowerCase() })))
  if (targets?.every((asked) => isWholeTarget(asked) || isWholeTargetName(asked)))
    return unique(targets.flatMap(keysOf))
  return 'ByDay'
}

/** A target of an unknown kind has no name but its id. */
function keysOf(asked: string): IndexKey[] {
  const byId = { index: 'ByTarget', key: asked } as const
  return isWholeTarget(asked) ? [byId] : [byId, { index: 'ByTargetKey', key: targetKey(asked) }]
}

function unique(keys: readonly IndexKey[]): IndexKey[] {
  return [...new Map(keys.map((one) => [`${one.index}/${one.key}`, one])).values()]
}
