import type { Table } from '../archive/batch-get'
import type { Interval } from '../audit/coverage'
import { findAllReceipts, findCoverage, findSources, type SourceCoverage } from '../audit/find-receipts'
import type { SweepsFlags } from './commands/sweeps'
import { withArchive } from './open-archive'
import { atMost } from './output/at-most'
import { RECEIPT_COLUMNS, RECEIPT_MEMBERS } from './output/columns'
import { duration, secondsBetween, time } from './output/format'
import { print } from './output/print'
import type { Column } from './output/table'
import type { ArchiveLocation } from './which-archive'

/** Prints receipts, or what they prove: a gap is exit status 1. */
export async function sweeps(flags: SweepsFlags, location: ArchiveLocation): Promise<void> {
  await withArchive(location, flags, async ({ client, sweepsTable: tableName }) => {
    const ledger = { client, tableName }
    const sources = flags.source === undefined ? await findSources(ledger) : [flags.source]
    if (flags.coverage) await showCoverage(await findCoverage(ledger, sources, new Date()), flags)
    else await showReceipts(ledger, sources, flags)
  })
}

async function showReceipts(
  ledger: Table,
  sources: readonly string[],
  { outcome, limit, output }: SweepsFlags,
): Promise<void> {
  async function* wanted() {
    for await (const receipt of findAllReceipts(ledger, sources))
      if (outcome === undefined || receipt.Outcome === outcome) yield receipt
  }
  await print(limit === undefined ? wanted() : atMost(limit, wanted()), {
    format: output,
    table: RECEIPT_COLUMNS,
    csv: RECEIPT_MEMBERS,
    noun: 'receipt',
  })
}

interface CoverageLine {
  readonly Source: string
  readonly Is: 'covered' | 'GAP'
  readonly From: string
  readonly Until: string
}

async function showCoverage(coverage: readonly SourceCoverage[], { output }: SweepsFlags): Promise<void> {
  await print(coverage.flatMap(linesOf), {
    format: output,
    table: COVERAGE_COLUMNS,
    csv: ['Source', 'Is', 'From', 'Until'],
    noun: 'covered time',
  })
  const unproven = coverage.filter(({ covered }) => covered.length === 0).map(({ source }) => source)
  const gaps = coverage.flatMap((one) => one.gaps)
  if (coverage.length === 0) console.error('No sweep left a receipt yet, nothing is covered.')
  for (const source of unproven) console.error(`${source}: no sweep was complete yet, nothing is covered.`)
  if (gaps.length > 0) console.error(`${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}.`)
  if (coverage.length === 0 || unproven.length > 0 || gaps.length > 0) process.exitCode = 1
}

const COVERAGE_COLUMNS: readonly Column<CoverageLine>[] = [
  { name: 'Source', width: 27, text: ({ Source }) => Source },
  { name: 'Is', width: 7, text: ({ Is }) => Is },
  { name: 'From (UTC)', width: 19, text: ({ From }) => time(From) },
  { name: 'Until (UTC)', width: 19, text: ({ Until }) => time(Until) },
  {
    name: 'Length',
    width: 10,
    fromWidth: 90,
    text: ({ From, Until }) => duration(secondsBetween(From, Until)),
  },
]

/** In the order of time. */
function linesOf({ source, covered, gaps }: SourceCoverage): CoverageLine[] {
  const line =
    (Is: CoverageLine['Is']) =>
    ({ from, until }: Interval): CoverageLine => ({ Source: source, Is, From: from, Until: until })
  return [...covered.map(line('covered')), ...gaps.map(line('GAP'))].sort((a, b) =>
    a.From < b.From ? -1 : 1,
  )
}
