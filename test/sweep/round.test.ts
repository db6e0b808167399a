import { type Source, sourceKey } from '../../archive/source'
import { sweepPlanned, UnknownSourceError } from '../../sweep/sweep-planned'
import { BANK, HOME, SHOP, useOrganization, WHOLE_ORGANIZATION } from '../support/organization-stage'
import { endedSession, endedSessions } from '../support/sessions'
import { daysAgo, HOUR } from '../support/times'

const stage = useOrganization()
const sourcesOf = (...accounts: string[]) =>
  accounts.flatMap((id) => [`${id}/eu-west-1`, `${id}/us-east-1`]).sort()
const ALL = sourcesOf(HOME.accountId, SHOP, BANK)
const addSessions = (account: string, region: string, ...ids: string[]) =>
  stage.organization.world(account, region).add(ids.map((SessionId) => endedSession({ SessionId })))
const planned = (sources: readonly Source[], plannedAt = new Date()) => {
  const { sessions, sweeps, clock } = stage
  const access = stage.openAccess()
  const job = { access, sessions, sweeps, now: () => clock.now() }
  return sweepPlanned({ plannedAt: plannedAt.toISOString(), sources }, job).finally(() => access.close())
}

test('the first round sweeps every account and region, each with its own receipt', async () => {
  addSessions(SHOP, 'eu-west-1', 'shop-1', 'shop-2')
  addSessions(BANK, 'us-east-1', 'bank-1')
  addSessions(HOME.accountId, 'us-east-1', 'own-1')
  const { receipt, receipts } = await stage.round()
  expect(receipts.map(({ Source, Outcome }) => `${Source} ${Outcome}`).sort()).toEqual(
    ALL.map((source) => `${source} complete`),
  )
  expect(receipt).toMatchObject({
    ...{ Source: 'ROUNDS', Accounts: 3, Sources: 6, Due: 6, Sent: 0, Left: 0, Outcomes: { complete: 6 } },
    ...{ SourcesLate: 0, SourcesUnreachable: 0, SourcesDenied: 0, RosterAge: 0 },
    DaysUntilLoss: expect.closeTo(30, 1),
  })
  const records = await stage.records()
  expect(
    records
      .map(({ SessionId, AccountId, AccountName, Region }) => [SessionId, AccountId, AccountName, Region])
      .sort(),
  ).toEqual([
    ['bank-1', BANK, 'Bank', 'us-east-1'],
    ['own-1', HOME.accountId, 'Audit', 'us-east-1'],
    ['shop-1', SHOP, 'Shop', 'eu-west-1'],
    ['shop-2', SHOP, 'Shop', 'eu-west-1'],
  ])
})

test('quiet sources are swept once a day, those with a session in the last week in every round', async () => {
  addSessions(SHOP, 'eu-west-1', 'busy')
  await stage.round()
  const due: string[] = []
  for (let hour = 1; hour <= 48; hour++)
    due.push(...(await stage.roundAfter(1)).receipts.map(({ Source }) => Source))
  expect(due.filter((source) => source === `${SHOP}/eu-west-1`)).toHaveLength(48)
  for (const source of ALL.filter((one) => one !== `${SHOP}/eu-west-1`)) {
    const times = due.filter((one) => one === source).length
    expect(times).toBeGreaterThanOrEqual(2)
    expect(times).toBeLessThanOrEqual(3)
  }
})

test('a duplicate event makes a round that sweeps nothing', async () => {
  await stage.round()
  stage.proxy.calls.length = 0
  expect((await stage.round()).receipt).toMatchObject({ Due: 0, Outcomes: {} })
  const written = stage.proxy.calls.filter(({ operation }) => operation === 'PutItem')
  expect(written.map(({ body }) => body.Item.ItemId.S)).toEqual(['LISTING', expect.stringContaining('Z-')])
})

test('a role is assumed once per account and round, and never for the own account', async () => {
  await stage.round()
  const { calls } = stage.emulator
  expect(
    [SHOP, BANK, HOME.accountId].map((accountId) => calls.countOther({ operation: 'AssumeRole', accountId })),
  ).toEqual([1, 1, 0])
})

