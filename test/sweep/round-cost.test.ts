import { type Source, sourceKey } from '../../archive/source'
import { sweepPlanned } from '../../sweep/sweep-planned'
import { scan } from '../support/clients'
import type { DatabaseCall } from '../support/database-proxy'
import { BANK, HOME, SHOP, useOrganization } from '../support/organization-stage'
import { HOUR } from '../support/times'

const stage = useOrganization()
const REGIONS = ['ap-south-1', 'eu-central-1', 'eu-west-1', 'us-east-1', 'us-east-2', 'us-west-2']
const REGION_STATES = Object.fromEntries(REGIONS.map((region) => [region, 'ENABLED' as const]))

/** A round's calls of the database, and what AWS was asked meanwhile. */
async function costOf(round: () => Promise<unknown>) {
  const { proxy, emulator } = stage
  const before = counts()
  proxy.calls.length = 0
  await round()
  const after = counts()
  return {
    calls: [...proxy.calls],
    ofAws: Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)])),
  }

  function counts(): Record<string, number> {
    const { calls } = emulator
    const other = (operation: 'AssumeRole' | 'ListAccounts' | 'ListRegions' | 'LookupEvents') =>
      calls.countOther({ operation })
    return {
      DescribeSessions: calls.count(),
      AssumeRole: other('AssumeRole'),
      ListAccounts: other('ListAccounts'),
      ListRegions: other('ListRegions'),
      LookupEvents: other('LookupEvents'),
    }
  }
}

