import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Session } from '../../archive/record'
import { SessionsTable } from '../../archive/sessions-table'
import type { Observation } from '../../archive/to-record'
import { upsert } from '../../archive/upsert'
import { type Database, startDatabase } from '../../emulator/dynamodb'
import { databaseClient, scan } from '../support/clients'

const SOURCE = { accountId: '111122223333', region: 'us-east-1' }
const NOON = new Date('2026-11-24T12:00:00Z')

describe('SessionsTable', () => {
  let database: Database
  let client: ReturnType<typeof databaseClient>
  let store: SessionsTable

  beforeEach(async () => {
    database = await startDatabase()
    client = databaseClient(database.endpoint)
    store = new SessionsTable({ client, tableName: database.sessionsTable })
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
    const upserted = await upsert(store, [
      observe({
        SessionId: 'Mary-Major-0ab177d470EXAMPLE',
        Target: 'i-07782c72faEXAMPLE',
        Status: 'Terminated',
        StartDate: 1582068633.188,
        EndDate: 1582069847.807,
        Owner: 'arn:aws:iam::111122223333:user/Mary-Major',
        Details: '',
        OutputUrl: { S3OutputUrl: 'https://example.com/Mary.log', CloudWatchOutputUrl: '' },
      }),
    ])

    expect(upserted).toMatchObject({ archived: [{}], updated: 0, unchanged: 0, rejected: [] })
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
      FirstArchivedAt: '2026-11-24T12:00:01.000Z',
      ObservedAt: '2026-11-24T12:00:01.000Z',
      SweepId: 'sweep-0',
      Revision: 1,
      ContentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      SchemaVersion: 1,
    })
  })

  test('the same content, however written, is unchanged', async () => {
    await upsert(store, [observe({ SessionId: 's', Reason: 'patching', OutputUrl: {} })])
    const before = await onlyRecord()

    const upserted = await upsert(store, [observe({ Reason: 'patching', Details: '', SessionId: 's' }, 60)])

    expect(upserted).toMatchObject({ unchanged: 1, updated: 0 })
    expect(await onlyRecord()).toEqual(before)
  })

  test('a newer content is merged in: members that it lacks are kept', async () => {
    await upsert(store, [observe({ SessionId: 's', Reason: 'patching', StartDate: NOON.getTime() / 1000 })])

    const upserted = await upsert(store, [
      observe({ SessionId: 's', Status: 'Terminated', EndDate: NOON.getTime() / 1000 + 1.5 }, 60),
    ])

    expect(upserted).toMatchObject({ updated: 1 })
    expect(await onlyRecord()).toMatchObject({
      Reason: 'patching',
      Status: 'Terminated',
      StartDate: '2026-11-24T12:00:00.000Z',
      DurationSeconds: 1.5,
      FirstArchivedAt: '2026-11-24T12:00:01.000Z',
      ObservedAt: '2026-11-24T12:01:01.000Z',
      Revision: 2,
    })
  })

  test.each([-60, 0, 1])(
    'an observation from %i seconds later, which may be no newer, never replaces a content',
    async (seconds) => {
      await upsert(store, [observe({ SessionId: 's', Reason: 'as it is' })])
      const before = await onlyRecord()

      const upserted = await upsert(store, [observe({ SessionId: 's', Reason: 'as it was' }, seconds)])

      expect(upserted).toMatchObject({ unchanged: 1, updated: 0 })
      expect(await onlyRecord()).toEqual(before)
    },
  )

  describe('a record of a later schema', () => {
    const open = { SessionId: 's', Status: 'Connected' }
    beforeEach(async () => {
      await upsert(store, [observe(open, 0, 'Active')])
      await client.send(
        new UpdateCommand({
          TableName: database.sessionsTable,
          Key: { SessionId: 's' },
          UpdateExpression: 'SET SchemaVersion = :later',
          ExpressionAttributeValues: { ':later': 2 },
        }),
      )
    })

    test('is left as it is, and what is new is rejected', async () => {
      const before = await onlyRecord()
      const ended = { ...open, Status: 'Terminated' }
      const { rejected, ...others } = await upsert(store, [observe(ended, 60), observe({ SessionId: 't' })])
      expect(others).toMatchObject({ archived: [{ SessionId: 't' }], updated: 0, unchanged: 0 })
      expect(rejected).toEqual([
        {
          session: ended,
          reason: expect.stringContaining('"s": received SchemaVersion 2, expected at most 1'),
        },
      ])
      expect((await scan(client, database.sessionsTable)).find(({ SessionId }) => SessionId === 's')).toEqual(
        before,
      )
    })

    test('is unchanged where it says the same', async () => {
      expect(await upsert(store, [observe(open, 60, 'Active')])).toMatchObject({ unchanged: 1, rejected: [] })
    })

    test('is left as it is when the session is in no list any more', async () => {
      const before = await onlyRecord()
      await store.markMissing('s', NOON.toISOString(), NOON.toISOString())
      await store.markEndUnknown('s', SOURCE)
      expect(await onlyRecord()).toEqual(before)
    })
  })

  describe('an open session', () => {
    const StartDate = 1582068633.188
    const open = { SessionId: 's', Status: 'Connected', StartDate }
    const ended = { ...open, Status: 'Terminated', EndDate: 1582069847.807 }
    const openIds = async () => (await store.openSessions(SOURCE)).map(({ SessionId }) => SessionId)

    test('is in the index until it ends', async () => {
      await upsert(store, [observe(open, 0, 'Active')])
      expect(await openIds()).toEqual(['s'])

      expect(await upsert(store, [observe(ended, 60)])).toMatchObject({ updated: 1 })

      expect(await openIds()).toEqual([])
      expect(await onlyRecord()).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
    })

    test.each([
      ['a day', { EndDate: StartDate + 86_400 }, true],
      ['less', { EndDate: StartDate + 86_399.999 }, false],
      ['an unknown time, seen years later,', {}, true],
    ])('that lasted %s is or is not in the index of long sessions', async (_name, end, isLong) => {
      await upsert(store, [observe({ SessionId: 's', StartDate }, 0, 'Active')])
      expect(await onlyRecord()).not.toHaveProperty('LongSource')

      await upsert(store, [observe({ SessionId: 's', StartDate, ...end }, 60)])

      const { LongSource } = (await onlyRecord()) ?? {}
      expect(LongSource).toBe(isLong ? '111122223333/us-east-1' : undefined)
    })

    test('without any date is in the index, too', async () => {
      await upsert(store, [observe({ SessionId: 's' }, 0, 'Active')])

      expect(await openIds()).toEqual(['s'])
    })

    test('that has ended is never opened again by what was seen of it before', async () => {
      await upsert(store, [observe(ended)])
      const before = await onlyRecord()

      expect(await upsert(store, [observe(open, 3600, 'Active')])).toMatchObject({ unchanged: 1 })
      expect(await onlyRecord()).toEqual(before)
    })

    test('is ended by the history, whenever each was seen', async () => {
      await upsert(store, [observe(open, 60, 'Active')])

      expect(await upsert(store, [observe(ended, 60)])).toMatchObject({ updated: 1 })
      expect(await onlyRecord()).toMatchObject({ State: 'History' })
    })

    test('that vanishes is marked, and seen again it is as before', async () => {
      await upsert(store, [observe(open, 0, 'Active')])
      const { Revision: _first, ...before } = (await onlyRecord()) ?? {}
      await store.markMissing('s', '2026-11-24T12:01:00.000Z', '2026-11-24T12:00:01.000Z')
      await store.markMissing('s', '2026-11-24T12:02:00.000Z', 'never')
      expect(await onlyRecord()).toMatchObject({
        MissingSince: '2026-11-24T12:01:00.000Z',
        LastKnownActiveAt: '2026-11-24T12:00:01.000Z',
        OpenSource: '111122223333/us-east-1',
      })
      await store.markEndUnknown('s', SOURCE)
      expect(await onlyRecord()).toMatchObject({
        EndUnknown: true,
        LongSource: '111122223333/us-east-1',
        Revision: 1,
      })
      expect(await openIds()).toEqual([])

      expect(await upsert(store, [observe(open, 180, 'Active')])).toMatchObject({ updated: 1 })

      const { Revision, ...after } = (await onlyRecord()) ?? {}
      expect(Revision).toBe(2)
      expect(after).toEqual({ ...before, ObservedAt: '2026-11-24T12:03:01.000Z', SweepId: 'sweep-180' })
    })

    test('whose end was unknown is corrected by the history', async () => {
      await upsert(store, [observe(open, 0, 'Active')])
      await store.markMissing('s', NOON.toISOString(), '2026-11-24T12:00:01.000Z')
      await store.markEndUnknown('s', SOURCE)

      await upsert(store, [observe(ended, 60)])

      const record = await onlyRecord()
      expect(record).toMatchObject({ State: 'History', EndDate: '2020-02-18T23:50:47.807Z' })
      for (const name of ['EndUnknown', 'MissingSince', 'LastKnownActiveAt', 'OpenSource', 'LongSource'])
        expect(record).not.toHaveProperty(name)
    })

    test('that is not missing is not given up, and one that has ended is not missing', async () => {
      await upsert(store, [observe(open, 0, 'Active')])
      const before = await onlyRecord()
      await store.markEndUnknown('s', SOURCE)
      expect(await onlyRecord()).toEqual(before)

      await upsert(store, [observe(ended, 60)])
      const after = await onlyRecord()
      await store.markMissing('s', NOON.toISOString(), 'never')
      expect(await onlyRecord()).toEqual(after)
    })
  })

  test('a record expires so long after its end', async () => {
    await upsert(
      store,
      [
        observe({ SessionId: 'ended', EndDate: Date.parse('2026-11-23T00:00:00.500Z') / 1000 }),
        observe({ SessionId: 'without an end' }),
      ],
      { retentionDays: 400 },
    )

    const records = await scan(client, database.sessionsTable)
    expect(Object.fromEntries(records.map(({ SessionId, ExpiresAt }) => [SessionId, ExpiresAt]))).toEqual({
      ended: Date.parse('2027-12-28T00:00:01Z') / 1000,
      'without an end': Date.parse('2027-12-29T12:00:01Z') / 1000,
    })
  })

  test('more sessions than a batch holds', async () => {
    const observations = Array.from({ length: 201 }, (_, n) => observe({ SessionId: `s-${n}` }))

    expect(await upsert(store, observations)).toMatchObject({ archived: { length: 201 } })
    expect(await upsert(store, observations)).toMatchObject({ unchanged: 201 })
    expect(await upsert(store, [])).toEqual({ archived: [], updated: 0, unchanged: 0, rejected: [] })
  })
})

function observe(
  session: Session,
  secondsAfterNoon = 0,
  state: Observation['state'] = 'History',
): Observation {
  const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000).toISOString()
  const [seenFrom, seenUntil] = [at(secondsAfterNoon), at(secondsAfterNoon + 1)]
  return { session, state, source: SOURCE, sweepId: `sweep-${secondsAfterNoon}`, seenFrom, seenUntil }
}