describe('what an account can suffer does not touch another', () => {
  const completeElsewhere = async (account: string) => {
    const others = [HOME.accountId, SHOP, BANK].filter((id) => id !== account)
    for (const source of sourcesOf(...others)) expect((await stage.outcomes(source)).at(-1)).toBe('complete')
  }

  test('without a role it is unreachable, has one source, and is swept in whole as soon as the role is there', async () => {
    const { faults } = stage.organization.account(BANK)
    faults.assumeRole = 'no role'
    const { receipt } = await stage.round()
    expect(receipt).toMatchObject({ Sources: 5, SourcesUnreachable: 1, DaysUntilLoss: 0, SourcesLate: 1 })
    expect(receipt.Worst[0]).toMatchObject({ Source: `${BANK}/us-east-1`, Outcome: 'unreachable' })
    expect(await stage.account(BANK)).toMatchObject({
      RegionsProblem: expect.stringMatching(
        /^UnreachableError: arn:aws:iam::222200000002:role\/session-archive-reader: AccessDenied: /,
      ),
    })
    await completeElsewhere(BANK)
    faults.assumeRole = undefined
    expect((await stage.roundAfter(1)).receipt).toMatchObject({
      Sources: 6,
      SourcesUnreachable: 0,
      SourcesLate: 0,
    })
    for (const source of sourcesOf(BANK)) expect((await stage.outcomes(source)).at(-1)).toBe('complete')
    expect(await stage.account(BANK)).not.toHaveProperty('RegionsProblem')
  })

  test('a role that turns out to be another account’s is not used', async () => {
    stage.organization.account(BANK).faults.assumeRole = 'wrong account'
    addSessions(SHOP, 'us-east-1', 'shop-1')
    expect((await stage.round()).receipt).toMatchObject({ SourcesUnreachable: 1 })
    const error = (await stage.account(BANK))?.RegionsProblem
    expect(error).toMatch(/received a role of account \d+, expected one of 222200000002/)
    for (const { AccountId } of await stage.records()) expect(AccountId).toBe(SHOP)
  })

  test('where STS is switched off, the role is assumed in us-east-1', async () => {
    stage.organization.account(BANK).faults.stsDisabledIn = ['eu-west-1']
    const home = { ...HOME, region: 'eu-west-1' }
    const access = stage.openAccess()
    Object.assign(access.options, { home })
    const { receipt } = await stage.round({ access, home })
    access.close()
    expect(receipt).toMatchObject({ Outcomes: { complete: 6 } })
    const { calls } = stage.emulator
    expect(calls.countOther({ operation: 'AssumeRole', accountId: BANK, region: 'eu-west-1' })).toBe(1)
    expect(calls.countOther({ operation: 'AssumeRole', accountId: BANK, region: 'us-east-1' })).toBe(1)
  })

  test('a policy that denies DescribeSessions in one region is said so, and the other region is complete', async () => {
    stage.organization.sourceFaults(BANK, 'us-east-1').script = () => 'deny'
    expect((await stage.round()).receipt).toMatchObject({
      SourcesDenied: 1,
      Outcomes: { complete: 5, denied: 1 },
    })
    await completeElsewhere(BANK)
    expect(await stage.outcomes(`${BANK}/eu-west-1`)).toEqual(['complete'])
  })

  test('if it denies to list its regions, it is swept in those of the own account, and counts as denied', async () => {
    stage.organization.account(BANK).faults.listRegions = 'deny'
    expect((await stage.round()).receipt).toMatchObject({ SourcesDenied: 1, Outcomes: { complete: 6 } })
    expect(await stage.account(BANK)).toMatchObject({
      RegionsProblem: expect.stringContaining('AccessDenied'),
    })
  })

  test('if it had no role when it joined, and then denies to list its regions, it is swept in those of the own account', async () => {
    const { faults } = stage.organization.account(BANK)
    Object.assign(faults, { assumeRole: 'no role', listRegions: 'deny' })
    await stage.round()
    faults.assumeRole = undefined
    await stage.roundAfter(1)
    for (const source of sourcesOf(BANK)) expect((await stage.outcomes(source)).at(-1)).toBe('complete')
  })

  test('if its regions are never listed, the round goes on in time, and it is swept in those of the own account', async () => {
    let calls = 0
    const neverAfterTheRole = { get: () => (calls++ === 0 ? 0 : 60_000) }
    Object.defineProperty(stage.organization.account(BANK).faults, 'latencyMs', neverAfterTheRole)
    expect((await stage.round({ listingMs: 300 })).receipt).toMatchObject({ Outcomes: { complete: 6 } })
    expect(await stage.account(BANK)).toMatchObject({
      RegionsProblem: 'Error: there was no answer in time: 0.3 seconds for all',
    })
  })

  test('a region that was disabled since the regions were listed is disabled, then retired with its last coverage', async () => {
    const { receipts } = await stage.round()
    const { CoversUntil } = receipts.find(({ Source }) => Source === `${BANK}/eu-west-1`) ?? {}
    stage.organization.account(BANK).regions = { 'us-east-1': 'ENABLED', 'eu-west-1': 'DISABLED' }
    for (let hour = 0; hour < 26; hour++) await stage.roundAfter(1)
    expect(await stage.outcomes(`${BANK}/eu-west-1`)).not.toContain('failed')
    expect((await stage.account(BANK))?.Regions['eu-west-1']).toMatchObject({
      State: 'retired',
      Reason: 'DISABLED',
      LastCompleteAt: expect.any(String),
    })
    expect(Date.parse(CoversUntil ?? '')).toBeLessThanOrEqual(
      Date.parse((await stage.account(BANK))?.Regions['eu-west-1']?.LastCompleteAt ?? ''),
    )
  })

  test('if it cannot be written to the roster, that is told, and it is swept as the roster has it', async () => {
    stage.proxy.fault = ({ operation, body }) =>
      operation === 'PutItem' && body.Item.Source.S === 'ROSTER' && body.Item.ItemId.S === BANK
        ? { type: 'ValidationException', message: 'no' }
        : undefined
    const message = `${BANK} was not written to the roster: ValidationException: no`
    expect((await stage.round()).unwritten.map((error) => error.message)).toEqual([message])
    await completeElsewhere(BANK)
    expect(await stage.outcomes(`${BANK}/us-east-1`)).toEqual([])
    stage.proxy.fault = () => undefined
    expect((await stage.roundAfter(1)).unwritten).toEqual([])
    expect(await stage.outcomes(`${BANK}/us-east-1`)).toEqual(['complete'])
  })

  test('throttling, errors and slowness of one source leave the others complete', async () => {
    stage.organization.sourceFaults(BANK, 'us-east-1').script = () => 'throttle'
    stage.organization.sourceFaults(BANK, 'eu-west-1').script = () => 'error'
    expect((await stage.round()).receipt).toMatchObject({
      Outcomes: { complete: 4, failed: 2 },
      SourcesLate: 2,
    })
    await completeElsewhere(BANK)
  })
})

