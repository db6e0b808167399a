import { isWholeName, isWholeTarget } from './asked-names'
import type { Question } from './question'
import type { OrderedIndex } from './read-index'

/** What to read: of an index by a name also its keys, each once. */
export interface Choice {
  readonly index: OrderedIndex | 'OpenSessions'
  readonly keys: readonly string[]
}

/** The index that needs the fewest reads. It cannot find a name of which only the beginning is known. */
export function chooseIndex({ open, ownerNames, targets }: Question): Choice {
  if (open) return { index: 'OpenSessions', keys: [] }
  if (ownerNames?.every(isWholeName))
    return { index: 'ByOwnerKey', keys: unique(ownerNames.map((name) => name.toLowerCase())) }
  if (targets?.every(isWholeTarget)) return { index: 'ByTarget', keys: unique(targets) }
  return { index: 'ByDay', keys: [] }
}

function unique(keys: readonly string[]): string[] {
  return [...new Set(keys)]
}
