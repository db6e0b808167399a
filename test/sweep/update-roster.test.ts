import { ROSTER, type RosterAccount } from '../../archive/roster'
import type { ListedAccount } from '../../sweep/list-accounts'
import {
  type Scope,
  updateAccounts,
  updateRegions,
  withLastComplete,
  withoutOrganization,
} from '../../sweep/update-roster'
import { HOUR } from '../support/times'

const NOW = new Date('2026-11-24T00:00:00Z')
const later = (hours: number) => new Date(NOW.getTime() + hours * HOUR)
const SCOPE: Scope = {
  ...{ regions: 'all', excludeRegions: [], organizationId: 'o-exampleorgid' },
  ...{ excludeAccounts: [], excludeOrganizationalUnits: [] },
}
const id = (n: number) => String(111100000000 + n)
const listed = (n: number, change: Partial<ListedAccount> = {}): ListedAccount => ({
  ...{ accountId: id(n), name: `Account ${n}`, state: 'ACTIVE', path: `o-exampleorgid/r-1/ou-1/${id(n)}/` },
  ...change,
})
const TEN = Array.from({ length: 10 }, (_, n) => listed(n))
const rosterOf = (accounts: readonly ListedAccount[], scope = SCOPE, now = NOW) =>
  updateAccounts(new Map(), accounts, scope, now).accounts
const states = (accounts: ReadonlyMap<string, RosterAccount>) =>
  Object.fromEntries([...accounts.values()].map(({ ItemId, State }) => [ItemId, State]))

test('an account that is listed is swept, with its name and its place in the organization', () => {
  expect(rosterOf([listed(1)]).get(id(1))).toEqual({
    ...{ Source: ROSTER, ItemId: id(1), AccountName: 'Account 1', State: 'swept' },
    ...{ OrganizationPath: `o-exampleorgid/r-1/ou-1/${id(1)}/`, Regions: {} },
    ...{ Since: NOW.toISOString(), UpdatedAt: NOW.toISOString() },
  })
})

test.each(['ACTIVE', 'PENDING_CLOSURE', 'PENDING_ACTIVATION', 'ONE_OF_TOMORROW', undefined])(
  'an account in the state %s is swept',
  (state) => expect(states(rosterOf([listed(1, { state })]))).toEqual({ [id(1)]: 'swept' }),
)

test.each(['SUSPENDED', 'CLOSED'])(
  'an account that is %s is retired, and goes on if it comes back',
  (state) => {
    const gone = updateAccounts(
      rosterOf(TEN),
      [listed(0, { state }), ...TEN.slice(1)],
      SCOPE,
      later(1),
    ).accounts
    expect(gone.get(id(0))).toMatchObject({ State: 'retired', Reason: state, Until: later(1).toISOString() })
    const still = updateAccounts(gone, [listed(0, { state }), ...TEN.slice(1)], SCOPE, later(2)).accounts
    expect(still).toEqual(gone)
    const back = updateAccounts(gone, TEN, SCOPE, later(3)).accounts.get(id(0))
    expect(back).toMatchObject({
      State: 'swept',
      Since: NOW.toISOString(),
      Reason: undefined,
      Until: undefined,
    })
  },
)

test.each([
  ['excludeAccounts', { excludeAccounts: [id(1)] }, 'excludeAccounts'],
  ['includeAccounts', { includeAccounts: [id(0)] }, 'not in includeAccounts'],
  [
    'excludeOrganizationalUnits',
    { excludeOrganizationalUnits: ['ou-2'] },
    'excludeOrganizationalUnits: ou-2',
  ],
])('an account that %s leaves out is in the roster, with the reason', (_option, change, Reason) => {
  const accounts = [listed(0), listed(1, { path: `o-exampleorgid/r-1/ou-2/${id(1)}/` })]
  const roster = updateAccounts(rosterOf(accounts), accounts, { ...SCOPE, ...change }, later(1)).accounts
  expect(roster.get(id(0))).toMatchObject({ State: 'swept' })
  expect(roster.get(id(1))).toMatchObject({ State: 'excluded', Reason, Until: later(1).toISOString() })
})

