import type { Question } from './question'
import type { OrderedIndex } from './read-index'

/** The index that needs the fewest reads. */
export function indexFor({ open, ownerName, target }: Question): OrderedIndex | 'OpenSessions' {
  if (open) return 'OpenSessions'
  if (ownerName !== undefined) return 'ByOwnerName'
  return target !== undefined ? 'ByTarget' : 'ByDay'
}
