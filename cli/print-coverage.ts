import type { Table } from '../archive/batch-get'
import { readRoster } from '../archive/roster'
import { type Interval, STALE_MS } from '../audit/coverage'
import { findCoverage, type SourceCoverage } from '../audit/find-receipts'
import { extentOf, type Where } from '../audit/roster-sources'
import { departureLines, namesOf, unknownLines } from './extent-lines'
import type { Format } from './flags'
import { Ended, type Io, say } from './io'
import { counted, duration, secondsBetween, time } from './output/format'
import { NAMED, sourceLabel } from './output/labels'
import { type Kind, print } from './output/print'
import { printable } from './output/printable'
import { rejected } from './rejected'

/**
 * Prints what the receipts prove, and says what is swept and what is not.
 *
 * @throws Ended if there is a gap, or if nothing is covered
 */
export async function printCoverage(sweeps: Table, where: Where, output: Format, io: Io): Promise<void> {
  const now = new Date()
  const extent = extentOf(await readRoster(sweeps), where)
  const found = await findCoverage(sweeps, extent.sources, now)
  const printed = found.flatMap(linesOf)
  await print(printed, kindOf(printed), output, io)
  const lines = [
    ...sweptLines(found, now, where),
    ...departureLines(extent),
    ...unknownLines(extent, now),
    ...rejected(found.reduce((sum, one) => sum + one.rejected, 0)),
    ...uncoveredLines(found, where),
  ]
  for (const line of lines) say(io, printable(line))
  const isCovered =
    found.length > 0 && found.every(({ covered, gaps }) => covered.length > 0 && gaps.length === 0)
  if (!isCovered) throw new Ended(1)
}

function isAllOf({ accountIds, region }: Where): boolean {
  return accountIds === undefined && region === undefined
}

/** Names what is swept, and so what is not. */
function sweptLines(coverage: readonly SourceCoverage[], now: Date, where: Where): string[] {
  if (coverage.length === 0 || (coverage.length === 1 && !isAllOf(where))) return []
  const late = coverage.flatMap((one) =>
    one.left === undefined &&
    one.lastCompleteAt !== undefined &&
    now.getTime() - Date.parse(one.lastCompleteAt) > STALE_MS
      ? [`${sourceLabel(one)}: not swept completely since ${time(one.lastCompleteAt)} UTC.`]
      : [],
  )
  return [
    `Swept: ${namesOf(coverage)}.`,
    ...(isAllOf(where) ? ['No other account or region was ever swept: none of its sessions is here.'] : []),
    ...firstOf(late, 'not swept completely for 25 hours'),
  ]
}

function uncoveredLines(coverage: readonly SourceCoverage[], where: Where): string[] {
  const none = isAllOf(where) ? 'No sweep has left a receipt yet' : 'It was never swept'
  if (coverage.length === 0) return [`${none}: nothing is covered.`]
  const uncovered = coverage
    .filter(({ covered }) => covered.length === 0)
    .map(
      (one) =>
        `${sourceLabel(one)}: ${one.lastCompleteAt ? 'all has expired' : 'no sweep was complete yet'}: nothing is covered.`,
    )
  const gaps = coverage.reduce((sum, one) => sum + one.gaps.length, 0)
  return [...firstOf(uncovered, 'not covered at all'), ...(gaps > 0 ? [`${counted(gaps, 'gap')}.`] : [])]
}

function firstOf(lines: readonly string[], what: string): string[] {
  const others = lines.length - NAMED
  return others <= 0
    ? [...lines]
    : [...lines.slice(0, NAMED), `And ${counted(others, 'other source')} ${what}.`]
}

interface CoverageLine {
  readonly Source: string
  readonly AccountName?: string
  readonly Is: 'covered' | 'GAP' | 'expired' | 'retired' | 'excluded'
  readonly From: string
  /** Absent: until now. */
  readonly Until?: string
  readonly Reason?: string
}

const COVERAGE: Kind<CoverageLine> = {
  noun: 'covered time',
  columns: [
    { name: 'Source', width: 27, text: ({ Source }) => Source },
    { name: 'Is', width: 8, text: ({ Is }) => Is },
    { name: 'From (UTC)', width: 19, text: ({ From }) => time(From) },
    { name: 'Until (UTC)', width: 19, text: ({ Until }) => time(Until) },
    {
      name: 'Length',
      width: 10,
      fromWidth: 91,
      text: ({ From, Until }) => Until && duration(secondsBetween(From, Until)),
    },
  ],
  members: ['Source', 'AccountName', 'Is', 'From', 'Until', 'Reason'],
}

const ACCOUNT = {
  name: 'Account',
  width: 20,
  fromWidth: 113,
  text: ({ AccountName }: CoverageLine) => AccountName,
}
const REASON = { name: 'Reason', fromWidth: 113, text: ({ Reason }: CoverageLine) => Reason }

/** Some archives have neither names of accounts nor reasons. */
function kindOf(lines: readonly CoverageLine[]): Kind<CoverageLine> {
  const more = [
    ...(lines.some(({ AccountName }) => AccountName !== undefined) ? [ACCOUNT] : []),
    ...(lines.some(({ Reason }) => Reason !== undefined) ? [REASON] : []),
  ]
  return { ...COVERAGE, columns: [...COVERAGE.columns, ...more] }
}

/** In order of time. */
function linesOf({ source, accountName, left, ...coverage }: SourceCoverage): CoverageLine[] {
  const name = { Source: source, ...(accountName !== undefined && { AccountName: accountName }) }
  const line =
    (Is: CoverageLine['Is']) =>
    ({ from, until }: Interval): CoverageLine => ({ ...name, Is, From: from, Until: until })
  const spans = [
    ...coverage.covered.map(line('covered')),
    ...coverage.gaps.map(line('GAP')),
    ...coverage.expired.map(line('expired')),
  ].sort((a, b) => (a.From < b.From ? -1 : 1))
  return left === undefined
    ? spans
    : [...spans, { ...name, Is: left.state, From: left.at, Reason: left.reason }]
}