test('an account that moves into a unit that is left out is excluded, and swept again when it leaves', () => {
  const scope = { ...SCOPE, excludeOrganizationalUnits: ['ou-2'] }
  const moved = listed(0, { path: `o-exampleorgid/r-1/ou-2/${id(0)}/` })
  const away = updateAccounts(rosterOf(TEN), [moved, ...TEN.slice(1)], scope, later(1)).accounts
  expect(away.get(id(0))?.State).toBe('excluded')
  expect(updateAccounts(away, TEN, scope, later(2)).accounts.get(id(0))?.State).toBe('swept')
})

test('an account that is missing is retired after three listings and a day, not sooner', () => {
  let roster = rosterOf(TEN)
  const listAt = (hours: number, accounts = TEN.slice(1)) => {
    const { accounts: updated, problem } = updateAccounts(roster, accounts, SCOPE, later(hours))
    roster = updated
    return [problem, roster.get(id(0))?.State]
  }
  for (const hours of [1, 2, 3, 24]) expect(listAt(hours)).toEqual([undefined, 'swept'])
  expect(listAt(25)).toEqual([undefined, 'retired'])
  expect(roster.get(id(0))?.Reason).toBe(`gone: missing from 5 listings since ${later(1).toISOString()}`)
  expect(listAt(26, TEN)).toEqual([undefined, 'swept'])
  expect(listAt(27)).toEqual([undefined, 'swept'])
  expect(listAt(60)).toEqual([undefined, 'swept']) // two listings, however far apart
  expect(listAt(61)).toEqual([undefined, 'retired'])
})

test('an account that is found again begins to be missing anew', () => {
  let roster = rosterOf(TEN)
  for (const [hours, accounts] of [
    [1, TEN.slice(1)],
    [20, TEN],
    [26, TEN.slice(1)],
    [27, TEN.slice(1)],
  ] as const)
    roster = updateAccounts(roster, accounts, SCOPE, later(hours)).accounts
  expect(roster.get(id(0))).toMatchObject({ State: 'swept', MissingListings: 2 })
})

test.each([3, 9])(
  'if %i of ten accounts are missing at once nobody is retired, ever, but new ones join',
  (count) => {
    let roster = rosterOf(TEN)
    for (const hours of [1, 2, 3, 30, 31, 32]) {
      const { accounts, problem } = updateAccounts(
        roster,
        [...TEN.slice(count), listed(77)],
        SCOPE,
        later(hours),
      )
      expect(problem).toMatch(
        new RegExp(`^${count} of 1[01] accounts are missing from the listing, such as ${id(0)}`),
      )
      roster = accounts
    }
    expect(Object.values(states(roster))).toEqual(Array(11).fill('swept'))
  },
)

test('accounts that the configuration leaves out are not missed', () => {
  const scope = { ...SCOPE, excludeAccounts: TEN.slice(0, 5).map(({ accountId }) => accountId) }
  const { problem } = updateAccounts(rosterOf(TEN, scope), TEN.slice(5), scope, later(1))
  expect(problem).toBeUndefined()
})

test('accounts that left at once are excluded when the configuration names them, and the listing is believed again', () => {
  const left = TEN.slice(0, 5).map(({ accountId }) => accountId)
  const stay = TEN.slice(5)
  expect(updateAccounts(rosterOf(TEN), stay, SCOPE, later(1)).problem).toMatch(/^5 of 10 /)
  for (const change of [
    { excludeAccounts: left },
    { includeAccounts: stay.map(({ accountId }) => accountId) },
    { excludeOrganizationalUnits: ['ou-gone'] },
  ]) {
    const path = 'o-exampleorgid/r-1/ou-gone/'
    const before = rosterOf([...TEN.slice(0, 5).map((one) => ({ ...one, path })), ...stay])
    const { accounts, problem } = updateAccounts(before, stay, { ...SCOPE, ...change }, later(1))
    expect(problem).toBeUndefined()
    for (const one of left)
      expect(accounts.get(one)).toMatchObject({ State: 'excluded', Until: later(1).toISOString() })
    expect(Object.values(states(accounts)).filter((state) => state === 'swept')).toHaveLength(5)
  }
})

