import type { Observation } from '../../archive/record'
import { SessionStore } from '../../archive/session-store'
import { type Database, startDatabase } from '../../emulator/database'
import { databaseClient, scan } from '../support/clients'

const SOURCE = { accountId: '111122223333', region: 'us-east-1' }
const NOON = new Date('2026-11-24T12:00:00Z')

describe('SessionStore', () => {
  let database: Database
  let client: ReturnType<typeof databaseClient>
  let store: SessionStore

  beforeEach(async () => {
    database = await startDatabase()
    client = databaseClient(database.endpoint)
    store = new SessionStore({ client, tableName: database.sessionsTable })
  })
  afterEach(async () => {
    client.destroy()
    await database.close()
  })

  const onlyRecord = async () => {
    const [record, ...others] = await scan(client, database.sessionsTable)
    expect(others).toEqual([])
    return record
  }

  test('records a session with everything that DESIGN promises', async () => {
    const upserted = await store.upsert([
      observe({
        SessionId: 'Mary-Major-0ab177d470EXAMPLE',
        Target: 'i-07782c72faEXAMPLE',
        Status: 'Terminated',
        StartDate: new Date(1582068633188),
        EndDate: new Date(1582069847807),
        Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
        Details: '',
        OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log', CloudWatchOutputUrl: '' },
      }),
    ])

    expect(upserted).toEqual({ archived: 1, updated: 0, unchanged: 0, rejected: [] })
    expect(await onlyRecord()).toEqual({
      SessionId: 'Mary-Major-0ab177d470EXAMPLE',
      Target: 'i-07782c72faEXAMPLE',
      Status: 'Terminated',
      StartDate: '2020-02-18T23:30:33.188Z',
      EndDate: '2020-02-18T23:50:47.807Z',
      Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
      OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log' },
      AccountId: '111122223333',
      Region: 'us-east-1',
      OwnerName: 'Mary-Major',
      StartDay: '2020-02-18',
      DurationSeconds: 1214.619,
      State: 'History',
      FirstArchivedAt: '2026-11-24T12:00:00.000Z',
      ObservedAt: '2026-11-24T12:00:00.000Z',
      Revision: 1,
      ContentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('the same content, however written, is unchanged', async () => {
    await store.upsert([observe({ SessionId: 's', Reason: 'patching', OutputUrl: {} })])
    const before = await onlyRecord()

    const upserted = await store.upsert([observe({ Reason: 'patching', Details: '', SessionId: 's' }, 60)])

    expect(upserted).toMatchObject({ unchanged: 1, updated: 0 })
    expect(await onlyRecord()).toEqual(before)
  })

  test('a newer content is merged in: members that it lacks are kept', async () => {
    await store.upsert([observe({ SessionId: 's', Reason: 'patching', StartDate: NOON })])

    const upserted = await store.upsert([
      observe({ SessionId: 's', Status: 'Terminated', EndDate: new Date(NOON.getTime() + 1500) }, 60),
    ])

    expect(upserted).toMatchObject({ updated: 1 })
    expect(await onlyRecord()).toMatchObject({
      Reason: 'patching',
      Status: 'Terminated',
      StartDate: '2026-11-24T12:00:00.000Z',
      DurationSeconds: 1.5,
      FirstArchivedAt: '2026-11-24T12:00:00.000Z',
      ObservedAt: '2026-11-24T12:01:00.000Z',
      Revision: 2,
    })
  })

  test.each([-60, 0])('an observation %i seconds newer never replaces a content', async (seconds) => {
    await store.upsert([observe({ SessionId: 's', Reason: 'as it is' })])
    const before = await onlyRecord()

    const upserted = await store.upsert([observe({ SessionId: 's', Reason: 'as it was' }, seconds)])

    expect(upserted).toMatchObject({ unchanged: 1, updated: 0 })
    expect(await onlyRecord()).toEqual(before)
  })

  test('a record expires so long after its end', async () => {
    const expiring = new SessionStore({ client, tableName: database.sessionsTable, retentionDays: 400 })

    await expiring.upsert([
      observe({ SessionId: 'ended', EndDate: new Date('2026-11-23T00:00:00.500Z') }),
      observe({ SessionId: 'without an end' }),
    ])

    const records = await scan(client, database.sessionsTable)
    expect(Object.fromEntries(records.map(({ SessionId, ExpiresAt }) => [SessionId, ExpiresAt]))).toEqual({
      ended: Date.parse('2027-12-28T00:00:01Z') / 1000,
      'without an end': Date.parse('2027-12-29T12:00:00Z') / 1000,
    })
  })

  test('more sessions than a batch holds', async () => {
    const observations = Array.from({ length: 201 }, (_, n) => observe({ SessionId: `s-${n}` }))

    expect(await store.upsert(observations)).toMatchObject({ archived: 201 })
    expect(await store.upsert(observations)).toMatchObject({ unchanged: 201 })
    expect(await store.upsert([])).toEqual({ archived: 0, updated: 0, unchanged: 0, rejected: [] })
  })
})

function observe(session: object, secondsAfterNoon = 0): Observation {
  const observedAt = new Date(NOON.getTime() + secondsAfterNoon * 1000)
  return { session, state: 'History', source: SOURCE, observedAt }
}
