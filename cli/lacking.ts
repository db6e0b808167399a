import type { Table } from '../archive/batch-get'
import { findCoverage, findSources } from '../audit/find-receipts'
import { countRejected, findRejected } from '../audit/find-rejected'
import { isSourceAsked, type Question } from '../audit/question'
import { counted, time } from './output/format'
import { messageOf } from './output/message-of'
import { printable } from './output/printable'
import { type CoverageAsked, coverageAsked } from './report/coverage-asked'

/** What an answer may lack: sources that were never swept, times that are not covered, sessions that were not stored. */
export async function lacking(question: Question, sweeps: Table, now: Date): Promise<string[]> {
  if (sweeps.tableName === '') return ['What may be missing here is not known without --sweeps-table.']
  try {
    const sources = await findSources(sweeps)
    const asked = sources.filter((source) => isSourceAsked(source, question))
    if (asked.length === 0) return neverSwept(question, sources)
    const coverage = await findCoverage(sweeps, asked, now)
    const found = coverageAsked({ ...question, generatedAt: now, coverage })
    return [
      ...found.flatMap((one) => uncovered(one, question)),
      ...lastSwept(found),
      ...rejected(found.reduce((sum, one) => sum + one.rejected, 0)),
    ]
  } catch (error) {
    return [unreadable(error)]
  }
}

/** Says where to find the sessions that could not be stored. */
export function rejected(count: number): string[] {
  return count === 0
    ? []
    : [`${counted(count, 'session')} could not be stored as records: see REJECTED# in the Sweeps table.`]
}

/** Whether a session of this id was seen that could not be stored, in this state or at all. */
export async function rejectedOf(id: string, isStored: boolean, sweeps: Table): Promise<string[]> {
  if (sweeps.tableName === '') return []
  try {
    const sources = await findSources(sweeps)
    const found = await Promise.all(
      sources.map(async (source) =>
        (await findRejected(sweeps, source, id)).map((key) => `${key} of ${source}`),
      ),
    )
    const keys = found.flat()
    if (keys.length > 0)
      return [
        `AWS showed it, but it could not be stored${isStored ? ' in every state' : ''}: see ${keys.join(', ')} in the Sweeps table.`,
      ]
    if (isStored) return []
    const counts = await Promise.all(sources.map((source) => countRejected(sweeps, source)))
    return rejected(counts.reduce((sum, count) => sum + count, 0))
  } catch (error) {
    return [unreadable(error)]
  }
}

/** Until when the records of any source may have expired. */
export async function expiry(sweeps: Table, now: Date): Promise<string[]> {
  if (sweeps.tableName === '') return []
  try {
    const coverage = await findCoverage(sweeps, await findSources(sweeps), now)
    const until = coverage
      .flatMap(({ expired }) => expired.at(-1)?.until ?? [])
      .sort()
      .at(-1)
    return until === undefined
      ? []
      : [`Records of sessions that ended before ${time(until)} UTC may have expired: has it?`]
  } catch (error) {
    return [unreadable(error)]
  }
}

function unreadable(error: unknown): string {
  return `Whether sessions are missing here cannot be read: ${printable(messageOf(error))}.`
}

function neverSwept({ accountId, region }: Question, sources: readonly string[]): string[] {
  if (sources.length === 0) return ['No sweep has left a receipt yet: nothing is covered.']
  const asked = [accountId, region].filter((part) => part !== undefined).join('/')
  return [`${asked} was never swept: none of its sessions is here. Swept: ${sources.join(', ')}.`]
}

/** Open sessions are seen by any complete sweep, whatever earlier ones have missed. */
function uncovered(asked: CoverageAsked, { open }: Question): string[] {
  const { source, proven, expired, gaps, before, after, isStopped } = asked
  if (proven === undefined) return [`${source}: no sweep was complete yet: nothing is covered.`]
  const stopped =
    after && isStopped ? [`${source}: not swept completely since ${time(proven.until)} UTC.`] : []
  if (open) return stopped
  const [first, last] = [gaps.at(0), gaps.at(-1)]
  const goneUntil = expired.at(-1)?.until
  return [
    ...(before
      ? [`${source}: not covered before ${time(proven.from)} UTC: no sweep reaches further back.`]
      : []),
    ...(goneUntil
      ? [`${source}: records of sessions that ended before ${time(goneUntil)} UTC may have expired.`]
      : []),
    ...(first && last
      ? [
          `${source}: ${counted(gaps.length, 'gap')} between ${time(first.from)} and ${time(last.until)} UTC: sessions that ended then may be missing.`,
        ]
      : []),
    ...stopped,
  ]
}

/** How current the answer is, if that is as current as can be. */
function lastSwept(asked: readonly CoverageAsked[]): string[] {
  const [oldest] = asked
    .flatMap(({ after, isStopped, proven }) => (after && proven && !isStopped ? [proven.until] : []))
    .sort()
  return oldest === undefined ? [] : [`Last swept completely at ${time(oldest)} UTC or later.`]
}