test('without an organization the own account is swept, and those of an earlier one are excluded', () => {
  const roster = withoutOrganization(rosterOf(TEN), id(3), later(1))
  expect(roster.get(id(3))?.State).toBe('swept')
  expect(roster.get(id(4))).toMatchObject({ State: 'excluded', Reason: 'no organizationId' })
  expect(withoutOrganization(new Map(), id(3), NOW).get(id(3))).toMatchObject({ State: 'swept', Regions: {} })
})

describe('regions', () => {
  const [account = {} as RosterAccount] = rosterOf([listed(1)]).values()
  const regions = (
    statuses: Record<string, string>,
    scope: Partial<Scope> = {},
    before = account,
    hours = 1,
  ) => updateRegions(before, new Map(Object.entries(statuses)), { ...SCOPE, ...scope }, later(hours))
  const stateOf = ({ Regions }: RosterAccount) =>
    Object.fromEntries(Object.entries(Regions).map(([name, { State }]) => [name, State]))
  const ALL = {
    ...{ 'us-east-1': 'ENABLED_BY_DEFAULT', 'eu-south-1': 'ENABLED', 'me-south-1': 'DISABLED' },
    ...{ 'ap-east-1': 'ENABLING', 'af-south-1': 'DISABLING', 'xx-new-1': 'ONE_OF_TOMORROW' },
  }

  test('every region is swept but those that are disabled', () => {
    expect(stateOf(regions(ALL))).toEqual({
      ...{ 'us-east-1': 'swept', 'eu-south-1': 'swept', 'ap-east-1': 'swept' },
      ...{ 'af-south-1': 'swept', 'xx-new-1': 'swept' },
    })
  })

  test('a region that is disabled later is retired until it is enabled again', () => {
    const disabled = { ...ALL, 'eu-south-1': 'DISABLED' }
    const gone = regions(disabled, {}, regions(ALL), 2)
    const entry = { State: 'retired', Reason: 'DISABLED', Until: later(2).toISOString() }
    expect(gone.Regions['eu-south-1']).toMatchObject(entry)
    expect(regions({}, {}, gone, 3).Regions['eu-south-1']).toMatchObject(entry) // nothing new is known
    expect(regions(ALL, {}, gone, 4).Regions['eu-south-1']).toMatchObject({
      State: 'swept',
      Until: undefined,
    })
  })

  test('a region that is left out is in the roster, with the reason', () => {
    expect(regions(ALL, { excludeRegions: ['us-east-1'] }).Regions['us-east-1']).toMatchObject({
      ...{ State: 'excluded', Reason: 'excludeRegions' },
    })
    expect(regions({}, { regions: ['us-east-1'] }, regions(ALL), 2).Regions['eu-south-1']).toMatchObject({
      ...{ State: 'excluded', Reason: 'not in regions' },
    })
  })

  test('of the regions that are given, each is swept, listed or not', () => {
    expect(stateOf(regions({}, { regions: ['us-east-1', 'eu-west-1'] }))).toEqual({
      ...{ 'us-east-1': 'swept', 'eu-west-1': 'swept' },
    })
  })

  test('whatever is no longer swept keeps when it was complete last, until it is swept again', () => {
    const before = regions(ALL)
    const LastCompleteAt = later(1).toISOString()
    const known = new Map([[`${id(1)}/us-east-1`, { LastCompleteAt }]])
    const retired = withLastComplete({ ...before, State: 'retired' }, before, known)
    expect(retired.Regions['us-east-1']).toMatchObject({ State: 'swept', LastCompleteAt })
    expect(retired.Regions['ap-east-1']?.LastCompleteAt).toBeUndefined()
    expect(withLastComplete(retired, retired, new Map())).toEqual(retired)
    expect(withLastComplete({ ...retired, State: 'swept' }, retired, new Map())).toEqual(before)
    const disabled = regions({ 'us-east-1': 'DISABLED' }, {}, before)
    expect(withLastComplete(disabled, before, known).Regions['us-east-1']?.LastCompleteAt).toBe(
      LastCompleteAt,
    )
  })
})
