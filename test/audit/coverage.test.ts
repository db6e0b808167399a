import type { Receipt } from '../../archive/receipt'
import { coverage, type Interval, type Proof } from '../../audit/coverage'
import type { RetentionChange } from '../../audit/retention-changes'
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
  const expected = { covered, gaps, expired: [], lastCompleteAt: covered.at(-1)?.until }
  expect(coverage([FIRST_WEEK, ...receipts], now)).toEqual(expected)
  expect(coverage([...receipts, FIRST_WEEK].reverse(), now)).toEqual(expected)
})

test('what ended since the last sweep is lost once that is more than 30 days ago', () => {
  expect(coverage([FIRST_WEEK], new Date(day(38))).gaps).toEqual([])
  expect(coverage([FIRST_WEEK], new Date(day(40))).gaps).toEqual([span(8, 10)])
})

test.each([
  ['after its last complete sweep', day(9), [span(8, 9)]],
  ['long ago', day(10), [span(8, 10)]],
  ['as soon as it was swept', day(8), []],
  ['and was swept by hand after that', day(7), []],
])('nothing is asked of a source that was retired %s, but what ended before is lost', (_, leftAt, gaps) => {
  for (const now of [day(11), day(60)])
    expect(coverage([FIRST_WEEK], new Date(now), leftAt)).toMatchObject({ covered: [span(1, 8)], gaps })
})

test('without a receipt nothing is covered, and there is no gap', () => {
  expect(coverage([], new Date(day(40)))).toEqual({ covered: [], gaps: [], expired: [] })
})

const kept = (days: number, from: number, until: number) => ({ ...receipt(from, until), RetentionDays: days })

/** On day 50: of 31 days before it, day 19 on is kept. */
test.each<[string, Proof[], Interval[], Interval[], Interval[]]>([
  ['all of it', [kept(31, 1, 19), kept(31, 19, 49)], [span(1, 19)], [span(19, 49)], []],
  ['a part of a receipt', [kept(31, 1, 49)], [span(1, 19)], [span(19, 49)], []],
  ['nothing yet', [kept(31, 19, 49)], [], [span(19, 49)], []],
  ['everything', [kept(31, 1, 8)], [span(1, 8)], [], [span(8, 20)]],
  [
    'both sides of a gap, and so the gap',
    [kept(31, 1, 4), kept(31, 8, 49)],
    [span(1, 19)],
    [span(19, 49)],
    [],
  ],
  ['one side of a gap', [kept(31, 1, 4), kept(31, 22, 49)], [span(1, 4)], [span(22, 49)], [span(4, 22)]],
  [
    'what a sweep had that was not complete',
    [receipt(1, 49), { Outcome: 'incomplete', RetentionDays: 31, FinishedAt: day(10) }],
    [span(1, 10)],
    [span(10, 49)],
    [],
  ],
  [
    'only what it can have written, and of that what is covered',
    [receipt(8, 49), { Outcome: 'failed', RetentionDays: 37, FinishedAt: day(45) }],
    [],
    [span(8, 49)],
    [],
  ],
  ['what a shorter retention had', [kept(31, 1, 10), kept(99, 10, 49)], [span(1, 10)], [span(10, 49)], []],
  [
    'the shortest of several',
    [kept(99, 1, 49), kept(31, 5, 40)],
    [span(5, 19)],
    [span(1, 5), span(19, 49)],
    [],
  ],
  [
    'only what had a retention',
    [receipt(1, 10), kept(31, 10, 49)],
    [span(10, 19)],
    [span(1, 10), span(19, 49)],
    [],
  ],
])('records that expire take from the coverage %s', (_what, receipts, expired, covered, gaps) => {
  const lastCompleteAt = receipts
    .map(({ CoversUntil = '' }) => CoversUntil)
    .sort()
    .at(-1)
  const expected = { expired, covered, gaps, lastCompleteAt }
  expect(coverage(receipts, new Date(day(50)))).toEqual(expected)
  expect(coverage(receipts.toReversed(), new Date(day(50)))).toEqual(expected)
})

