import type { Receipt } from '../../archive/receipt'
import { coverage } from '../../audit/coverage'
import { endedSessions } from '../support/sessions'
import { openStage, type Stage } from '../support/stage'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

describe('coverage', () => {
  const NOW = new Date('2026-03-10T00:00:00.000Z')
  const receipt = (from: string, until: string, Outcome: Receipt['Outcome'] = 'complete') => ({
    Outcome,
    CoversFrom: `2026-${from}T00:00:00.000Z`,
    CoversUntil: `2026-${until}T00:00:00.000Z`,
  })
  const span = (from: string, until: string) => ({
    from: `2026-${from}T00:00:00.000Z`,
    until: `2026-${until}T00:00:00.000Z`,
  })

  test('receipts that touch or overlap, in any order, make one interval', () => {
    expect(
      coverage([receipt('03-01', '03-05'), receipt('01-01', '02-01'), receipt('02-01', '03-02')], NOW),
    ).toEqual({
      covered: [span('01-01', '03-05')],
      gaps: [],
    })
  })

  test('a receipt within another adds nothing', () => {
    expect(
      coverage([receipt('01-01', '03-01'), receipt('01-10', '01-20'), receipt('02-27', '03-02')], NOW),
    ).toEqual({
      covered: [span('01-01', '03-02')],
      gaps: [],
    })
  })

  test('between receipts that do not touch is a gap', () => {
    expect(
      coverage([receipt('01-01', '02-01'), receipt('02-03', '03-01'), receipt('03-02', '03-03')], NOW),
    ).toEqual({
      covered: [span('01-01', '02-01'), span('02-03', '03-01'), span('03-02', '03-03')],
      gaps: [span('02-01', '02-03'), span('03-01', '03-02')],
    })
  })

  test('sweeps that did not complete prove nothing', () => {
    const failures = [
      receipt('02-01', '02-03', 'failed'),
      receipt('02-01', '02-03', 'incomplete'),
      { Outcome: 'complete' as const },
    ]
    expect(coverage([receipt('01-01', '02-01'), ...failures, receipt('02-03', '03-01')], NOW).gaps).toEqual([
      span('02-01', '02-03'),
    ])
  })

  test('what ended since the last sweep is lost once that is more than 30 days ago', () => {
    const receipts = [receipt('01-01', '02-01')]

    expect(coverage(receipts, new Date('2026-03-03T00:00:00.000Z')).gaps).toEqual([])
    expect(coverage(receipts, new Date('2026-03-10T00:00:00.000Z')).gaps).toEqual([span('02-01', '02-08')])
  })

  test('nothing is covered by no receipt', () => {
    expect(coverage([], NOW)).toEqual({ covered: [], gaps: [] })
  })
})

describe('coverage of real sweeps', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
  })
  afterEach(() => stage.close())

  const sweepAfter = (ms: number) => {
    stage.world.clock.advance(ms)
    return stage.sweep()
  }
  const lengths = (spans: readonly { from: string; until: string }[]) =>
    spans.map(({ from, until }) => (Date.parse(until) - Date.parse(from)) / DAY_MS)

  test('hourly sweeps cover everything from 30 days before the first on', async () => {
    const receipts = [await stage.sweep()]
    for (let hour = 0; hour < 30; hour++) receipts.push(await sweepAfter(HOUR_MS))

    expect(new Set(receipts.map(({ Kind }) => Kind))).toEqual(new Set(['full', 'recent']))
    const { covered, gaps } = coverage(receipts, stage.world.clock.now())
    expect(gaps).toEqual([])
    expect(lengths(covered)[0]).toBeCloseTo(30 + 30 / 24, 3)
  })

  test.each([
    [29, []],
    [31, [1]],
    [75, [45]],
  ])('the function off for %i days leaves gaps of %j days', async (days, expected) => {
    const receipts = [await stage.sweep(), await sweepAfter(HOUR_MS), await sweepAfter(days * DAY_MS)]

    const gaps = lengths(coverage(receipts, stage.world.clock.now()).gaps)
    expect(gaps).toHaveLength(expected.length)
    gaps.forEach((length, n) => {
      expect(length).toBeCloseTo(expected[n] ?? 0, 3)
    })
  })

  test('a source added late is covered from 30 days before it was', async () => {
    stage.world.clock.advance(100 * DAY_MS)
    const added = stage.world.clock.now().getTime()

    const { covered } = coverage([await stage.sweep()], stage.world.clock.now())

    expect((Date.parse(covered[0]?.from ?? '') - added) / DAY_MS).toBeCloseTo(-30, 3)
  })

  test('failed sweeps leave a gap once they last for more than 30 days', async () => {
    stage.world.add(endedSessions(3))
    const receipts = [await stage.sweep()]
    stage.emulator.faults.script = () => 'error'
    for (let day = 0; day < 32; day += 8)
      receipts.push(await sweepAfter(8 * DAY_MS).catch(({ receipt }: { receipt: Receipt }) => receipt))
    stage.emulator.faults.script = undefined
    receipts.push(await sweepAfter(DAY_MS))

    expect(receipts.map(({ Outcome }) => Outcome).filter((outcome) => outcome === 'failed')).toHaveLength(4)
    expect(lengths(coverage(receipts, stage.world.clock.now()).gaps)[0]).toBeCloseTo(3, 3)
  })
})
