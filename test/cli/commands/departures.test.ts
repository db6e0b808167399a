import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RosterAccount } from '../../../archive/roster'
import { sourceKey } from '../../../archive/source'
import type { ListedAccount } from '../../../sweep/list-accounts'
import { type Scope, updateAccounts, updateRegions, withLastComplete } from '../../../sweep/update-roster'
import { daysAgo, receipt, useFilledArchive } from '../../support/filled-archive'
import { writeRoster } from '../../support/roster'
import { temporaryFolder } from '../../support/temporary-folder'

/** Each way an account or a region can go, as the archiver writes it down, and what the answers say afterwards. */

const folder = temporaryFolder()
const ALL: Scope = {
  ...{ regions: 'all', excludeRegions: [], organizationId: 'o-exampleorgid' },
  ...{ excludeAccounts: [], excludeOrganizationalUnits: [] },
}
const WAYS = [
  'stays',
  'closed',
  'suspended',
  'gone',
  'excluded',
  'unit',
  'disabled',
  'region',
  'back',
] as const
type Way = (typeof WAYS)[number]
const idOf = (way: Way) => `22220000000${WAYS.indexOf(way)}`
/** More than a tenth of the accounts must not be missing at once. */
const OTHERS = Array.from({ length: 11 }, (_, n) => `3333000000${n + 10}`)
const [SWEPT_AT, LEFT_AT] = [10, 8]

const listed = (states: Partial<Record<Way, string>>): ListedAccount[] => [
  ...WAYS.map((way) => {
    const path = `o-exampleorgid/r-1/${way === 'unit' ? 'ou-test-12345678' : 'ou-main-12345678'}/`
    return { accountId: idOf(way), name: way, state: states[way] ?? 'ACTIVE', path }
  }),
  ...OTHERS.map((accountId) => ({
    accountId,
    name: accountId,
    state: 'ACTIVE',
    path: 'o-exampleorgid/r-1/',
  })),
]
const at = (days: number) => new Date(daysAgo(days))

/** The roster of today, by what was listed on some days. */
function rosterOfToday(): ReadonlyMap<string, RosterAccount> {
  const regions = new Map([['eu-west-1', 'ENABLED']])
  let accounts = updateAccounts(new Map(), listed({}), ALL, at(60)).accounts
  accounts = mapOf(accounts, (one) => updateRegions(one, regions, ALL, at(60)))

  const states = { closed: 'CLOSED', suspended: 'SUSPENDED', back: 'SUSPENDED' }
  const scope = {
    ...ALL,
    excludeAccounts: [idOf('excluded')],
    excludeOrganizationalUnits: ['ou-test-12345678'],
  }
  const present = (states: Partial<Record<Way, string>>) =>
    listed(states).filter(({ accountId }) => accountId !== idOf('gone'))
  for (const day of [LEFT_AT + 2, LEFT_AT + 1, LEFT_AT]) {
    const after = updateAccounts(
      accounts,
      present(day === LEFT_AT ? states : {}),
      day === LEFT_AT ? scope : ALL,
      at(day),
    )
    const moved = mapOf(after.accounts, (one) => regionOf(one, day))
    accounts = mapOf(moved, (one) => withLastComplete(one, accounts.get(one.ItemId), STATES))
  }
  const again = updateAccounts(accounts, present({ ...states, back: 'ACTIVE' }), scope, at(5)).accounts
  return mapOf(again, (one) => withLastComplete(one, accounts.get(one.ItemId), STATES))
}

const STATES = new Map(
  WAYS.map((way) => [
    sourceKey({ accountId: idOf(way), region: 'eu-west-1' }),
    { LastCompleteAt: daysAgo(SWEPT_AT) },
  ]),
)

function regionOf(one: RosterAccount, day: number): RosterAccount {
  if (day !== LEFT_AT) return one
  if (one.ItemId === idOf('disabled'))
    return updateRegions(one, new Map([['eu-west-1', 'DISABLED']]), ALL, at(day))
  const scope = { ...ALL, excludeRegions: ['eu-west-1'] }
  return one.ItemId === idOf('region') ? updateRegions(one, new Map(), scope, at(day)) : one
}

function mapOf(accounts: ReadonlyMap<string, RosterAccount>, change: (one: RosterAccount) => RosterAccount) {
  return new Map([...accounts].map(([id, one]) => [id, change(one)]))
}

