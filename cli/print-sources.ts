import type { Table } from '../archive/batch-get'
import type { RosterListing } from '../archive/roster'
import { findSourceLines, type LineState, type SourceLine } from '../audit/find-source-lines'
import { extentOf, type Where } from '../audit/roster-sources'
import { neverSwept, unheardOf, unknownLines } from './extent-lines'
import type { Format } from './flags'
import { type Io, say } from './io'
import { counted, grouped, time } from './output/format'
import { type Kind, print } from './output/print'
import { printable } from './output/printable'

/**
 * Prints the sources that the archive knows, and says how they are.
 *
 * @returns whether there is any, none that is swept is late, and no accounts or regions are unknown
 */
export async function printSources(
  sweeps: Table,
  { state, ...where }: Where & { readonly state?: LineState },
  now: Date,
  output: Format,
  io: Io,
): Promise<boolean> {
  const { lines, roster } = await findSourceLines(sweeps, where, now)
  say(io, printable(listingLine(roster.listing)))
  const shown = lines.filter(({ State }) => state === undefined || State === state)
  await print(shown, SOURCES, output, io)
  const extent = extentOf(roster, where)
  const unknown = [...unheardOf(where, extent), ...unknownLines(extent, now, 'Reason says why')]
  const none = lines.length === 0 ? neverSwept(where, extentOf(roster, {})) : summary(lines)
  for (const line of [...none, ...unknown]) say(io, printable(line))
  return lines.length > 0 && unknown.length === 0 && !lines.some(({ Late }) => Late)
}

/** What the roster was made of. */
function listingLine(listing: RosterListing | undefined): string {
  if (listing === undefined) return 'No accounts were listed: these were swept by hand, or not yet.'
  const { OrganizationId, ListedAt, Regions, UpdatedAt } = listing
  const regions = `Regions: ${Regions === 'all' ? 'all that are enabled' : Regions.replaceAll(',', ', ')}.`
  const listed = ListedAt === undefined ? 'never listed' : `last listed at ${time(ListedAt)} UTC`
  return OrganizationId === undefined
    ? `Of the own account, as of ${time(UpdatedAt)} UTC. ${regions}`
    : `Of the organization ${OrganizationId}, ${listed}. ${regions}`
}

function summary(lines: readonly SourceLine[]): string[] {
  const swept = lines.filter(({ State }) => State === 'swept')
  const countOf = (wanted: (line: SourceLine) => boolean, what: string) => {
    const { length } = lines.filter(wanted)
    return length === 0 ? [] : [`${grouped(length)} ${what}`]
  }
  const never = swept.filter(({ LastCompleteAt }) => LastCompleteAt === undefined).length
  const parts = [
    ...countOf(
      ({ Late }) => Late === true,
      `late (no complete sweep for 25 hours)${never === 0 ? '' : `, of which ${grouped(never)} never complete`}`,
    ),
    ...countOf(({ Outcome }) => Outcome === 'unreachable', 'unreachable'),
    ...countOf(({ Outcome }) => Outcome === 'denied', 'denied'),
    ...countOf(({ State }) => State === 'excluded', 'excluded'),
    ...countOf(({ State }) => State === 'retired', 'retired'),
  ]
  const accounts = new Set(swept.map(({ AccountId }) => AccountId)).size
  return [
    `${counted(swept.length, 'source')} of ${counted(accounts, 'account')} swept${parts.map((part) => `; ${part}`).join('')}.`,
  ]
}

const SOURCES: Kind<SourceLine> = {
  noun: 'source',
  columns: [
    { name: 'AccountId', width: 12, text: ({ AccountId }) => AccountId },
    { name: 'Account', fromWidth: 92, text: ({ AccountName }) => AccountName },
    { name: 'Region', width: 14, text: ({ Region }) => Region },
    { name: 'State', width: 8, text: ({ State }) => State },
    { name: 'Complete (UTC)', width: 19, text: ({ LastCompleteAt }) => time(LastCompleteAt) },
    { name: 'Outcome', width: 11, fromWidth: 79, text: ({ Outcome }) => Outcome },
    { name: 'Days', width: 5, text: ({ DaysUntilLoss }) => DaysUntilLoss?.toFixed(1) },
    { name: 'Until (UTC)', width: 19, fromWidth: 130, text: ({ Until }) => time(Until) },
    { name: 'Reason', fromWidth: 110, text: ({ Reason }) => Reason },
  ],
  members: [
    'AccountId',
    'AccountName',
    'Region',
    'State',
    'LastCompleteAt',
    'Outcome',
    'AttemptedAt',
    'Failures',
    'DaysUntilLoss',
    'Late',
    'Since',
    'Until',
    'Reason',
  ],
}
