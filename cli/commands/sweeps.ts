import { type Command, Option } from '@commander-js/extra-typings'
import type { Receipt } from '../../archive/receipt'
import { type Interval, STALE_MS } from '../../audit/coverage'
import type { SourceCoverage } from '../../audit/find-receipts'
import { addReadFlags, archiveToRead, outputOption } from '../flags'
import { Ended, type Io, say, UsageError } from '../io'
import { atMost } from '../output/at-most'
import { RECEIPTS } from '../output/columns'
import { counted, duration, secondsBetween, time } from '../output/format'
import { type Kind, print } from '../output/print'
import { source, wholeNumber } from '../parsers'

export function define(command: Command, io: Io): void {
  addReadFlags(
    command
      .option('--source <account/region>', 'of this source', source)
      .addOption(
        new Option('--outcome <outcome>', 'with this outcome').choices([
          'complete',
          'incomplete',
          'failed',
        ] as const),
      )
      .option('--limit <n>', 'at most n receipts', wholeNumber(1))
      .option('--coverage', 'show in which time no session can have been missed, and every gap', false)
      .addOption(outputOption()),
  )
    .addHelpText(
      'after',
      `
With --coverage: the archive has every session that ended in a covered time. In
a gap, sessions may have ended that AWS has forgotten unseen. Of an expired time,
the archive had every session, and deletes the records (retentionDays). The exit
status is 1 if there is a gap, or if nothing is covered.

Examples:
  session-archive sweeps --outcome failed
  session-archive sweeps --coverage
  session-archive sweeps --local ./sessions --coverage --output json`,
    )
    .action(async ({ source, outcome, limit, coverage, output, ...flags }) => {
      const location = archiveToRead(flags, ['sweepsTable'], io)
      if (coverage && (outcome !== undefined || limit !== undefined))
        throw new UsageError("'--coverage' is about all receipts: expected no --outcome or --limit with it")
      const { findAllReceipts, findCoverage, findSources } =
        require('../../audit/find-receipts') as typeof import('../../audit/find-receipts')
      const { countRejected } =
        require('../../audit/find-rejected') as typeof import('../../audit/find-rejected')
      const { rejected } = require('../lacking') as typeof import('../lacking')
      const { withArchive } = require('../open-archive') as typeof import('../open-archive')
      await withArchive(location, flags, io, async ({ sweeps }) => {
        const sources = source === undefined ? await findSources(sweeps) : [source]
        if (coverage) {
          const found = await findCoverage(sweeps, sources, new Date())
          await print(found.flatMap(linesOf), COVERAGE, output, io)
          if (source === undefined) saySwept(found, new Date(), io)
          for (const line of rejected(sumOf(found.map((one) => one.rejected)))) say(io, line)
          requireCovered(found, io)
        } else {
          const wanted = withOutcome(findAllReceipts(sweeps, sources), outcome)
          await print(limit === undefined ? wanted : atMost(limit, wanted, io), RECEIPTS, output, io)
          const counts = await Promise.all(sources.map((source) => countRejected(sweeps, source)))
          for (const line of rejected(sumOf(counts))) say(io, line)
        }
      })
    })
}

async function* withOutcome(receipts: AsyncIterable<Receipt>, outcome: Receipt['Outcome'] | undefined) {
  for await (const receipt of receipts)
    if (outcome === undefined || receipt.Outcome === outcome) yield receipt
}

/** Names what is swept, and so what is not. */
function saySwept(coverage: readonly SourceCoverage[], now: Date, io: Io): void {
  if (coverage.length === 0) return
  const names = coverage.map(({ source }) => source)
  say(io, `Swept: ${names.join(', ')}.`)
  say(io, 'No other account or region was ever swept: none of its sessions is here.')
  for (const { source, lastCompleteAt } of coverage)
    if (lastCompleteAt !== undefined && now.getTime() - Date.parse(lastCompleteAt) > STALE_MS)
      say(io, `${source}: not swept completely since ${time(lastCompleteAt)} UTC.`)
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** @throws Ended if there is a gap, or if nothing is covered */
function requireCovered(coverage: readonly SourceCoverage[], io: Io): void {
  const uncovered = coverage.filter(({ covered }) => covered.length === 0)
  const gaps = coverage.flatMap((one) => one.gaps)
  if (coverage.length === 0) say(io, 'No sweep has left a receipt yet: nothing is covered.')
  for (const { source, lastCompleteAt } of uncovered)
    say(
      io,
      `${source}: ${lastCompleteAt ? 'all has expired' : 'no sweep was complete yet'}: nothing is covered.`,
    )
  if (gaps.length > 0) say(io, `${counted(gaps.length, 'gap')}.`)
  if (coverage.length === 0 || uncovered.length > 0 || gaps.length > 0) throw new Ended(1)
}

interface CoverageLine {
  readonly Source: string
  readonly Is: 'covered' | 'GAP' | 'expired'
  readonly From: string
  readonly Until: string
}

const COVERAGE: Kind<CoverageLine> = {
  noun: 'covered time',
  columns: [
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
  ],
  members: ['Source', 'Is', 'From', 'Until'],
}

/** In order of time. */
function linesOf({ source, covered, gaps, expired }: SourceCoverage): CoverageLine[] {
  const line =
    (Is: CoverageLine['Is']) =>
    ({ from, until }: Interval): CoverageLine => ({ Source: source, Is, From: from, Until: until })
  return [...covered.map(line('covered')), ...gaps.map(line('GAP')), ...expired.map(line('expired'))].sort(
    (a, b) => (a.From < b.From ? -1 : 1),
  )
}