const archive = useFilledArchive(async (archive) => {
  const { ledger } = archive
  await writeRoster(
    archive,
    [...rosterOfToday().values()].map((one) => ({ ...one, RegionsListedAt: daysAgo(0) })),
  )
  const complete = (way: Way, from: number, until: number) =>
    ledger.putReceipt(
      receipt(daysAgo(until), {
        ...{ Source: `${idOf(way)}/eu-west-1`, CoversFrom: daysAgo(from), CoversUntil: daysAgo(until) },
      }),
    )
  for (const way of WAYS) await complete(way, 90, SWEPT_AT)
  await complete('back', 34, 4)
})

const GAP = ['GAP', daysAgo(SWEPT_AT), daysAgo(LEFT_AT)]
const left = (Is: string, Reason: string) => [
  ['covered', daysAgo(90), daysAgo(SWEPT_AT)],
  GAP,
  [Is, daysAgo(LEFT_AT), Reason],
]
const utc = (days: number) => `${daysAgo(days).slice(0, 19).replace('T', ' ')} UTC`

/** What of a time after its departure, and after its last sweep, is said to be missing. */
const UNSEEN = /not swept completely since|1 gap between/
const GONE = `gone: missing from 3 listings since ${daysAgo(LEFT_AT + 2)}`

test.each<[Way, unknown[][], string | undefined, string]>([
  ['closed', left('retired', 'CLOSED'), 'retired (CLOSED)', ''],
  ['suspended', left('retired', 'SUSPENDED'), 'retired (SUSPENDED)', ''],
  ['gone', left('retired', GONE), 'retired (gone)', ''],
  ['disabled', left('retired', 'DISABLED'), 'retired (DISABLED)', '/eu-west-1'],
  ['excluded', left('excluded', 'excludeAccounts'), 'excluded (excludeAccounts)', ''],
  [
    'unit',
    left('excluded', 'excludeOrganizationalUnits: ou-test-12345678'),
    'excluded (excludeOrganizationalUnits)',
    '',
  ],
  ['region', left('excluded', 'excludeRegions'), 'excluded (excludeRegions)', '/eu-west-1'],
  ['stays', [['covered', daysAgo(90), daysAgo(SWEPT_AT)]], undefined, ''],
  ['back', [['covered', daysAgo(90), daysAgo(4)]], undefined, ''],
])(
  'an account of which this is said, %s: its coverage ends with it, and answers say so',
  async (way, lines, said, place) => {
    const asked = ['--account', way]
    const { stdout, stderr } = await archive.ask('sweeps', ['--coverage', '--output', 'json', ...asked])
    const shown = JSON.parse(stdout).map((line: Record<string, string>) => [
      line.Is,
      line.From,
      line.Until ?? line.Reason,
    ])
    expect(shown).toEqual(lines)

    const not = said && `Not swept, ${said}: ${way} (${idOf(way)})${place} since ${utc(LEFT_AT)}.`
    const since = async (days: number) =>
      (await archive.ask('sessions', ['--from', daysAgo(days), ...asked])).stderr
    const [before, after] = [await since(9), await since(7)]
    for (const text of [stderr, before, after])
      if (not === undefined) expect(text).not.toContain('Not swept')
      else expect(text).toContain(not)
    if (said !== undefined) expect(before).toMatch(/1 gap between/)
    if (said !== undefined) expect(after).not.toMatch(UNSEEN)
  },
)

async function report(way: Way, from: number) {
  const out = join(folder(), 'page.html')
  await archive.ask('report', ['--out', out, '--account', way, '--from', daysAgo(from)])
  return readFileSync(out, 'utf8')
}

test('a report of the time after an account was retired asks nothing of it, and says since when and why', async () => {
  const page = await report('closed', 7)
  expect(page).not.toContain('role="alert"')
  expect(page).toContain('It was retired before.')
  expect(page).toMatch(/retired on <time>[^<]*<\/time>: CLOSED/)
  expect(page).toContain(`Not swept, retired (CLOSED): closed (${idOf('closed')}) since ${utc(LEFT_AT)}.`)
})

test('a report of the time before that has the time that nobody saw as a gap', async () => {
  expect(await report('closed', 20)).toMatch(
    /role="alert".*sessions may have ended unseen in <b><bdi>closed \(/,
  )
})

test('what is excluded goes on unseen, and a report says so', async () => {
  const page = await report('excluded', 7)
  expect(page).toMatch(/role="alert".*sessions may have ended unseen in <b><bdi>excluded \(/)
  expect(page).toMatch(/excluded on <time>[^<]*<\/time>: excludeAccounts/)
})
