import type { SessionsTable } from '../../archive/sessions-table'
import type { Source } from '../../archive/source'
import { type Observation, toRecord } from '../../archive/to-record'
import { UpsertError, upsert } from '../../archive/upsert'
import { noonPlus, type Outcome, observe, outcomesOf, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const store = async (page: Observation | readonly Observation[], expectNew = false, retentionDays?: number) =>
  outcomesOf(await upsert(stage.sessions, [page].flat(), { expectNew, retentionDays }))
const record = () => stage.record('s')
const saw = (Reason: string, secondsAfterNoon = 0) => observe({ SessionId: 's', Reason }, secondsAfterNoon)
const open = { SessionId: 's', Status: 'Connected', StartDate: 1582068633.188 }
const ended = { ...open, Status: 'Terminated', EndDate: 1582069847.807 }
const READ_OR_WRITE_FIRST = [false, true]

test('a session with the same content as before, however written, is not written again', async () => {
  await store(observe({ SessionId: 's', Reason: 'patching', OutputUrl: {} }))
  const before = await record()
  expect(await store(observe({ Reason: 'patching', Details: '', SessionId: 's' }, 60))).toEqual(['unchanged'])
  expect(await record()).toEqual(before)
})

test('a newer content is merged into the record: members that it lacks are kept', async () => {
  await store(observe({ SessionId: 's', Reason: 'patching', StartDate: 1582068633.188, 'odd.name #1': 1 }))
  const newer = observe({ SessionId: 's', Status: 'Failed', EndDate: 1582068634.5, 'odd.name #1': 2 }, 60)
  expect(await store(newer, false, 31)).toEqual(['updated'])
  expect(await record()).toMatchObject({
    Reason: 'patching',
    Status: 'Failed',
    'odd.name #1': 2,
    StartDate: '2020-02-18T23:30:33.188Z',
    DurationSeconds: 1.312,
    FirstArchivedAt: noonPlus(1),
    ObservedAt: noonPlus(61),
    Revision: 2,
    ExpiresAt: 1582068635 + 31 * 86_400,
  })
})

test('a new record expires if there is a retention', async () => {
  await store(observe(ended), false, 31)
  expect(await record()).toHaveProperty('ExpiresAt', 1582069848 + 31 * 86_400)
})

test.each<[string, Observation, Observation]>([
  ['a content seen a minute later', saw('as it is'), saw('as it was', -60)],
  ['a content seen at the same time', saw('as it is'), saw('as it was')],
  ['a content perhaps seen in the same second', saw('as it is'), saw('as it was', 1)],
  ['the end of a session', observe(ended), observe(open, 3600, 'Active')],
])('%s is not replaced by a content that may be older', async (_what, newer, older) => {
  await store(newer)
  const before = await record()
  expect(await store(older)).toEqual(['unchanged'])
  expect(await record()).toEqual(before)
})

describe.each(READ_OR_WRITE_FIRST)('if the archive %s writes first,', (expectNew) => {
  const recovered = (seconds: number) => observe({ ...open, EndDate: 1582069000 }, seconds, 'Recovered')

  test.each([
    ['an open session', observe(open, 0, 'Active')],
    ['an ended one', observe(ended)],
    ['what was recovered before', observe(open, 0, 'Recovered')],
  ])('what is recovered does not replace %s', async (_what, stored) => {
    await store(stored)
    const before = await record()
    expect(await store(recovered(3600), expectNew)).toEqual(['unchanged'])
    expect(await record()).toEqual(before)
  })

  test.each([
    ['an open session', observe(open, -3600, 'Active')],
    ['an ended one', observe(ended, -3600)],
  ])('%s replaces what was recovered, even if it was seen before', async (_what, listed) => {
    await store(recovered(0), false, 31)
    const { Salt, FirstArchivedAt } = (await record()) ?? {}
    expect(await store(listed, expectNew)).toEqual(['updated'])
    expect(await record()).toMatchObject({ State: listed.state, Revision: 2, Salt, FirstArchivedAt })
    const isOver = listed.state === 'History'
    expect((await record())?.EndDate).toBe(isOver ? '2020-02-18T23:50:47.807Z' : undefined)
    for (const gone of ['EndedBefore', 'ExpiresAt']) expect(await record()).not.toHaveProperty(gone)
  })

  test('the person behind a session of ECS stays, whatever is seen later', async () => {
    await store(observe({ ...open, Owner: 'arn:aws:sts::1:assumed-role/Ecs/ecs' }, 0, 'Active'))
    const ExecutedBy = 'arn:aws:iam::111122223333:user/Mary'
    const name = () => stage.sessions.nameExecutor('s', SOURCE, { ExecutedBy, StartEventId: 'e' }, 'sweep')
    expect(await name()).toBe('written')
    expect(await name()).toBe('refused')
    expect(
      await store(observe({ ...ended, Owner: 'arn:aws:sts::1:assumed-role/Ecs/ecs' }, 60), expectNew),
    ).toEqual(['updated'])
    const person = { ExecutedBy, OwnerName: 'Mary', OwnerKey: 'mary', StartEventId: 'e' }
    expect(await record()).toMatchObject({ ...person, State: 'History', Revision: 3 })
  })
})

test('a person who is named while a sweep stores the end of the session stays', async () => {
  await store(observe(open, 0, 'Active'))
  const read = stage.sessions.read.bind(stage.sessions)
  let raced = false
  stage.sessions.read = async (...args) => {
    const stored = await read(...args)
    const facts = { ExecutedBy: 'arn:aws:iam::111122223333:user/Mary' }
    if (!raced) await stage.sessions.nameExecutor('s', SOURCE, facts, 'other')
    raced = true
    return stored
  }
  expect(await store(observe({ ...ended, Owner: 'arn:aws:iam::1:role/ecs' }, 60))).toEqual(['updated'])
  expect(await record()).toMatchObject({ State: 'History', OwnerName: 'Mary', Revision: 3 })
})

test.each([0, 60])('a session ends even if it was seen as open %i seconds later', async (seconds) => {
  await store(observe(open, seconds, 'Active'))
  expect(await store(observe(ended))).toEqual(['updated'])
  expect(await record()).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
  expect(await record()).not.toHaveProperty('OpenSource')
})

test.each([
  ['missing', 'Active', open],
  ['missing', 'History', ended],
  ['given up', 'Active', open],
  ['given up', 'History', ended],
] as const)(
  'a session that is %s and then seen in the list %s has no mark left',
  async (was, state, seen) => {
    await store(observe(open, 0, 'Active'))
    await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
    if (was === 'given up') await stage.sessions.markEndUnknown('s', SOURCE, noonPlus(60))
    expect(await store(observe(seen, 180, state))).toEqual(['updated'])
    const { OpenSource, ...after } = (await record()) ?? {}
    expect(OpenSource).toBe(state === 'Active' ? '111122223333/us-east-1' : undefined)
    const Revision = was === 'given up' ? 4 : 3 // each mark counts
    expect(after).toMatchObject({ State: state, Status: seen.Status, ObservedAt: noonPlus(181), Revision })
    for (const name of ['MissingSince', 'LastKnownActiveAt', 'EndUnknown', 'LongSource'])
      expect(after).not.toHaveProperty(name)
  },
)

test.each(READ_OR_WRITE_FIRST)(
  'a record of a later version stays as it is, and what is new is rejected (expected new: %s)',
  async (expectNew) => {
    await store(observe(open, 0, 'Active'))
    await stage.raiseSchema('s')
    const before = await record()
    expect(await store(observe(open, 60, 'Active'), expectNew)).toEqual(['unchanged'])
    const page = [observe(ended, 60), observe({ SessionId: 't' })]
    const { archived, rejected } = await upsert(stage.sessions, page, { expectNew })
    expect(archived).toMatchObject([{ SessionId: 't' }])
    const reason = expect.stringContaining('NewerSchemaError: session "s": received SchemaVersion 2')
    expect(rejected).toEqual([{ rawJson: JSON.stringify(ended), reason }])
    expect(await record()).toEqual(before)
  },
)

test('sessions that cannot be stored are rejected, and the others of the page are archived', async () => {
  const tooLong = { SessionId: 'too long', Details: 'x'.repeat(410_000) }
  const unnamed = { Reason: 'no SessionId' }
  const page = [tooLong, unnamed, { SessionId: 's' }].map((one) => observe(one))
  const { archived, rejected } = await upsert(stage.sessions, page)
  expect(archived).toMatchObject([{ SessionId: 's' }])
  expect(rejected).toEqual([
    { rawJson: JSON.stringify(unnamed), reason: 'Error: SessionId: received none, expected a string' },
    { rawJson: JSON.stringify(tooLong), reason: expect.stringContaining('ValidationException: Item size') },
  ])
})

test('a session that the database cannot read is rejected, and its page is archived', async () => {
  const refusal = { type: 'SerializationException', message: 'odd text' }
  stage.proxy.fault = ({ body }) => (body.Item?.SessionId.S === 's-1' ? refusal : undefined)
  const outcomes = await store(['s-0', 's-1'].map((SessionId) => observe({ SessionId })))
  expect(outcomes).toEqual(['archived', 'rejected'])
})

test.each(READ_OR_WRITE_FIRST)(
  'of a session twice on a page, the content that comes last is written, once (expected new: %s)',
  async (expectNew) => {
    expect(await store([saw('first'), saw('last')], expectNew)).toEqual(['archived', 'unchanged'])
    expect(await record()).toMatchObject({ Reason: 'last', Revision: 1 })
    expect(stage.recordWrites()).toBe(1)
  },
)

describe('the same SessionId from two sources', () => {
  const other = (source: Partial<Source>, seconds = 60): Observation => ({
    ...saw('forged', seconds),
    source: { ...SOURCE, ...source },
  })

  test.each([
    ['another account', { accountId: '444455556666' }],
    ['another region', { region: 'eu-west-1' }],
  ])('that of %s is rejected, also in a race, and the stored one stays', async (_what, source) => {
    await store(saw('patching'))
    const stored = await stage.record('s')
    for (const expectNew of [false, true]) expect(await store(other(source), expectNew)).toEqual(['rejected'])
    expect(await store(other(source, 0))).toEqual(['rejected']) // with the same time
    expect(await stage.record('s')).toEqual(stored)
    const update = { ...toRecord(other(source, 90)), Revision: 2 }
    const known = { ...update, AccountId: String(stored?.AccountId), Region: String(stored?.Region) }
    expect(await stage.sessions.update(update, noonPlus(90), known)).toBe('refused')
    expect(await stage.record('s')).toEqual(stored)
  })

  test('the reason names both', async () => {
    await store(saw('patching'))
    const { rejected } = await upsert(stage.sessions, [other({ accountId: '444455556666' })])
    expect(rejected[0]?.reason).toBe(
      'OtherSourceError: session "s": received one of 444455556666/us-east-1, expected 111122223333/us-east-1, whose session of this id is stored',
    )
  })
})

test('the name of the account is that of the first time, or of the first that knew one', async () => {
  const named = (accountName: string | undefined, seconds: number) => ({
    ...saw(`${seconds}`, seconds),
    accountName,
  })
  for (const [name, seconds, kept] of [
    [undefined, 0],
    ['Shop', 60, 'Shop'],
    ['Store', 120, 'Shop'],
  ] as const) {
    await store(named(name, seconds))
    expect((await stage.record('s'))?.AccountName).toBe(kept)
  }
})

test('an empty page takes no call', async () => {
  expect(await store([])).toEqual([])
  expect(stage.proxy.calls).toEqual([])
})

test.each<[string, boolean, number, number, Outcome, Observation | undefined]>([
  ['new', false, 1, 1, 'archived', undefined],
  ['new', true, 0, 1, 'archived', undefined],
  ['stored as it is', false, 1, 0, 'unchanged', saw('now')],
  ['stored as it is', true, 1, 1, 'unchanged', saw('now')],
  ['stored with an older content', false, 1, 1, 'updated', saw('before')],
  ['stored with an older content', true, 1, 2, 'updated', saw('before')],
  ['stored as open', false, 1, 1, 'updated', observe({ SessionId: 's' }, 60, 'Active')],
  ['stored as open', true, 1, 2, 'updated', observe({ SessionId: 's' }, 60, 'Active')],
  ['stored with a newer content', false, 2, 1, 'unchanged', saw('later', 61)],
  ['stored with a newer content', true, 2, 2, 'unchanged', saw('later', 61)],
])('a session that is %s takes, if expected new is %s, %d reads and %d writes: %s', async (...row) => {
  const [, expectNew, reads, writes, outcome, stored] = row
  if (stored !== undefined) await store(stored)
  stage.proxy.calls.length = 0
  expect(await store(saw('now', 60), expectNew)).toEqual([outcome])
  expect([stage.recordReads(), stage.recordWrites()]).toEqual([reads, writes])
  expect(await record()).toMatchObject({ Reason: outcome === 'unchanged' ? stored?.session.Reason : 'now' })
})

test('a page is read with eventual consistency, a session whose write is refused is not', async () => {
  await store(saw('before'))
  await store(saw('now', 60), true)
  const reads = stage.proxy.calls.filter(({ operation }) => operation === 'BatchGetItem')
  expect(reads.map(({ body }) => body.RequestItems.Sessions.ConsistentRead)).toEqual([false, true])
})

test.each(READ_OR_WRITE_FIRST)(
  'a session whose put has no answer is archived, once (expected new: %s)',
  async (expectNew) => {
    stage.breakFirst('PutItem', 'reset-after')
    expect(await store(saw('now'), expectNew)).toEqual(['archived'])
    expect(await record()).toMatchObject({ Revision: 1 })
    expect([stage.recordWrites(), stage.recordReads()]).toEqual([2, expectNew ? 1 : 2])
  },
)

test('a session whose update has no answer is updated, once', async () => {
  await store(saw('before'))
  stage.breakFirst('UpdateItem', 'reset-after')
  expect(await store(saw('now', 60))).toEqual(['updated'])
  expect(await record()).toMatchObject({ Reason: 'now', Revision: 2 })
})

test.each<[string, Outcome, Observation]>([
  ['another sweep stored the same content', 'unchanged', saw('now')],
  ['another sweep stored an older content', 'updated', saw('before')],
  ['another sweep stored a newer content', 'unchanged', saw('later', 120)],
  ['an earlier page of the sweep had the same content', 'unchanged', { ...saw('now'), sweepId: 'sweep-60' }],
])('after %s, a put that is tried twice makes it %s', async (_what, outcome, other) => {
  await store(other)
  stage.breakFirst('PutItem', 'reset-before')
  expect(await store(saw('now', 60), true)).toEqual([outcome])
  expect(await record()).toMatchObject({ FirstArchivedAt: other.seenUntil })
})

test.each([
  ['another sweep stored another content', saw('later', 120)],
  ['another sweep stored the same content', saw('now', 120)],
  ['the same sweep stored another content', { ...saw('later', 120), sweepId: 'sweep-60' }],
])('after %s, an update that is tried twice does not count', async (_what, newer) => {
  await store(saw('before'))
  const past = await stage.sessions.read(['s'])
  await store(newer)
  const read: SessionsTable['read'] = async (ids, consistent) =>
    consistent ? stage.sessions.read(ids, true) : past // as an eventually consistent read may be
  stage.breakFirst('UpdateItem', 'reset-before')
  const behind: SessionsTable = Object.assign(Object.create(stage.sessions), { read })
  expect(outcomesOf(await upsert(behind, [saw('now', 60)]))).toEqual(['unchanged'])
})

test('a write that fails again and again fails the page after all its other sessions are stored', async () => {
  stage.proxy.fault = ({ body }) => (body.Item?.SessionId.S === 's-1' ? 'error' : undefined)
  const page = ['s-0', 's-1', 's-2'].map((SessionId) => observe({ SessionId }))
  const error = await store(page).catch((failure: unknown) => failure)
  if (!(error instanceof UpsertError)) throw new Error(`expected an UpsertError, received ${error}`)
  const cause = 'InternalServerError: Internal server error'
  expect(error.message).toBe(`a page of sessions was not stored completely: ${cause}`)
  expect(error.cause).toMatchObject({ name: 'InternalServerError' })
  expect(error.upserted.archived.map(({ SessionId }) => SessionId)).toEqual(['s-0', 's-2'])
  expect(Object.keys(error)).not.toContain('upserted') // or the log of a failed sweep would hold sessions
  expect(new Set((await stage.records()).keys())).toEqual(new Set(['s-0', 's-2']))
})

test('50 sessions of all pages are written at a time', async () => {
  let [inFlight, most] = [0, 0]
  stage.client.middlewareStack.add((next) => (args) => {
    most = Math.max(most, ++inFlight)
    return next(args).finally(() => inFlight--)
  })
  const page = (name: string) => Array.from({ length: 30 }, (_, n) => observe({ SessionId: `${name}-${n}` }))
  await Promise.all([store(page('a'), true), store(page('b'), true)])
  expect(most).toBe(50)
})

test('of three upserts of a session at the same time, one archives it', async () => {
  const outcomes = await Promise.all([false, false, true].map((expectNew) => store(observe(open), expectNew)))
  expect(outcomes.flat().sort()).toEqual(['archived', 'unchanged', 'unchanged'])
})
