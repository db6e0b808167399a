import { endedSessions } from '../support/sessions'
import { openStage, type Stage } from '../support/stage'
import { NOW } from '../support/times'

const HOUR_MS = 60 * 60 * 1000

describe('recent sweeps and open sessions', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
  })
  afterEach(() => stage.close())

  const sweepAfter = (hours: number) => {
    stage.world.clock.advance(hours * HOUR_MS)
    return stage.sweep()
  }
  const hoursFromNow = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS)
  const openSince = (hours: number, until?: number, id = 'open') => {
    const startedAt = hoursFromNow(hours)
    const whileOpen = { SessionId: id, Status: 'Connected', StartDate: startedAt.getTime() / 1000 }
    return { startedAt, whileOpen, ...(until !== undefined && { endedAt: hoursFromNow(until) }) }
  }
  const record = async (id = 'open') => (await stage.records()).get(id)

  test('look no further back than the last complete sweep and an hour', async () => {
    stage.world.add(endedSessions(300))
    const first = await stage.sweep()
    const second = await sweepAfter(2)

    expect(first).toMatchObject({ Kind: 'full', Seen: 300, Pages: 3 })
    expect(second).toMatchObject({ Kind: 'recent', Pages: 2, CoversFrom: first.CoversUntil })
    expect(second.Seen).toBeLessThan(3)
    const looked = Date.parse(first.CoversUntil ?? '') - Date.parse(second.InvokedAfter ?? '')
    expect(looked).toBeGreaterThanOrEqual(HOUR_MS)
    expect(looked).toBeLessThan(HOUR_MS + 1000)
  })

  test('look back to the oldest session that was open', async () => {
    stage.world.add([openSince(-50, 1.5)])
    await stage.sweep()
    await sweepAfter(1)
    expect(await record()).toMatchObject({
      State: 'Active',
      OpenSource: '111122223333/us-east-1',
      Revision: 1,
    })

    const receipt = await sweepAfter(1)

    expect(receipt).toMatchObject({ Kind: 'recent', Updated: 1 })
    expect(Date.parse(receipt.InvokedAfter ?? '') / 1000).toBe(Math.floor(hoursFromNow(-51).getTime() / 1000))
    expect(await record()).toMatchObject({ State: 'History', Status: 'Terminated', Revision: 2 })
    expect(await record()).not.toHaveProperty('OpenSource')
    expect(stage.recordWrites()).toBe(2)
  })

  test('a full sweep is due a day after the last', async () => {
    const kinds = [(await stage.sweep()).Kind]
    for (let hour = 0; hour < 25; hour++) kinds.push((await sweepAfter(1)).Kind)

    expect(
      kinds.map((kind, hour) => (kind === 'full' ? hour : undefined)).filter((n) => n !== undefined),
    ).toEqual([0, 24])
  })

  test('what only the full sweep finds is counted', async () => {
    await stage.sweep()
    await sweepAfter(3)
    stage.world.add(endedSessions(2)) // late in the history: they started before the window of a recent sweep

    expect(await sweepAfter(1)).toMatchObject({ Kind: 'recent', Archived: 0, MissedByRecent: 0 })
    expect(await stage.sweep({ full: true })).toMatchObject({ Archived: 2, MissedByRecent: 2 })
    expect(await stage.sweep({ full: true })).toMatchObject({ Archived: 0, MissedByRecent: 0 })
  })

  test('a first sweep misses nothing', async () => {
    stage.world.add(endedSessions(5))

    expect(await stage.sweep()).toMatchObject({ Archived: 5, MissedByRecent: 0 })
  })

  test('a session that vanishes is looked up, marked after 48 hours, and corrected by the history', async () => {
    stage.world.add([{ ...openSince(-2), forgottenAt: hoursFromNow(0.5) }])
    await stage.sweep()
    const lastSeen = (await record())?.ObservedAt

    await sweepAfter(1)
    expect(await record()).toMatchObject({ State: 'Active', LastKnownActiveAt: lastSeen })
    expect(await record()).toHaveProperty('MissingSince')
    await sweepAfter(47)
    expect(await record()).not.toHaveProperty('EndUnknown')
    await sweepAfter(2)
    expect(await record()).toMatchObject({ EndUnknown: true, LastKnownActiveAt: lastSeen, State: 'Active' })
    expect(await record()).not.toHaveProperty('OpenSource')
    expect(await stage.store.openSessions(stage.world)).toEqual([])

    const { whileOpen } = openSince(-2)
    const afterEnd = { ...whileOpen, Status: 'Terminated', EndDate: hoursFromNow(0.5).getTime() / 1000 }
    stage.world.add([{ startedAt: hoursFromNow(40), endedAt: hoursFromNow(40), afterEnd }])
    await stage.sweep({ full: true })

    expect(await record()).toMatchObject({ State: 'History', DurationSeconds: 2.5 * 60 * 60 })
    expect(await record()).not.toHaveProperty('EndUnknown')
  })

  test('a session that no date filter can find is finished all the same', async () => {
    const { startedAt, whileOpen } = openSince(-2)
    const { StartDate: _none, ...undated } = whileOpen
    stage.world.add([{ startedAt, whileOpen: undated, endedAt: hoursFromNow(0.5) }])
    await stage.sweep()

    expect(await sweepAfter(1)).toMatchObject({ Kind: 'recent', Updated: 1 })
    expect(await record()).toMatchObject({ State: 'History' })
  })

  test('members that the SDK does not know are archived', async () => {
    const [life] = endedSessions(1, { Novelty: { Depth: [1, 'two'] }, SessionTags: ['a'] })
    if (life) stage.world.add([life])

    await stage.sweep()

    expect(await record('s-0')).toMatchObject({ Novelty: { Depth: [1, 'two'] }, SessionTags: ['a'] })
  })

  describe('with little time', () => {
    const limits = {
      pageSize: 10,
      pagesBeforeEstimate: 99,
      sliceMs: 6 * HOUR_MS,
      slicesAtOnce: 2,
      reserveMs: 1,
    }
    /** Time for so many list calls. */
    const timeFor = (calls: number) => {
      const before = stage.emulator.calls.count()
      return () => calls - (stage.emulator.calls.count() - before)
    }
    const addMonth = (count: number) =>
      stage.world.add(
        Array.from({ length: count }, (_, n) => {
          const startedAt = hoursFromNow(-1 - (n * 29 * 24) / count)
          const afterEnd = { SessionId: `m-${n}`, StartDate: startedAt.getTime() / 1000 }
          return { startedAt, endedAt: hoursFromNow(-0.5), afterEnd }
        }),
      )
    const early = { ...limits, pagesBeforeEstimate: 5 }
    const untilComplete = async (calls: number, given = limits) => {
      const outcomes: string[] = []
      while (outcomes.at(-1) !== 'complete' && outcomes.length < 40) {
        const { Outcome } = await stage.sweep({ limits: given, remainingMs: timeFor(calls) })
        outcomes.push(Outcome)
      }
      return outcomes
    }

    test('a long history is archived by enough invocations, each slice once', async () => {
      addMonth(600)

      const outcomes = await untilComplete(60)

      expect(outcomes.length).toBeGreaterThan(2)
      expect(outcomes.at(-1)).toBe('complete')
      expect((await stage.records()).size).toBe(600)
      expect(stage.recordWrites()).toBe(600)
      const starts = stage.emulator.calls.list
        .filter(({ request }) => request.State === 'History' && !request.NextToken)
        .map(({ request }) => JSON.stringify(request.Filters))
      const again = starts.length - new Set(starts).size
      expect(again).toBeLessThanOrEqual(limits.slicesAtOnce * outcomes.length)
    })

    const unslicedCalls = () =>
      stage.emulator.calls.list.filter(({ request }) => request.State === 'History' && !request.Filters)
        .length

    test.each([
      [400, 'too long for one chain is sliced as soon as that can be expected', 'incomplete', 5],
      [150, 'that is not is listed in one chain', 'complete', 15],
    ])('a history of %i %s', async (count, _what, Outcome, calls) => {
      addMonth(count)

      const receipt = await stage.sweep({ limits: early, remainingMs: timeFor(30) })

      expect(receipt).toMatchObject({ Outcome, Sliced: Outcome === 'incomplete' })
      expect(unslicedCalls()).toBe(calls)
    })

    test('what the slices of the first sweep do not show, the next full sweep does: it is one chain', async () => {
      addMonth(400)
      const long = { startedAt: hoursFromNow(-20 * 24), endedAt: hoursFromNow(-1) }
      stage.world.add([{ ...long, afterEnd: { SessionId: 'undated', Status: 'Failed' } }])
      expect((await untilComplete(30, early)).at(-1)).toBe('complete')
      expect((await stage.records()).size).toBe(400)

      const receipt = await stage.sweep({ limits: early, full: true, remainingMs: timeFor(50) })

      expect(receipt).toMatchObject({ Outcome: 'complete', Sliced: false, Archived: 1 })
      expect(await record('undated')).toMatchObject({ Status: 'Failed' })
    })

    test('a slice too long for an invocation is cut in two until it fits', async () => {
      stage.world.add(endedSessions(200)) // all in a few minutes

      const outcomes = await untilComplete(16)

      expect(outcomes.at(-1)).toBe('complete')
      expect((await stage.records()).size).toBe(200)
    })

    test('a full sweep tries to be one chain; where one was too long, they are sliced for a week', async () => {
      addMonth(100)
      const full = (calls: number) => {
        stage.world.clock.advance(HOUR_MS)
        return stage.sweep({ limits, full: true, remainingMs: timeFor(calls) })
      }
      expect(await full(20)).toMatchObject({ Outcome: 'complete', Sliced: false })

      expect(await full(6)).toMatchObject({ Outcome: 'incomplete', Sliced: true })
      expect(await full(1000)).toMatchObject({ Outcome: 'complete', Sliced: true })
      const calls = unslicedCalls()
      stage.world.clock.advance(5 * 24 * HOUR_MS)
      expect(await full(1000)).toMatchObject({ Outcome: 'complete', Sliced: true })
      expect(unslicedCalls()).toBe(calls)

      stage.world.clock.advance(2 * 24 * HOUR_MS)
      expect(await full(20)).toMatchObject({ Outcome: 'complete', Sliced: false })
      expect(await full(20)).toMatchObject({ Outcome: 'complete', Sliced: false })
    })

    test('a sweep that only just has no time keeps what it has, and the next one completes', async () => {
      stage.world.add(endedSessions(25))

      expect(await stage.sweep({ limits, remainingMs: timeFor(3) })).toMatchObject({ Outcome: 'incomplete' })
      expect((await stage.records()).size).toBeGreaterThanOrEqual(10)
      expect(await stage.sweep({ limits })).toMatchObject({ Outcome: 'complete', Kind: 'full' })
      expect((await stage.records()).size).toBe(25)
    })
  })
})
