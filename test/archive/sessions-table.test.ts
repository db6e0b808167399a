import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { upsert } from '../../archive/upsert'
import { noonPlus, observe, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const store = (session: object, state?: 'Active' | 'History') =>
  upsert(stage.sessions, [observe({ SessionId: 's', ...session }, 0, state)])
const record = () => stage.record('s')

test('of a stored session, only what a new content depends on is read', async () => {
  await store({ Reason: 'patching', StartDate: 0 }, 'Active')
  await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
  const stored = await stage.sessions.read(['s', 'unknown'])
  expect([...stored.keys()]).toEqual(['s'])
  expect(stored.get('s')).toEqual({
    SessionId: 's',
    StartDate: '1970-01-01T00:00:00.000Z',
    State: 'Active',
    MissingSince: noonPlus(60),
    FirstArchivedAt: noonPlus(1),
    ObservedAt: noonPlus(1),
    SweepId: 'sweep-0',
    Revision: 1,
    ContentHash: expect.any(String),
    SchemaVersion: 1,
  })
})

test('open sessions are those of the source that have not ended, with or without dates, over all pages', async () => {
  const Details = 'x'.repeat(390_000) // a page of a query holds 1 MB
  const open = ['a', 'b', 'c'].map((SessionId) => observe({ SessionId, Details }, 0, 'Active'))
  const elsewhere = {
    ...observe({ SessionId: 'd' }, 0, 'Active'),
    source: { ...SOURCE, region: 'eu-west-1' },
  }
  await upsert(stage.sessions, [...open, elsewhere, observe({ SessionId: 'e' })])
  await stage.sessions.markMissing('c', noonPlus(60), noonPlus(1))
  const ObservedAt = noonPlus(1)
  expect(await stage.sessions.openSessions(SOURCE)).toEqual([
    { SessionId: 'a', ObservedAt },
    { SessionId: 'b', ObservedAt },
    { SessionId: 'c', ObservedAt, MissingSince: noonPlus(60) },
  ])
  expect(stage.proxy.calls.filter(({ operation }) => operation === 'Query').length).toBeGreaterThan(1)
})

test('an open session that vanishes is marked once, and stays open', async () => {
  await store({}, 'Active')
  const before = await record()
  await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
  await stage.sessions.markMissing('s', noonPlus(120), 'never')
  expect(await record()).toEqual({ ...before, MissingSince: noonPlus(60), LastKnownActiveAt: noonPlus(1) })
})

test('a missing session that is given up counts as long, and as open no more', async () => {
  await store({}, 'Active')
  await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
  const { OpenSource, ...before } = (await record()) ?? {}
  const statuses: number[] = []
  stage.proxy.onAnswered = (_call, status) => statuses.push(status)
  for (let n = 0; n < 2; n++) await stage.sessions.markEndUnknown('s', SOURCE)
  expect(statuses).toEqual([200, 400]) // the second write is refused
  expect(await record()).toEqual({ ...before, EndUnknown: true, LongSource: OpenSource })
  expect(await stage.sessions.openSessions(SOURCE)).toEqual([])
  await stage.sessions.markMissing('s', noonPlus(120), 'never')
  expect(await record()).toMatchObject({ MissingSince: noonPlus(60) })
})

test('an open session that is not missing is not given up', async () => {
  await store({}, 'Active')
  const before = await record()
  await stage.sessions.markEndUnknown('s', SOURCE)
  expect(await record()).toEqual(before)
})

test('a session that has ended becomes neither missing nor of unknown end, and an unknown one is not made', async () => {
  await store({})
  const before = await record()
  for (const id of ['s', 'unknown']) {
    await stage.sessions.markMissing(id, noonPlus(60), noonPlus(1))
    await stage.sessions.markEndUnknown(id, SOURCE)
  }
  expect([...(await stage.records()).values()]).toEqual([before])
})

test.each([false, true])(
  'a mark leaves the record of a later version as it is (missing: %s)',
  async (isMissing) => {
    await store({}, 'Active')
    if (isMissing) await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
    const update = { UpdateExpression: 'SET SchemaVersion = :two', ExpressionAttributeValues: { ':two': 2 } }
    const TableName = stage.database.sessionsTable
    await stage.database.client.send(new UpdateCommand({ TableName, Key: { SessionId: 's' }, ...update }))
    const before = await record()
    await stage.sessions.markMissing('s', noonPlus(60), noonPlus(1))
    await stage.sessions.markEndUnknown('s', SOURCE)
    expect(await record()).toEqual(before)
  },
)
