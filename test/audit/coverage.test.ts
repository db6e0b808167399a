import type { Receipt } from '../../archive/receipt'
import { coverage } from '../../audit/coverage'
import { endedSessions } from '../support/sessions'
import { useStage } from '../support/stage'
import { DAY } from '../support/times'

const day = (date: string) => `2026-${date}T00:00:00.000Z`
const span = (from: string, until: string) => ({ from: day(from), until: day(until) })
const receipt = (from: string, until: string, Outcome: Receipt['Outcome'] = 'complete') => ({
  Outcome,
  CoversFrom: day(from),
  CoversUntil: day(until),
})
const JANUARY = receipt('01-01', '02-01')

test.each([
  ['that touch', [receipt('02-01', '02-03')], [span('01-01', '02-03')], []],
  ['that overlap', [receipt('01-20', '02-03')], [span('01-01', '02-03')], []],
  ['of which one is within another', [receipt('01-10', '01-20')], [span('01-01', '02-01')], []],
  ['that bridge a gap', [receipt('02-03', '02-05'), receipt('01-31', '02-04')], [span('01-01', '02-05')], []],
  [
    'that do not touch',
    [receipt('02-05', '02-06'), receipt('02-02', '02-03')],
    [span('01-01', '02-01'), span('02-02', '02-03'), span('02-05', '02-06')],
    [span('02-01', '02-02'), span('02-03', '02-05')],
  ],
  [
    'of sweeps that did not complete',
    [receipt('02-01', '02-03', 'failed'), receipt('02-01', '02-03', 'incomplete')],
    [span('01-01', '02-01')],
    [],
  ],
  [
    'without a span, or with an empty or inverted one,',
    [
      { Outcome: 'complete' as const },
      { Outcome: 'complete' as const, CoversFrom: day('02-01') },
      { Outcome: 'complete' as const, CoversUntil: day('02-01') },
      receipt('02-02', '02-02'),
      receipt('02-03', '02-02'),
    ],
    [span('01-01', '02-01')],
    [],
  ],
])('receipts %s, in any order, prove what they must and no more', (_which, others, covered, gaps) => {
  const now = new Date(day('02-07'))
  expect(coverage([JANUARY, ...others], now)).toEqual({ covered, gaps })
  expect(coverage([...others, JANUARY].reverse(), now)).toEqual({ covered, gaps })
})

test('what ended since the last sweep is lost once that is more than 30 days ago', () => {
  expect(coverage([JANUARY], new Date(day('03-03'))).gaps).toEqual([])
  expect(coverage([JANUARY], new Date(day('03-10'))).gaps).toEqual([span('02-01', '02-08')])
})

test('without a receipt nothing is covered, and there is no gap', () => {
  expect(coverage([], new Date(day('03-10')))).toEqual({ covered: [], gaps: [] })
})

describe('the coverage of real sweeps', () => {
  const stage = useStage()
  const now = () => stage.world.clock.now()
  const days = (spans: readonly { from: string; until: string }[]) =>
    spans.map(({ from, until }) => Math.round((Date.parse(until) - Date.parse(from)) / (DAY / 1000)) / 1000)

  test('hourly sweeps cover everything since 30 days before the first of them', async () => {
    const receipts = [await stage.sweep()]
    for (let hour = 0; hour < 25; hour++) receipts.push(await stage.sweepAfter(1))

    expect(new Set(receipts.map(({ Kind }) => Kind))).toEqual(new Set(['full', 'recent']))
    const { covered, gaps } = coverage(receipts, now())
    expect(gaps).toEqual([])
    expect(days(covered)).toEqual([31.042])
  })

  test.each([
    [29, []],
    [31, [1]],
    [75, [45]],
  ])('if the function was off for %i days, the gaps are of %j days', async (off, gaps) => {
    const receipts = [await stage.sweep(), await stage.sweepAfter(1), await stage.sweepAfter(off * 24)]

    expect(days(coverage(receipts, now()).gaps)).toEqual(gaps)
  })

  test('there is a gap once sweeps have failed for more than 30 days', async () => {
    stage.world.add(endedSessions(3))
    const receipts = [await stage.sweep()]
    stage.emulator.faults.script = () => 'error'
    for (let week = 0; week < 4; week++)
      receipts.push(await stage.sweepAfter(8 * 24).catch(({ receipt }: { receipt: Receipt }) => receipt))
    stage.emulator.faults.script = undefined
    receipts.push(await stage.sweepAfter(24))

    expect(receipts.filter(({ Outcome }) => Outcome === 'failed')).toHaveLength(4)
    expect(days(coverage(receipts, now()).gaps)).toEqual([3])
  })
})
