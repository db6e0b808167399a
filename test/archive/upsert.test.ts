import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Observation } from '../../archive/to-record'
import { UpsertError, type UpsertOptions, upsert } from '../../archive/upsert'
import { noonPlus, observe, outcomesOf, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const store = async (observations: readonly Observation[], options?: UpsertOptions) =>
  outcomesOf(await upsert(stage.sessions, observations, options))
const record = () => stage.record('s')
const session = (Reason: string) => ({ SessionId: 's', Reason })
const open = { SessionId: 's', Status: 'Connected', StartDate: 1582068633.188 }
const ended = { ...open, Status: 'Terminated', EndDate: 1582069847.807 }

test('a session with the same content as before, however written, is not written again', async () => {
  await store([observe({ SessionId: 's', Reason: 'patching', OutputUrl: {} })])
  const before = await record()

  expect(await store([observe({ Reason: 'patching', Details: '', SessionId: 's' }, 60)])).toEqual([
    'unchanged',
  ])

  expect(await record()).toEqual(before)
})

test('a newer content is merged into the record: members that it lacks are kept', async () => {
  await store([observe({ SessionId: 's', Reason: 'patching', StartDate: 1582068633.188 })])

  const newer = observe({ SessionId: 's', Status: 'Failed', EndDate: 1582068634.5 }, 60)
  expect(await store([newer], { retentionDays: 31 })).toEqual(['updated'])

  expect(await record()).toMatchObject({
    Reason: 'patching',
    Status: 'Failed',
    StartDate: '2020-02-18T23:30:33.188Z',
    DurationSeconds: 1.312,
    FirstArchivedAt: noonPlus(1),
    ObservedAt: noonPlus(61),
    Revision: 2,
    ExpiresAt: 1582068635 + 31 * 86_400,
  })
})

test('a new record expires if there is a retention', async () => {
  await store([observe(ended)], { retentionDays: 31 })
  expect(await record()).toHaveProperty('ExpiresAt', 1582069848 + 31 * 86_400)
})

test.each([-60, 0, 1])(
  'a content that was seen %i seconds later, and so may be no newer, never replaces a content',
  async (seconds) => {
    await store([observe(session('as it is'))])
    const before = await record()

    expect(await store([observe(session('as it was'), seconds)])).toEqual(['unchanged'])

    expect(await record()).toEqual(before)
  },
)

test('a session that has ended is never opened again, even if it is seen as open later', async () => {
  await store([observe(ended)])
  const before = await record()

  expect(await store([observe(open, 3600, 'Active')])).toEqual(['unchanged'])

  expect(await record()).toEqual(before)
})

test.each([0, 60])('a session ends even if it was seen as open %i seconds later', async (seconds) => {
  await store([observe(open, seconds, 'Active')])

  expect(await store([observe(ended, 0)])).toEqual(['updated'])

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
    await store([observe(open, 0, 'Active')])
    await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
    if (was === 'given up') await stage.sessions.markEndUnknown('s', SOURCE)

    expect(await store([observe(seen, 180, state)])).toEqual(['updated'])

    const { OpenSource, ...after } = (await record()) ?? {}
    expect(OpenSource).toBe(state === 'Active' ? '111122223333/us-east-1' : undefined)
    expect(after).toMatchObject({ State: state, Status: seen.Status, ObservedAt: noonPlus(181), Revision: 2 })
    for (const name of ['MissingSince', 'LastKnownActiveAt', 'EndUnknown', 'LongSource'])
      expect(after).not.toHaveProperty(name)
  },
)

describe('records of a later version', () => {
  beforeEach(async () => {
    await store([observe(open, 0, 'Active')])
    const update = { UpdateExpression: 'SET SchemaVersion = :two', ExpressionAttributeValues: { ':two': 2 } }
    const TableName = stage.database.sessionsTable
    await stage.database.client.send(new UpdateCommand({ TableName, Key: { SessionId: 's' }, ...update }))
  })

  test.each([false, true])(
    'a record that a later version wrote stays, and what is new is rejected (expected new: %s)',
    async (expectNew) => {
      const before = await record()
      const page = [observe(ended, 60), observe({ SessionId: 't' })]
      const { archived, rejected } = await upsert(stage.sessions, page, { expectNew })
      expect(archived).toMatchObject([{ SessionId: 't' }])
      const reason = expect.stringContaining('NewerSchemaError: session "s": received SchemaVersion 2')
      expect(rejected).toEqual([{ session: ended, reason }])
      expect(await record()).toEqual(before)
    },
  )

  test('a record that a later version wrote is unchanged if nothing is new', async () => {
    expect(await store([observe(open, 60, 'Active')])).toEqual(['unchanged'])
  })
})

test('sessions that cannot be stored are rejected, and the others of the page are archived', async () => {
  const tooLong = { SessionId: 'too long', Details: 'x'.repeat(410_000) }
  const unnamed = { Reason: 'no SessionId' }
  const page = [tooLong, unnamed, { SessionId: 's' }].map((one) => observe(one))
  const { archived, rejected } = await upsert(stage.sessions, page)
  expect(archived).toMatchObject([{ SessionId: 's' }])
  expect(rejected).toEqual([
    { session: unnamed, reason: 'Error: SessionId: received none, expected a string' },
    { session: tooLong, reason: expect.stringContaining('ValidationException: Item size') },
  ])
})

test.each([false, true])(
  'of a session twice on a page, the content that comes last is written, once (expected new: %s)',
  async (expectNew) => {
    const page = [observe(session('first')), observe(session('last'))]
    expect(await store(page, { expectNew })).toEqual(['archived', 'unchanged'])
    expect(await record()).toMatchObject({ Reason: 'last', Revision: 1 })
    expect(stage.recordWrites()).toBe(1)
  },
)

test('an empty page takes no call', async () => {
  expect(await store([])).toEqual([])
  expect(stage.proxy.calls).toEqual([])
})

test('a write that fails again and again fails the page after all its other sessions are stored', async () => {
  stage.proxy.fault = ({ body }) => (body.Item?.SessionId.S === 's-1' ? 'error' : undefined)
  const page = ['s-0', 's-1', 's-2'].map((SessionId) => observe({ SessionId }))
  const error = await upsert(stage.sessions, page).catch((failure: unknown) => failure)
  if (!(error instanceof UpsertError)) throw new Error(`expected an UpsertError, received ${error}`)
  expect(error.message).toBe(
    'a page of sessions was not stored completely: InternalServerError: Internal server error',
  )
  expect(error.cause).toMatchObject({ name: 'InternalServerError' })
  expect(error.upserted.archived.map(({ SessionId }) => SessionId)).toEqual(['s-0', 's-2'])
  expect(Object.keys(error)).not.toContain('upserted') // or the log of a failed sweep would hold sessions
  expect(new Set((await stage.records()).keys())).toEqual(new Set(['s-0', 's-2']))
})

test('25 sessions of a page are written at a time', async () => {
  let [inFlight, most] = [0, 0]
  stage.client.middlewareStack.add((next) => (args) => {
    most = Math.max(most, ++inFlight)
    return next(args).finally(() => inFlight--)
  })
  await store(Array.from({ length: 27 }, (_, n) => observe({ SessionId: `s-${n}` })))
  expect(most).toBe(25)
})

test('of three upserts of a session at the same time, one archives it', async () => {
  const outcomes = await Promise.all([{}, {}, { expectNew: true }].map((how) => store([observe(open)], how)))
  expect(outcomes.flat().sort()).toEqual(['archived', 'unchanged', 'unchanged'])
})