test('a failing source is tried less often, and is late after 25 hours', async () => {
  await stage.round()
  stage.organization.sourceFaults(SHOP, 'us-east-1').script = () => 'error'
  const rounds = []
  for (let hour = 0; hour < 50; hour++) rounds.push((await stage.roundAfter(1)).receipt)
  const tries = (await stage.outcomes(`${SHOP}/us-east-1`)).filter((outcome) => outcome === 'failed').length
  expect(tries).toBeGreaterThan(6)
  expect(tries).toBeLessThan(13)
  expect(rounds[23]?.SourcesLate).toBe(0)
  expect(rounds[25]).toMatchObject({
    SourcesLate: 1,
    Worst: [{ Source: `${SHOP}/us-east-1` }, {}, {}, {}, {}, {}],
  })
  expect(rounds[25]?.DaysUntilLoss).toBeCloseTo(30 - 26 / 24, 1)
})

describe('a listing of accounts', () => {
  test.each(['deny', 'throttle', 'error', 'repeat-token'] as const)(
    'that fails (%s) retires nobody, ages the roster, and every known account is swept',
    async (fault) => {
      await stage.round()
      stage.organization.faults.listAccounts =
        fault === 'repeat-token' ? (call) => (call % 2 ? fault : 'empty-page') : fault
      for (let hour = 0; hour < 26; hour++) await stage.roundAfter(1)
      const { receipt } = await stage.roundAfter(1)
      expect(receipt).toMatchObject({ Sources: 6, SourcesLate: 0, RosterProblem: expect.any(String) })
      expect(receipt.RosterAge).toBeCloseTo(27, 1)
    },
  )

  test('that has no end fails in time, and what is known is swept, but for what is excluded since', async () => {
    await stage.round()
    stage.organization.faults.listAccounts = () => 'empty-page'
    const scope = { ...WHOLE_ORGANIZATION, excludeAccounts: [BANK] }
    expect((await stage.roundAfter(30, { listingMs: 500, scope })).receipt).toMatchObject({
      ...{ Accounts: 2, Outcomes: { complete: 4 } },
      RosterProblem: 'Error: there was no answer in time: 0.5 seconds for all',
    })
  })

  test('that never worked leaves the own account, which is swept', async () => {
    stage.organization.faults.listAccounts = 'deny'
    const { receipt } = await stage.round()
    expect(receipt).toMatchObject({
      Accounts: 1,
      Outcomes: { complete: 2 },
      RosterProblem: expect.stringContaining('AccessDenied'),
    })
    expect(receipt).not.toHaveProperty('RosterAge')
  })

  test('that lacks the own account is not whole', async () => {
    await stage.round()
    stage.organization.account(HOME.accountId).faults.unlisted = true
    const { receipt } = await stage.roundAfter(30)
    expect(receipt).toMatchObject({
      ...{ Accounts: 3, Outcomes: { complete: 6 } },
      RosterProblem: 'Error: ListAccounts: received 2 accounts, expected 111122223333 among them',
    })
    expect(receipt.RosterAge).toBeCloseTo(30, 1)
  })

  test('with empty pages is read to its end', async () => {
    stage.organization.faults.listAccounts = (call) => (call < 4 ? 'empty-page' : undefined)
    expect((await stage.round()).receipt).toMatchObject({ Accounts: 3 })
  })

  test('that ends early retires nobody', async () => {
    for (let n = 10; n < 60; n++) stage.organization.add({ id: `2222000000${n}` })
    await stage.round()
    stage.organization.faults.listAccounts = 'end-early'
    for (let hour = 0; hour < 30; hour++) await stage.roundAfter(1)
    const { receipt } = await stage.roundAfter(1)
    expect(receipt).toMatchObject({
      Accounts: 53,
      RosterProblem: expect.stringMatching(
        /^33 of 53 accounts are missing from the listing, such as \d{12}: none is retired$/,
      ),
    })
    expect(receipt.RosterAge).toBeCloseTo(31, 1)
  })

  test('finds a new account within a round, and an account that closes is retired with its last coverage', async () => {
    await stage.round()
    stage.organization.add({ id: '222200000003', name: 'New' })
    stage.organization.account(BANK).state = 'SUSPENDED'
    const { receipt } = await stage.roundAfter(1)
    expect(await stage.outcomes('222200000003/us-east-1')).toEqual(['complete'])
    expect(receipt).toMatchObject({ Accounts: 3, SourcesLate: 0 })
    expect(await stage.account(BANK)).toMatchObject({
      ...{ State: 'retired', Reason: 'SUSPENDED' },
      Regions: {
        'us-east-1': { LastCompleteAt: expect.any(String) },
        'eu-west-1': { LastCompleteAt: expect.any(String) },
      },
    })
    stage.organization.account(BANK).state = 'ACTIVE'
    await stage.roundAfter(1)
    expect((await stage.account(BANK))?.Regions['us-east-1']).not.toHaveProperty('LastCompleteAt')
    for (let hour = 0; hour < 25; hour++) await stage.roundAfter(1)
    expect((await stage.outcomes(`${BANK}/us-east-1`)).length).toBeGreaterThan(1)
  })
})

