import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Table } from '../../archive/batch-get'
import { UnknownAccountError } from '../../audit/find-accounts'
import { FEW, findCoverage } from '../../audit/find-receipts'
import { findSourceLines, type SourceLine } from '../../audit/find-source-lines'
import { type Extent, extentOf, type Where } from '../../audit/roster-sources'
import { accounts } from '../asked-accounts'
import { aboutLine, departureLines, neverSwept, unheardOf, unknownLines } from '../extent-lines'
import { counted, time } from '../output/format'
import { accountLabel } from '../output/labels'
import { messageOf } from '../output/message-of'
import { region as parseRegion } from '../parsers'
import { coverageAsked } from '../report/coverage-asked'
import { coverageSection } from '../report/coverage-section'
import { note, section, table } from '../report/elements'
import { type Html, html, typed } from '../report/html'
import { resolveAccounts } from '../resolve-accounts'
import { coverageStrips } from './coverage-strips'
import { alert, lines, type Page } from './page'
import { parametersOf } from './parameters'

const TITLE = 'Coverage by source'
/** Of sources, the worst first. */
const SHOWN = 200

interface Values {
  readonly account?: string
  readonly region?: string
}

/** How every source is that the archive knows, and what its receipts prove. */
export async function coveragePage(sweeps: Table, parameters: URLSearchParams, now: Date): Promise<Page> {
  const values: Values = parametersOf(parameters, ['account', 'region'])
  try {
    const where = await whereOf(values, sweeps)
    return { status: 200, title: TITLE, parts: partsOf(values, where, sweeps, now) }
  } catch (error) {
    if (!isWrong(error)) throw error
    return { status: 400, title: TITLE, parts: [form(values), alert(messageOf(error), [])] }
  }
}

async function whereOf({ account, region }: Values, sweeps: Table): Promise<Where> {
  const asked = account === undefined ? undefined : accounts(account)
  return {
    accountIds: await resolveAccounts(asked, sweeps),
    region: region === undefined ? undefined : parseRegion(region),
  }
}

/** What was typed is, not the archive. */
function isWrong(error: unknown): boolean {
  if (error instanceof InvalidArgumentError) return true
  return error instanceof Error && error.cause instanceof UnknownAccountError
}

function form({ account = '', region = '' }: Values): Html {
  return html`<search><form action="coverage" method="get" autocomplete="off"><div class="fields">
<div><label for="account">Account</label><input type="text" id="account" name="account" value="${typed(account)}" spellcheck="false" aria-describedby="account-hint"><small id="account-hint">its name, shop*, or its id</small></div>
<div><label for="region">Region</label><input type="text" id="region" name="region" value="${typed(region)}" spellcheck="false" aria-describedby="region-hint"><small id="region-hint">eu-west-1</small></div>
</div><p><button type="submit">Show</button> <a href="coverage">All</a></p></form></search>
`
}

async function* partsOf(values: Values, where: Where, sweeps: Table, now: Date): AsyncGenerator<Html> {
  yield form(values)
  const { lines: sources, roster } = await findSourceLines(sweeps, where, now)
  const extent = extentOf(roster, where)
  const none =
    extent.sources.length === 0 ? neverSwept(where, extentOf(roster, {})) : unheardOf(where, extent)
  yield html`${none.length > 0 ? alert('Something is not covered.', none) : undefined}`
  yield sourcesSection(sources)
  yield await proven(extent, sweeps, now)
}

function sourcesSection(sources: readonly SourceLine[]): Html {
  const shown = sources.slice(0, SHOWN)
  const days = { heading: 'Days until loss', numeric: true } as const
  return section('Sources, the worst first', [
    table(
      ['Account', 'Region', 'State', 'Last complete sweep', 'Last outcome', days, 'Why'],
      shown.map((one) => [
        accountLabel(one.AccountId, one.AccountName),
        one.Region,
        one.Late ? html`<span class="bad">${one.State}, late</span>` : one.State,
        one.LastCompleteAt === undefined && one.State === 'swept' ? 'never' : time(one.LastCompleteAt),
        one.Outcome,
        one.DaysUntilLoss?.toFixed(1),
        one.Reason,
      ]),
    ),
    sources.length > SHOWN
      ? note(
          `And ${counted(sources.length - SHOWN, 'more source')}, not shown: narrow the page to an account or a region.`,
        )
      : undefined,
    note(
      'Days until AWS forgets a session that no complete sweep has seen. Late: no complete sweep for 25 hours, or ever.',
    ),
  ])
}

/** What the receipts prove. Those of many sources would take too long to read. */
async function proven(extent: Extent, sweeps: Table, now: Date): Promise<Html> {
  const outside = {
    notSwept: departureLines(extent),
    unknown: unknownLines(extent, now, 'the table above says why'),
  }
  const { sources } = extent
  if (sources.length > FEW)
    return section('Coverage', [
      note(
        `Of ${counted(sources.length, 'source')}, gaps, expired records and sessions that could not be stored were not looked for: that is done for ${FEW} at most. Narrow the page to an account or a region, or use session-archive sweeps --coverage.`,
      ),
      lines([...outside.notSwept, ...outside.unknown]),
    ])
  const coverage = await findCoverage(sweeps, sources, now)
  const asked = coverageAsked({ generatedAt: now, coverage })
  const rejected = coverage.reduce((sum, one) => sum + one.rejected, 0)
  return html`${coverageStrips(coverage, now)}${coverageSection(asked, { about: aboutLine(sources), ...outside })}${
    rejected > 0
      ? alert('Sessions could not be stored as records.', [
          `${counted(rejected, 'session')}: see REJECTED# in the Sweeps table.`,
        ])
      : undefined
  }`
}
