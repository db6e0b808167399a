import type { Fault } from '../../emulator/faults'
import { DEFAULT_LIMITS } from '../../sweep/run'
import { SweepError } from '../../sweep/sweep'
import type { DatabaseFault } from '../support/database-proxy'
import { endedSessions } from '../support/sessions'
import { openStage, type Stage } from '../support/stage'

describe('sweep', () => {
  let stage: Stage

  beforeEach(async () => {
    stage = await openStage()
  })
  afterEach(() => stage.close())

  const failedSweep = async () => {
    const error = await stage.sweep().catch((failure: unknown) => failure)
    if (!(error instanceof SweepError)) throw new Error(`expected a SweepError, received ${error}`)
    return error
  }
  /** Faults of list calls of the history by number, from 1, retries counted. */
  const breakHistoryCalls = (fault: (call: number) => Fault | undefined) => {
    let call = 0
    stage.emulator.faults.script = (_call, { State }) => (State === 'History' ? fault(++call) : undefined)
  }
  const breakListCalls = (faults: Record<number, Fault>) => breakHistoryCalls((call) => faults[call])
  const receipts = async () => (await stage.ledgerItems()).filter(({ ItemId }) => /^\d/.test(String(ItemId)))

  test.each([
    [0, 1],
    [1, 1],
    [200, 1],
    [201, 2],
    [1000, 5],
  ])('%i sessions take %i list calls and a write each, and none the second time', async (count, pages) => {
    stage.world.add(endedSessions(count))

    const first = await stage.sweep()
    const writes = stage.recordWrites()
    const second = await stage.sweep({ full: true })

    expect(first).toMatchObject({
      Outcome: 'complete',
      Pages: 1 + pages,
      Seen: count,
      Archived: count,
      Unchanged: 0,
    })
    expect(writes).toBe(count)
    expect((await stage.records()).size).toBe(count)
    expect(second).toMatchObject({ Outcome: 'complete', Seen: count, Archived: 0, Unchanged: count })
    expect(stage.recordWrites()).toBe(writes)
    expect(await receipts()).toEqual(expect.arrayContaining([first, second]))
  })

  test('requests the next page while two are written, and never holds more than three', async () => {
    stage.world.add(endedSessions(800))
    const writesBeforeCall: number[] = []
    breakHistoryCalls(() => {
      writesBeforeCall.push(stage.recordWrites())
      return undefined
    })

    await stage.sweep()

    const [first, second, ...others] = writesBeforeCall
    expect(first).toBe(0)
    expect(second).toBeLessThan(200)
    others.forEach((writes, n) => {
      expect(writes).toBeGreaterThanOrEqual(200 * n)
      expect(writes).toBeLessThan(200 * (n + 2))
    })
    expect(others).toHaveLength(2)
  })

  test('an empty page with a token is not the end, nor is a short one', async () => {
    stage.world.add(endedSessions(500))
    breakListCalls({ 1: 'empty-page', 2: 'empty-page', 3: 'short-page', 5: 'empty-page' })

    expect(await stage.sweep()).toMatchObject({ Outcome: 'complete', Seen: 500, Archived: 500 })
    expect((await stage.records()).size).toBe(500)
  })

  test('a repeated token fails the sweep, and what was read is kept', async () => {
    stage.world.add(endedSessions(700))
    breakListCalls({ 3: 'repeat-token' })

    const { receipt } = await failedSweep()

    expect(receipt).toMatchObject({
      Outcome: 'failed',
      Error: 'RepeatedTokenError: DescribeSessions returned the same NextToken twice in one listing',
      Pages: 4,
      Archived: receipt.Seen,
    })
    expect(receipt.Seen).toBeGreaterThanOrEqual(400)
    expect((await stage.records()).size).toBe(receipt.Archived)
    expect(await receipts()).toEqual([receipt])
  })

  test('an invalid token restarts the listing', async () => {
    stage.world.add(endedSessions(500))
    breakListCalls({ 3: 'expire-token' })

    const receipt = await stage.sweep()

    expect(receipt).toMatchObject({ Outcome: 'complete', Restarts: 1, Archived: 500 })
    expect(receipt.Seen).toBe(400 + 500)
    expect((await stage.records()).size).toBe(500)
  })

  test('the third invalid token fails the sweep', async () => {
    stage.world.add(endedSessions(300))
    stage.emulator.faults.script = (_call, { NextToken }) => (NextToken ? 'expire-token' : undefined)

    const { receipt } = await failedSweep()

    expect(receipt).toMatchObject({ Outcome: 'failed', Restarts: 2, Archived: 200 })
    expect(receipt.Error).toMatch(/^InvalidNextToken/)
  })

  test.each<Fault>(['throttle', 'error', 'reset'])('%s of a list call is ridden out', async (fault) => {
    stage.world.add(endedSessions(500))
    breakListCalls({ 1: fault, 3: fault })

    expect(await stage.sweep()).toMatchObject({ Outcome: 'complete', Archived: 500, Pages: 4 })
  })

  test.each<Fault>(['throttle', 'error', 'reset'])(
    '%s that does not end fails the sweep, and what was read is kept',
    async (fault) => {
      stage.world.add(endedSessions(500))
      breakHistoryCalls((call) => (call >= 3 ? fault : undefined))

      const { receipt, cause } = await failedSweep()

      expect(receipt).toMatchObject({ Outcome: 'failed', Pages: 3, Archived: 400 })
      expect(cause).toBeInstanceOf(Error)
      expect((await stage.records()).size).toBe(400)
      stage.emulator.faults.script = undefined
      expect(await stage.sweep()).toMatchObject({ Outcome: 'complete', Archived: 100, Unchanged: 400 })
    },
  )

  const databaseFaults: DatabaseFault[] = ['throttle', 'error', 'reset-before', 'reset-after']
  describe.each(databaseFaults)('%s of the database', (fault) => {
    test.each(['BatchGetItem', 'PutItem', 'UpdateItem'])(
      'at the first %s is ridden out',
      async (operation) => {
        stage.world.add(endedSessions(250))
        await stage.sweep()
        stage.world.add(endedSessions(10, { SessionId: 'another' }).slice(9))
        stage.world.update('s-3', { afterEnd: { SessionId: 's-3', Reason: 'changed' } })
        stage.world.clock.advance(5000)
        let broken = 0
        stage.proxy.fault = (call) => (call.operation === operation && broken++ === 0 ? fault : undefined)

        expect(await stage.sweep({ full: true })).toMatchObject({ Outcome: 'complete', Seen: 251 })

        expect(broken).toBeGreaterThan(0)
        const records = await stage.records()
        expect(records.size).toBe(251)
        expect(records.get('another')).toMatchObject({ Revision: 1 })
        expect(records.get('s-3')).toMatchObject({ Revision: 2, Reason: 'changed' })
      },
    )

    test('that does not end for one session fails the sweep, and all others are kept', async () => {
      stage.world.add(endedSessions(250))
      stage.proxy.fault = ({ operation, body }) =>
        operation !== 'BatchGetItem' && body.Item?.SessionId?.S === 's-3' ? fault : undefined

      const { receipt } = await failedSweep()

      expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 249, Seen: 250 })
      expect(await receipts()).toEqual([receipt])
      stage.proxy.fault = () => undefined
      expect(await stage.sweep()).toMatchObject({ Outcome: 'complete', Seen: 250 })
      expect((await stage.records()).size).toBe(250)
    })
  })

  test('keys left unprocessed are read again, so nothing is written twice', async () => {
    stage.world.add(endedSessions(200))
    await stage.sweep()
    const writes = stage.recordWrites()
    stage.proxy.fault = (_call, n) => (n % 2 === 0 ? 'unprocessed' : undefined)

    expect(await stage.sweep({ full: true })).toMatchObject({ Outcome: 'complete', Unchanged: 200 })
    expect(stage.recordWrites()).toBe(writes)
  })

  test('a receipt that cannot be written fails the sweep', async () => {
    stage.world.add(endedSessions(3))
    stage.proxy.fault = ({ operation, body }) =>
      operation === 'PutItem' && body.TableName === stage.database.sweepsTable ? 'error' : undefined

    const { receipt } = await failedSweep()

    expect(receipt).toMatchObject({ Outcome: 'failed', Archived: 3 })
    expect(receipt.Error).toMatch(/^InternalServerError/)
  })

  test('what cannot be stored is kept as rejected with its raw JSON, once, and the rest is archived', async () => {
    const tooLong = { SessionId: 'too-long', Reason: '🚀 "quoted"', Details: '漢🔑'.repeat(150_000) }
    const unnamed = { Reason: 'nobody knows which', Owner: 'arn:aws:iam::111122223333:user/Mary-Major' }
    const longId = { SessionId: 'i'.repeat(2049) }
    const good = endedSessions(3)
    stage.world.add(good)
    for (const afterEnd of [tooLong, unnamed, longId])
      stage.world.add(endedSessions(1).map((life) => ({ ...life, afterEnd })))

    const receipt = await stage.sweep()
    await stage.sweep()

    expect(receipt).toMatchObject({ Outcome: 'complete', Seen: 6, Archived: 3, Rejected: 3 })
    expect((await stage.records()).size).toBe(3)
    const rejected = (await stage.ledgerItems()).filter(({ ItemId }) => String(ItemId).startsWith('REJECTED'))
    const whole = new Map<string, string>()
    for (const { ItemId, RawJson } of rejected) {
      const [, hash = ''] = String(ItemId).split('#')
      whole.set(hash, `${whole.get(hash) ?? ''}${RawJson}`)
    }
    expect([...whole.values()].map((json) => JSON.parse(json))).toEqual(
      expect.arrayContaining([tooLong, unnamed, longId]),
    )
    expect(whole.size).toBe(3)
    for (const item of rejected)
      expect(item).toMatchObject({ Source: '111122223333/us-east-1', FirstSweepId: receipt.ItemId })
    expect(rejected.map(({ Reason }) => Reason)).toEqual(
      expect.arrayContaining([
        'Error: SessionId: received none, expected a string',
        'Error: SessionId: received 2049 bytes, expected at most 2048',
        expect.stringContaining('ValidationException: Item size'),
      ]),
    )
  })

  test.each([1, 2])('a session listed twice, on pages of %i, is archived once', async (pageSize) => {
    const [session] = endedSessions(1)
    if (session) stage.world.add([session, session])

    const receipt = await stage.sweep({ limits: { ...DEFAULT_LIMITS, pageSize } })

    expect(receipt).toMatchObject({ Seen: 2, Archived: 1, Unchanged: 1 })
    expect((await stage.records()).get('s-0')).toMatchObject({ Revision: 1 })
  })

  test('sweeps at the same time do no harm', async () => {
    stage.world.add(endedSessions(600))

    const all = await Promise.all([stage.sweep(), stage.sweep(), stage.sweep()])

    expect(all.map(({ Outcome }) => Outcome)).toEqual(['complete', 'complete', 'complete'])
    expect(all.reduce((sum, { Archived }) => sum + Archived, 0)).toBe(600)
    const records = await stage.records()
    expect(records.size).toBe(600)
    for (const record of records.values()) expect(record).toMatchObject({ Revision: 1 })
    expect(await receipts()).toHaveLength(3)
  })

  test('asks for the largest pages, of the history, without a filter', async () => {
    stage.world.add(endedSessions(201))
    await stage.sweep()

    expect(stage.emulator.calls.list.map(({ request }) => request)).toEqual([
      { State: 'Active', MaxResults: 200 },
      { State: 'History', MaxResults: 200 },
      { State: 'History', MaxResults: 200, NextToken: expect.any(String) },
    ])
  })
})
