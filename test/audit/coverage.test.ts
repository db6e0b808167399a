import type { Receipt } from '../../archive/receipt'
import { coverage } from '../../audit/coverage'
import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'
import { DAY } from '../support/times'

/** Midnight of a day of February. */
const day = (date: number) => new Date(Date.UTC(2026, 1, date)).toISOString()
const span = (from: number, until: number) => ({ from: day(from), until: day(until) })
const receipt = (from: number, until: number, Outcome: Receipt['Outcome'] = 'complete') => ({
  Outcome,
  CoversFrom: day(from),
  CoversUntil: day(until),
})
const FIRST_WEEK = receipt(1, 8)
const apart = [receipt(12, 13), receipt(9, 10)]
const others = [receipt(8, 10, 'failed'), receipt(8, 10, 'incomplete')]
const half = [
  { ...FIRST_WEEK, CoversFrom: undefined },
  { ...receipt(8, 9), CoversUntil: undefined },
]

test.each([
  ['that touch', [receipt(8, 10)], [span(1, 10)], []],
  ['that overlap', [receipt(6, 10)], [span(1, 10)], []],
  ['of which one is within another', [receipt(2, 4)], [span(1, 8)], []],
  ['that bridge a gap', [receipt(10, 12), receipt(7, 11)], [span(1, 12)], []],
  ['with gaps', apart, [span(1, 8), span(9, 10), span(12, 13)], [span(8, 9), span(10, 12)]],
  ['of sweeps that did not complete', others, [span(1, 8)], []],
  ['with empty spans', [receipt(9, 9), receipt(10, 9)], [span(1, 8)], []],
  ['with half a span', half, [span(1, 8)], []],
])('receipts %s, in any order, prove what they must and no more', (_which, receipts, covered, gaps) => {
  const now = new Date(day(14))
  expect(coverage([FIRST_WEEK, ...receipts], now)).toEqual({ covered, gaps })
  expect(coverage([...receipts, FIRST_WEEK].reverse(), now)).toEqual({ covered, gaps })
})

test('what ended since the last sweep is lost once that is more than 30 days ago', () => {
  expect(coverage([FIRST_WEEK], new Date(day(38))).gaps).toEqual([])
  expect(coverage([FIRST_WEEK], new Date(day(40))).gaps).toEqual([span(8, 10)])
})

test('without a receipt nothing is covered, and there is no gap', () => {
  expect(coverage([], new Date(day(40)))).toEqual({ covered: [], gaps: [] })
})

describe('the coverage of real sweeps', () => {
  const stage = useStage()
  const inDays = (receipts: readonly Receipt[]) => {
    const { covered, gaps } = coverage(receipts, stage.world.clock.now())
    const days = ({ from, until }: { from: string; until: string }) =>
      Math.round((Date.parse(until) - Date.parse(from)) / (DAY / 1000)) / 1000
    return { covered: covered.map(days), gaps: gaps.map(days) }
  }

  test('hourly sweeps cover everything since 30 days before the first of them', async () => {
    const receipts = [await stage.sweep()]
    for (let hour = 0; hour < 25; hour++) receipts.push(await stage.sweepAfter(1))
    expect(new Set(receipts.map(({ Kind }) => Kind))).toEqual(new Set(['full', 'recent']))
    expect(inDays(receipts)).toEqual({ covered: [31.042], gaps: [] })
  })

  test.each([
    [29, []],
    [31, [1]],
    [75, [45]],
  ])('if the function was off for %i days, the gaps are of %j days', async (off, gaps) => {
    const receipts = [await stage.sweep(), await stage.sweepAfter(1), await stage.sweepAfter(off * 24)]
    expect(inDays(receipts)).toMatchObject({ gaps })
  })

  test('there is a gap once sweeps have failed for more than 30 days', async () => {
    stage.world.add(endedSessions(3))
    const receipts = [await stage.sweep()]
    stage.emulator.faults.script = () => 'error'
    for (let n = 0; n < 4; n++)
      receipts.push(await stage.sweepAfter(8 * 24).catch(({ receipt }: { receipt: Receipt }) => receipt))
    stage.emulator.faults.script = undefined
    receipts.push(await stage.sweepAfter(24))
    expect(receipts.filter(({ Outcome }) => Outcome === 'failed')).toHaveLength(4)
    expect(inDays(receipts)).toMatchObject({ gaps: [3] })
  })
})
