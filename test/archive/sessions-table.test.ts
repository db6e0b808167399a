import { upsert } from '../../archive/upsert'
import { noonPlus, observe, SOURCE } from '../support/observe'
import { useStage } from '../support/stage'

const stage = useStage()
const open = (SessionId: string, members = {}) => observe({ SessionId, ...members }, 0, 'Active')
const store = (...observations: ReturnType<typeof observe>[]) => upsert(stage.sessions, observations)
const record = () => stage.record('s')
const markMissing = (id = 's', minute = 1) =>
  stage.sessions.markMissing(id, noonPlus(minute * 60), noonPlus(minute))

test('of a stored session, only what a new content depends on is read', async () => {
  await store(open('s', { Reason: 'patching', StartDate: 0 }))
  await markMissing()
  const stored = {
    SessionId: 's',
    StartDate: '1970-01-01T00:00:00.000Z',
    State: 'Active',
    MissingSince: noonPlus(60),
    FirstArchivedAt: noonPlus(1),
    ObservedAt: noonPlus(1),
    SweepId: 'sweep-0',
    Revision: 2,
    ContentHash: expect.any(String),
    ...{ AccountId: '111122223333', Region: 'us-east-1' },
    SchemaVersion: 1,
  }
  expect(await stage.sessions.read(['s', 'unknown'])).toEqual(new Map([['s', stored]]))
})

test('open sessions are those of the source that have not ended, with or without dates, over all pages', async () => {
  const Details = 'x'.repeat(390_000) // a page of a query holds 1 MB
  const elsewhere = { ...open('d'), source: { ...SOURCE, region: 'eu-west-1' } }
  await store(...['a', 'b', 'c'].map((id) => open(id, { Details })), elsewhere, observe({ SessionId: 'e' }))
  await markMissing('c')
  const ObservedAt = noonPlus(1)
  expect(await stage.sessions.openSessions(SOURCE)).toEqual([
    { SessionId: 'a', ObservedAt },
    { SessionId: 'b', ObservedAt },
    { SessionId: 'c', ObservedAt, MissingSince: noonPlus(60) },
  ])
  expect(stage.proxy.calls.filter(({ operation }) => operation === 'Query').length).toBeGreaterThan(1)
})

test('an open session that vanishes is marked once, and stays open', async () => {
  await store(open('s'))
  const before = await record()
  await markMissing()
  await markMissing('s', 2)
  expect(await record()).toEqual({
    ...before,
    MissingSince: noonPlus(60),
    LastKnownActiveAt: noonPlus(1),
    Revision: 2,
  })
})

test('a missing session that is given up counts as long, and as open no more', async () => {
  await store(open('s'))
  await markMissing()
  const { OpenSource, ...before } = (await record()) ?? {}
  const statuses: number[] = []
  stage.proxy.onAnswered = (_call, status) => statuses.push(status)
  for (let n = 0; n < 2; n++) await stage.sessions.markEndUnknown('s', SOURCE, noonPlus(60))
  await markMissing('s', 2)
  expect(statuses).toEqual([200, 400, 400]) // later marks are refused
  expect(await record()).toEqual({ ...before, EndUnknown: true, LongSource: OpenSource, Revision: 3 })
  expect(await stage.sessions.openSessions(SOURCE)).toEqual([])
})

test('an open session that is not missing is not given up', async () => {
  await store(open('s'))
  const before = await record()
  await stage.sessions.markEndUnknown('s', SOURCE, noonPlus(60))
  expect(await record()).toEqual(before)
})

test('a missing session that was seen again and is missing anew is not given up for its first time', async () => {
  await store(open('s'))
  await markMissing()
  const before = await record()
  await stage.sessions.markEndUnknown('s', SOURCE, noonPlus(59))
  expect(await record()).toEqual(before)
})

test('a session that has ended is not marked, and one that the archive does not have is not made', async () => {
  await store(observe({ SessionId: 's' }))
  const before = await record()
  for (const id of ['s', 'unknown']) {
    await markMissing(id)
    await stage.sessions.markEndUnknown(id, SOURCE, noonPlus(60))
  }
  expect([...(await stage.records()).values()]).toEqual([before])
})

test.each([false, true])('a record of a later version is not marked (missing: %s)', async (isMissing) => {
  await store(open('s'))
  if (isMissing) await markMissing()
  await stage.raiseSchema('s')
  const before = await record()
  await markMissing()
  await stage.sessions.markEndUnknown('s', SOURCE, noonPlus(60))
  expect(await record()).toEqual(before)
})