test('without an organization the own account is swept in all of its regions, and nobody is asked for others', async () => {
  const { receipt } = await stage.round({ scope: { ...WHOLE_ORGANIZATION, organizationId: undefined } })
  expect(receipt).toMatchObject({ Accounts: 1, Outcomes: { complete: 2 }, RosterAge: 0 })
  const { calls } = stage.emulator
  expect([
    calls.countOther({ operation: 'ListAccounts' }),
    calls.countOther({ operation: 'AssumeRole' }),
  ]).toEqual([0, 0])
  stage.organization.account(HOME.accountId).faults.listRegions = 'deny'
  const later = await stage.roundAfter(30, { scope: { ...WHOLE_ORGANIZATION, organizationId: undefined } })
  expect(later.receipt).toMatchObject({ Outcomes: { complete: 2 }, SourcesDenied: 1 })
  expect(later.receipt.RosterAge).toBeCloseTo(30, 1)
})

describe('beside a queue', () => {
  const sent: Source[] = []
  const queue = {
    inPlace: 4,
    send: async (sources: readonly Source[]) => {
      sent.push(...sources)
      return []
    },
  }
  beforeEach(() => sent.splice(0))

  test('a round sweeps a few sources itself and sends the rest; those that waited longest first', async () => {
    const { receipt, receipts } = await stage.round(queue)
    expect(receipt).toMatchObject({ Due: 6, Sent: 2, Left: 0, Outcomes: { complete: 4 } })
    const here = receipts.map(({ Source }) => Source)
    const sentKeys = sent.map(sourceKey)
    expect([...here, ...sentKeys].sort()).toEqual(ALL)
    const next = await stage.roundAfter(1, queue)
    expect(next.receipts.map(({ Source }) => Source)).toEqual(expect.arrayContaining(sentKeys))
  })

  test('if no message arrives, every source has its turn all the same', async () => {
    for (const source of ALL) {
      const [account = '', region = ''] = source.split('/')
      addSessions(account, region, `s-${source}`)
    }
    const lost = { ...queue, inPlace: 2 }
    for (let hour = 0; hour < 3; hour++) await stage.roundAfter(1, lost)
    for (const source of ALL) expect(await stage.outcomes(source)).toEqual(['complete'])
  })

  test('what the queue does not take is swept here', async () => {
    const { receipt, unsent } = await stage.round({ ...queue, send: async (sources) => sources })
    expect(receipt).toMatchObject({ Due: 6, Sent: 0, Left: 0, Outcomes: { complete: 6 } })
    expect(unsent).toBe(2)
  })

  test('of what the queue does not take, those that waited longest have the first turn', async () => {
    const regions = Array.from({ length: 20 }, (_, n) => `eu-test-${n + 10}`)
    const enabled = regions.map((region) => [region, 'ENABLED' as const])
    stage.organization.account(SHOP).regions = Object.fromEntries(enabled)
    await stage.round()
    const AttemptedAt = new Date(stage.clock.now().getTime() + HOUR).toISOString()
    const later = regions.slice(0, 4).map((region) => ({ accountId: SHOP, region }))
    for (const source of later) await stage.sweeps.attempted(source, { AttemptedAt, Outcome: 'incomplete' })
    let isOver = false
    const { receipts } = await stage.roundAfter(30, {
      ...{ inPlace: 0, send: async (sources) => sources },
      remainingMs: () => (isOver ? 0 : HOUR),
      onSwept: () => {
        isOver = true
      },
    })
    const swept = receipts.map(({ Source }) => Source)
    for (const source of later) expect(swept).not.toContain(sourceKey(source))
  })

  test('a source that was attempted in the future, by a clock that was wrong, is swept: here first, or by a message', async () => {
    await stage.round()
    const wrong = new Date(stage.clock.now().getTime() + 1000 * HOUR).toISOString()
    const state = { AttemptedAt: wrong, Outcome: 'failed', Failures: 1 } as const
    await stage.sweeps.attempted({ accountId: SHOP, region: 'us-east-1' }, state)
    const { receipts } = await stage.roundAfter(30, { ...queue, inPlace: 1 })
    expect(receipts.map(({ Source }) => Source)).toEqual([`${SHOP}/us-east-1`])
    await stage.sweeps.attempted({ accountId: BANK, region: 'us-east-1' }, state)
    const receiptsOfMessage = await planned([{ accountId: BANK, region: 'us-east-1' }], stage.clock.now())
    expect(receiptsOfMessage).toHaveLength(1)
  })

  test('a message that comes twice or late sweeps nothing again, nor what is retired since', async () => {
    await stage.round(queue)
    const plannedAt = stage.clock.now()
    expect(await planned(sent, plannedAt)).toHaveLength(2)
    expect(await planned(sent, plannedAt)).toEqual([])
    stage.organization.account(sent[0]?.accountId ?? '').state = 'CLOSED'
    await stage.roundAfter(1, queue)
    expect(await planned(sent.slice(0, 1), stage.clock.now())).toEqual([])
  })

  test('a message that names a source outside of the roster is refused as a whole', async () => {
    await stage.round()
    const before = stage.emulator.calls.count()
    stage.proxy.calls.length = 0
    const refused = async (accountId: string, region: string) => {
      const later = new Date(stage.clock.now().getTime() + HOUR)
      return expect(planned([HOME, { accountId, region }], later)).rejects
    }
    await (await refused('999999999999', 'us-east-1')).toThrow(
      new UnknownSourceError('received the source 999999999999/us-east-1, expected an account of the roster'),
    )
    // it could be there already, and not be shown yet
    expect(stage.proxy.calls.map(({ body }) => body.RequestItems.Sweeps.ConsistentRead)).toEqual([
      false,
      true,
    ])
    await (await refused(SHOP, 'mars-north-1')).toThrow(
      `received the source ${SHOP}/mars-north-1, expected one of eu-west-1, us-east-1`,
    )
    expect(stage.emulator.calls.count()).toBe(before)
  })
})

test('a long history of one source keeps no other from being complete', async () => {
  const old = daysAgo(10)
  stage.organization.world(SHOP, 'us-east-1').add(endedSessions(1_000, {}, old))
  stage.organization.sourceFaults(SHOP, 'us-east-1').latencyMs = 20
  const { receipts } = await stage.round()
  expect(receipts.at(-1)?.Source).toBe(`${SHOP}/us-east-1`)
  expect(receipts.map(({ Outcome }) => Outcome)).toEqual(Array(6).fill('complete'))
})
