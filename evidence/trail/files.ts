import type { Span } from '../coverage'
import type { Findings } from '../findings'
import { parseDigestName, parseLogName } from './names'
import { walk } from './walk'

/** Paths of what may matter, by name. */
export interface SourceFiles {
  readonly digests: string[]
  readonly logs: string[]
}

export const HOUR = 3_600_000

/**
 * The files of each source, in the order of the sources' names. What is named otherwise, or is named for another time,
 * is not read: it cannot stand in for what must be there.
 */
export async function filesBySource(
  folder: string,
  { from, until }: Span,
  sources: readonly string[],
  missing: Findings,
): Promise<Map<string, SourceFiles>> {
  const files = new Map(
    [...new Set(sources)].sort().map((source) => [source, { digests: [], logs: [] } as SourceFiles]),
  )
  const [first, last] = [later(from, -2 * HOUR), later(until, 3 * HOUR)]
  for await (const path of walk(folder, missing)) {
    const [digest, log] = [parseDigestName(path), parseLogName(path)]
    const name = digest ?? log
    if (name === undefined || name.time < first || name.time > last) continue
    files.get(name.source)?.[digest === undefined ? 'logs' : 'digests'].push(path)
  }
  return files
}

/** @param by milliseconds */
export function later(time: string, by: number): string {
  return new Date(Date.parse(time) + by).toISOString()
}
