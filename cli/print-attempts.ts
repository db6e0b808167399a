import type { Table } from '../archive/batch-get'
import { readRoster } from '../archive/roster'
import { findRefusals, type RefusalQuestion } from '../audit/find-refusals'
import { findWitnessed } from '../audit/find-witnessed'
import { extentOf } from '../audit/roster-sources'
import { neverSwept, unheardOf } from './extent-lines'
import type { Format } from './flags'
import type { Io } from './io'
import { atMost } from './output/at-most'
import { ATTEMPTS } from './output/columns'
import { counted, time } from './output/format'
import { someOf } from './output/labels'
import { print } from './output/print'

/** Prints refused attempts, newest first; returns how far CloudTrail was asked about them. Untrusted text. */
export async function printAttempts(
  sweeps: Table,
  question: RefusalQuestion,
  limit: number | undefined,
  output: Format,
  io: Io,
): Promise<string[]> {
  const roster = await readRoster(sweeps)
  const extent = extentOf(roster, question)
  const { sources } = extent
  const keys = sources.map(({ source }) => source)
  const found = findRefusals(sweeps, keys, question, new Date())
  await print(limit === undefined ? found : atMost(limit, found, io), ATTEMPTS, output, io)
  return keys.length === 0
    ? neverSwept(question, extentOf(roster, {}))
    : [...(await witnessLines(sweeps, keys)), ...unheardOf(question, extent)]
}

/** How far CloudTrail was asked. */
export async function witnessLines(sweeps: Table, sources: readonly string[]): Promise<string[]> {
  const witnessed = await findWitnessed(sweeps, sources)
  const never = sources.filter((source) => !witnessed.has(source))
  const [oldest] = [...witnessed.values()].sort()
  return [
    ...(oldest === undefined ? [] : [`CloudTrail was asked until ${time(oldest)} UTC or later.`]),
    ...(never.length === 0
      ? []
      : [`CloudTrail was never asked of ${counted(never.length, 'source')}: ${someOf(never)}.`]),
  ]
}
