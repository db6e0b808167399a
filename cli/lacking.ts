import type { Table } from '../archive/batch-get'
import { readRoster } from '../archive/roster'
import { FEW, findCoverage } from '../audit/find-receipts'
import { findStates } from '../audit/find-states'
import type { Question } from '../audit/question'
import { extentOf, type RosterSource } from '../audit/roster-sources'
import { aboutLine, departureLines, neverSwept, unheardOf, unknownLines } from './extent-lines'
import { counted, grouped, time } from './output/format'
import { NAMED, someOf, sourceLabel } from './output/labels'
import { printable } from './output/printable'
import { rejected, unreadable } from './rejected'
import { type CoverageAsked, coverageAsked } from './report/coverage-asked'

/**
 * What an answer may lack: sources that are not swept or that nobody knows, times that are not covered, sessions that
 * were not stored.
 */
export async function lacking(question: Question, sweeps: Table, now: Date): Promise<string[]> {
  if (sweeps.tableName === '') return ['What may be missing here is not known without --sweeps-table.']
  try {
    const roster = await readRoster(sweeps)
    const extent = extentOf(roster, question)
    const { sources, departures, isPart } = extent
    const isAll = sources.length <= 1 && departures.length === 0 && !isPart
    const lines = [
      ...(isAll || sources.length === 0 ? [] : [aboutLine(sources)]),
      ...(sources.length === 0
        ? neverSwept(question, extentOf(roster, {}))
        : sources.length <= FEW
          ? await uncoveredOf(sources, question, sweeps, now)
          : await lateOf(sources, sweeps, now)),
      ...(sources.length === 0 ? [] : unheardOf(question, extent)),
      ...departureLines(extent),
      ...unknownLines(extent, now),
    ]
    return lines.map(printable)
  } catch (error) {
    return [unreadable(error)]
  }
}

/** Until when the records of any source may have expired. */
export async function expiry(sweeps: Table, now: Date): Promise<string[]> {
  if (sweeps.tableName === '') return []
  try {
    const { sources } = extentOf(await readRoster(sweeps), {})
    if (sources.length > FEW)
      return ["Has it expired? 'session-archive sweeps --coverage' shows until when records may have."]
    const coverage = await findCoverage(sweeps, sources, now)
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

/** By all receipts of a few sources. */
async function uncoveredOf(
  sources: readonly RosterSource[],
  question: Question,
  sweeps: Table,
  now: Date,
): Promise<string[]> {
  const coverage = await findCoverage(sweeps, sources, now)
  const found = coverageAsked({ ...question, generatedAt: now, coverage }).filter(({ isOver }) => !isOver)
  const lines = found.map((one) => uncovered(one, question))
  const kinds = [...new Set(lines.flatMap((some) => Object.keys(some)))] as (keyof Uncovered)[]
  return [
    ...kinds.flatMap((kind) => first(lines.flatMap((some) => some[kind] ?? []))),
    ...lastSwept(found),
    ...rejected(found.reduce((sum, one) => sum + one.rejected, 0)),
  ]
}

/** Many sources lack the same. */
function first(lines: readonly string[]): string[] {
  const others = lines.length - NAMED
  return others <= 0
    ? [...lines]
    : [
        ...lines.slice(0, NAMED),
        `And the same of ${counted(others, 'other source')}: 'session-archive sweeps --coverage' shows them.`,
      ]
}

interface Uncovered {
  readonly never?: string
  readonly before?: string
  readonly expired?: string
  readonly gaps?: string
  readonly stopped?: string
}

/** Open sessions are seen by any complete sweep, whatever earlier ones have missed. */
function uncovered(asked: CoverageAsked, { open }: Question): Uncovered {
  const { left, proven, expired, gaps, before, after, isStopped } = asked
  const name = sourceLabel(asked)
  if (proven === undefined) return { never: `${name}: no sweep was complete yet: nothing is covered.` }
  const stopped = after &&
    isStopped &&
    left === undefined && { stopped: `${name}: not swept completely since ${time(proven.until)} UTC.` }
  if (open) return { ...stopped }
  const [from, last, gone] = [gaps.at(0), gaps.at(-1), expired.at(-1)]
  return {
    ...(before && {
      before: `${name}: not covered before ${time(proven.from)} UTC: no sweep reaches further back.`,
    }),
    ...(gone && {
      expired: `${name}: records of sessions that ended before ${time(gone.until)} UTC may have expired.`,
    }),
    ...(from &&
      last && {
        gaps: `${name}: ${counted(gaps.length, 'gap')} between ${time(from.from)} and ${time(last.until)} UTC: sessions that ended then may be missing.`,
      }),
    ...stopped,
  }
}

/** How current the answer is, if that is as current as can be. */
function lastSwept(asked: readonly CoverageAsked[]): string[] {
  const [oldest] = asked
    .flatMap(({ after, isStopped, proven }) => (after && proven && !isStopped ? [proven.until] : []))
    .sort()
  return oldest === undefined ? [] : [`Last swept completely at ${time(oldest)} UTC or later.`]
}

/** By the states of many sources: their receipts would take too long to read. */
async function lateOf(sources: readonly RosterSource[], sweeps: Table, now: Date): Promise<string[]> {
  const swept = sources.filter(({ state }) => state === 'swept')
  const states = await findStates(sweeps, swept, now)
  const late = states.filter(({ isLate }) => isLate)
  const labels = late.map(
    (one) =>
      `${sourceLabel(one)} ${one.lastCompleteAt === undefined ? 'never' : `since ${time(one.lastCompleteAt)} UTC`}`,
  )
  const current = states.find(({ isLate }) => !isLate)?.lastCompleteAt
  const who = late.length === 0 ? 'Last' : 'The others were last'
  return [
    ...(late.length === 0
      ? []
      : [
          `${grouped(late.length)} of ${counted(states.length, 'source')} not swept completely for 25 hours: ${someOf(labels)}.`,
        ]),
    ...(current === undefined ? [] : [`${who} swept completely at ${time(current)} UTC or later.`]),
    `Of ${counted(sources.length, 'source')}, gaps, expired records and sessions that could not be stored were not looked for: 'session-archive sweeps --coverage' does that.`,
  ]
}