/** How often each operation was called, `STATE` and `ROSTER` being keys. */
function tally(calls: readonly DatabaseCall[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { operation, body } of calls) {
    const key = operation === 'Query' ? (body.IndexName ?? 'ROSTER') : partOf(body)
    const name = operation === 'BatchGetItem' ? operation : `${operation} ${key}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** What kind of item a call is about. */
// biome-ignore lint/suspicious/noExplicitAny: the request of any operation
function partOf({ Item, Key }: any): string {
  const { Source, ItemId } = Item ?? Key ?? {}
  if (Source?.S === 'ROUNDS' || Source?.S === 'ROSTER') return Source.S
  return ItemId?.S === 'STATE' ? 'STATE' : 'receipt'
}

/** Keys that a read asks for; each is half a unit if it is eventually consistent and the item has less than 4 KB. */
function keysRead(calls: readonly DatabaseCall[]) {
  return calls
    .filter(({ operation }) => operation === 'BatchGetItem')
    .flatMap(({ body }) =>
      Object.values<{ Keys: object[]; ConsistentRead: boolean }>(body.RequestItems).flatMap(
        ({ Keys, ConsistentRead }) => Keys.map((key) => ({ key: JSON.stringify(key), ConsistentRead })),
      ),
    )
}

test.each([3, 21])(
  'a round in which nothing is due reads half a unit per source, and the roster: %d accounts',
  async (accounts) => {
    for (let n = 3; n < accounts; n++) stage.organization.add({ id: String(333300000000 + n) })
    for (const { id } of stage.organization.accounts()) stage.organization.account(id).regions = REGION_STATES
    await stage.round()
    const { calls, ofAws } = await costOf(() => stage.round())
    const sources = accounts * REGIONS.length
    const keys = keysRead(calls)
    expect(keys).toHaveLength(sources)
    expect(new Set(keys.map(({ key }) => key)).size).toBe(sources)
    expect(keys.filter(({ ConsistentRead }) => ConsistentRead)).toEqual([])
    expect(tally(calls)).toEqual({
      'Query ROSTER': 1,
      BatchGetItem: Math.ceil(sources / 100),
      ...{ 'PutItem ROSTER': 1, 'PutItem ROUNDS': 1 }, // about the listing; no account has changed
    })
    // Organizations lists 20 accounts per page.
    const pages = Math.ceil(accounts / 20)
    expect(ofAws).toEqual({
      DescribeSessions: 0,
      AssumeRole: 0,
      ListAccounts: pages,
      ListRegions: 0,
      LookupEvents: 0,
    })
  },
)

test('a sweep of a quiet source costs two list calls, two writes, and at most two read units', async () => {
  await stage.round()
  const { calls, ofAws } = await costOf(() => stage.roundAfter(20, { quietMs: 12 * HOUR }))
  const sweeps = 6
  expect(tally(calls)).toEqual({
    ...{ 'Query ROSTER': 1, BatchGetItem: 1, 'PutItem ROSTER': 1, 'PutItem ROUNDS': 1 }, // of the round
    ...{ 'GetItem STATE': sweeps, 'Query OpenSessions': sweeps }, // a unit, and half a unit
    ...{ 'PutItem receipt': sweeps, 'UpdateItem STATE': sweeps },
  })
  for (const { body } of calls.filter(({ operation }) => operation === 'PutItem'))
    if (body.Item.Source.S !== 'ROUNDS') expect(bytesOf(body.Item)).toBeLessThan(700) // a write unit is 1 KB
  const states = (await scan(stage.database.client, 'Sweeps')).filter(({ ItemId }) => ItemId === 'STATE')
  for (const state of states) expect(JSON.stringify(state).length).toBeLessThan(500)
  const consistent = calls.filter(({ body }) => body.ConsistentRead === true)
  expect(consistent.map(({ operation }) => operation)).toEqual(Array(sweeps).fill('GetItem'))
  expect(ofAws).toMatchObject({ DescribeSessions: 2 * sweeps, ListRegions: 0, LookupEvents: 0 })

  const full = await costOf(() => stage.roundAfter(12, { quietMs: 12 * HOUR }))
  expect(full.ofAws).toMatchObject({ DescribeSessions: 2 * sweeps, LookupEvents: 3 * sweeps }) // once a day
})

test('a message reads the roster of its accounts and the states of its sources, and nothing else of the archive', async () => {
  for (let n = 0; n < 40; n++) stage.organization.add({ id: String(333300000000 + n) })
  await stage.round()
  const { sessions, sweeps, clock } = stage
  clock.advance(HOUR)
  const sources = [SHOP, BANK].flatMap((accountId) =>
    ['eu-west-1', 'us-east-1'].map((region) => ({ accountId, region })),
  )
  const access = stage.openAccess()
  const job = { access, sessions, sweeps, now: () => clock.now() }
  const { calls, ofAws } = await costOf(() =>
    sweepPlanned({ plannedAt: clock.now().toISOString(), sources }, job),
  )
  access.close()
  expect(keysRead(calls)).toEqual([
    ...[SHOP, BANK].map((ItemId) => keyOf('ROSTER', ItemId)),
    ...sources.map((source) => keyOf(sourceKey(source), 'STATE')),
  ])
  expect(tally(calls)).toEqual({
    ...{ BatchGetItem: 2, 'GetItem STATE': 4, 'Query OpenSessions': 4 },
    ...{ 'PutItem receipt': 4, 'UpdateItem STATE': 4 },
  })
  expect(ofAws).toMatchObject({ DescribeSessions: 8, AssumeRole: 2, ListAccounts: 0, ListRegions: 0 })
})

test('a role is assumed once per account and round, and regions are listed once per account and day', async () => {
  const day = await costOf(async () => {
    for (let hour = 0; hour < 24; hour++) {
      const { ofAws } = await costOf(() => stage.roundAfter(1))
      expect(ofAws.AssumeRole).toBeLessThanOrEqual(2)
      expect(ofAws.ListAccounts).toBe(1)
    }
  })
  expect(day.ofAws.ListRegions).toBe(3)
  expect((await costOf(() => stage.roundAfter(1))).ofAws.ListRegions).toBe(3)
  const { calls } = stage.emulator
  expect(calls.countOther({ operation: 'AssumeRole', accountId: HOME.accountId })).toBe(0)
})

test('the sources that are sent are in order of their accounts, so that few messages need the same role', async () => {
  for (let n = 0; n < 20; n++)
    stage.organization.add({ id: String(333300000000 + n), regions: REGION_STATES })
  const sent: string[] = []
  const queue = {
    inPlace: 10,
    send: async (sources: readonly Source[]) => {
      sent.push(...sources.map(sourceKey))
      return []
    },
  }
  await stage.round()
  await stage.roundAfter(30, queue)
  expect(sent.length).toBeGreaterThan(100)
  expect(sent).toEqual([...sent].sort())
})

test('a role is assumed one turn before it is needed, so that no source waits for it', async () => {
  const others = Array.from({ length: 20 }, (_, n) => String(333300000000 + n))
  for (const id of others) stage.organization.add({ id })
  await stage.round()
  stage.clock.advance(HOUR)
  const { sessions, sweeps, clock, organization, emulator } = stage
  const access = stage.openAccess()
  const sources = others.map((accountId) => ({ accountId, region: 'us-east-1' }))
  const before = emulator.calls.countOther({ operation: 'AssumeRole' })
  const roles = () => emulator.calls.countOther({ operation: 'AssumeRole' }) - before
  const rolesThen: number[] = []
  // The first source is slow: its second list call comes when the other fifteen have begun long ago.
  Object.assign(organization.sourceFaults(others[0] ?? '', 'us-east-1'), {
    latencyMs: 100,
    script: () => rolesThen.push(roles()) && undefined,
  })
  for (const accountId of others.slice(1, 16))
    organization.sourceFaults(accountId, 'us-east-1').latencyMs = 400
  await sweepPlanned(
    { plannedAt: clock.now().toISOString(), sources },
    { access, sessions, sweeps, now: () => clock.now() },
  )
  access.close()
  expect(rolesThen[1]).toBe(20)
  expect(roles()).toBe(20)
})

/** As DynamoDB counts: names and values, nothing around them. */
function bytesOf(item: Record<string, Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    const [text] = Object.values(value)
    return sum + name.length + (typeof text === 'string' ? text : JSON.stringify(text)).length
  }, 0)
}

function keyOf(source: string, itemId: string) {
  const key = JSON.stringify({ Source: { S: source }, ItemId: { S: itemId } })
  return { key, ConsistentRead: false }
}