describe('when the retention is changed', () => {
  /** On a day, at once; complete. */
  const change = (date: number, days?: number, others: Partial<RetentionChange> = {}): RetentionChange => ({
    ...{ begunAt: day(date), endedAt: day(date), isComplete: true },
    ...{ days, ...others },
  })
  const MONTH = [kept(31, 1, 31)]
  const FOREVER = [receipt(1, 31)]
  const expiredBy = (date: number, receipts: Proof[], changes: RetentionChange[]) =>
    coverage(receipts, new Date(day(date)), undefined, changes).expired

  test.each<[string, number, Proof[], RetentionChange[], Interval[]]>([
    ['set later counts for what was kept forever', 45, FOREVER, [change(40, 35)], [span(1, 10)]],
    [
      'raised keeps what was left then, and what had expired stays so',
      90,
      MONTH,
      [change(41, 400)],
      [span(1, 10)],
    ],
    ['raised before anything expired keeps all', 90, MONTH, [change(32, 400)], []],
    ['removed keeps what was left then', 400, MONTH, [change(41)], [span(1, 10)]],
    ['lowered counts from then on', 50, [kept(400, 1, 31)], [change(40, 35)], [span(1, 15)]],
    [
      'lowered and raised again has expired what was over meanwhile',
      99,
      FOREVER,
      [change(40, 35), change(45, 400)],
      [span(1, 10)],
    ],
    [
      'raised by half has not reached every record',
      50,
      MONTH,
      [change(35, 400, { isComplete: false })],
      [span(1, 19)],
    ],
    [
      'raised and never ended has not either',
      50,
      MONTH,
      [change(35, 400, { isComplete: false, endedAt: undefined })],
      [span(1, 19)],
    ],
    [
      'lowered by half may have reached any',
      50,
      FOREVER,
      [change(40, 35, { isComplete: false })],
      [span(1, 15)],
    ],
    [
      'lowered and never ended may have, too',
      50,
      FOREVER,
      [change(40, 35, { isComplete: false, endedAt: undefined })],
      [span(1, 15)],
    ],
    [
      'lowered by half and replaced has expired what was over by then',
      90,
      FOREVER,
      [change(40, 35, { isComplete: false }), change(45)],
      [span(1, 10)],
    ],
    [
      'raised while a sweep went on may have missed its records',
      50,
      [{ ...kept(31, 1, 31), FinishedAt: day(36) }],
      [change(35, 400)],
      [span(1, 19)],
    ],
    [
      'lowered once does not reach what ended later',
      90,
      [receipt(1, 31)],
      [change(20, 31), change(60)],
      [span(1, 20)],
    ],
  ])('%s', (_what, date, receipts, changes, expired) => {
    expect(expiredBy(date, receipts, changes)).toEqual(expired)
    expect(expiredBy(date, receipts, [...changes].reverse())).toEqual(expired)
  })
})

describe('the coverage of real sweeps', () => {
  const stage = useStage()
  const receiptOf = ({ receipt }: { receipt: Receipt }) => receipt
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

  test('receipts name the retention of their sweep, by which what they cover expires', async () => {
    const receipts = [await stage.sweep({ retentionDays: 40 }), await stage.sweepAfter(1)]
    expect(receipts.map(({ RetentionDays }) => RetentionDays)).toEqual([40, undefined])
    stage.emulator.faults.script = () => 'deny'
    const failed = await stage.sweepAfter(20 * 24, { retentionDays: 50 }).catch(receiptOf)
    expect(failed).toMatchObject({ Outcome: 'denied', RetentionDays: 50 })
    expect(coverage([...receipts, failed], stage.world.clock.now()).expired).toHaveLength(1)
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
    for (let n = 0; n < 4; n++) receipts.push(await stage.sweepAfter(8 * 24).catch(receiptOf))
    stage.emulator.faults.script = undefined
    receipts.push(await stage.sweepAfter(24))
    expect(receipts.filter(({ Outcome }) => Outcome === 'failed')).toHaveLength(4)
    expect(inDays(receipts)).toMatchObject({ gaps: [3] })
  })
})
