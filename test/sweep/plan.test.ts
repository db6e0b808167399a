import type { Plan, SweepState } from '../../archive/sweep-state'
import { planSweep, type Situation } from '../../sweep/plan'

const BEGUN = '2026-03-31T12:00:00.500Z'
const plan = (state: SweepState, change: Partial<Situation> = {}) =>
  planSweep({
    state,
    begunAt: BEGUN,
    oldestStart: undefined,
    full: undefined,
    sliceMs: 24 * 60 * 60 * 1000,
    ...change,
  })

/** Swept completely an hour ago, and with a full sweep half a day ago. */
const SWEPT = { LastCompleteAt: '2026-03-31T11:00:00.999Z', LastFullAt: '2026-03-31T00:00:00.000Z' }

test('a source that was never swept gets a full sweep: one chain without a filter', () => {
  expect(plan({})).toEqual({
    Kind: 'full',
    BegunAt: BEGUN,
    OldestOpenStart: undefined,
    RecentFrom: undefined,
    InvokedAfter: undefined,
    CoversFrom: undefined,
    Slices: [{}],
    Sliced: false,
    ChainTooLongAt: undefined,
  })
})

test('a recent sweep covers the time since the last complete one, and looks an hour further back', () => {
  expect(plan(SWEPT, { oldestStart: '2026-03-01T00:00:00.000Z' })).toEqual({
    Kind: 'recent',
    BegunAt: BEGUN,
    OldestOpenStart: '2026-03-01T00:00:00.000Z',
    RecentFrom: '2026-03-31T10:00:00Z',
    InvokedAfter: '2026-03-31T10:00:00Z',
    CoversFrom: SWEPT.LastCompleteAt,
    Slices: [{ From: '2026-03-31T10:00:00Z' }],
    Sliced: false,
    ChainTooLongAt: undefined,
  })
})

test.each([
  ['before the last complete sweep', '2026-03-29T08:30:00.001Z', '2026-03-29T07:30:00Z'],
  ['after the last complete sweep had begun', '2026-03-31T11:30:00.000Z', '2026-03-31T10:00:00Z'],
])('a recent sweep looks back far enough for an open session that started %s', (_when, start, from) => {
  expect(plan({ ...SWEPT, OldestOpenStart: start })).toMatchObject({ Kind: 'recent', InvokedAfter: from })
})

test.each([
  ['23.5 hours ago', 'full', '2026-03-30T12:30:00.500Z'],
  ['a millisecond less ago', 'recent', '2026-03-30T12:30:00.501Z'],
  ['never', 'full', undefined],
])('if the last full sweep began %s, a sweep is %s', (_when, Kind, LastFullAt) => {
  expect(plan({ ...SWEPT, LastFullAt })).toMatchObject({ Kind })
})

test('a full sweep that is asked for has no filter, and knows what a recent one would have looked at', () => {
  expect(plan(SWEPT, { full: true })).toMatchObject({
    Kind: 'full',
    Slices: [{}],
    RecentFrom: '2026-03-31T10:00:00Z',
    InvokedAfter: undefined,
    CoversFrom: undefined,
  })
})

describe('unfinished sweeps', () => {
  const pending = (Kind: Plan['Kind'], BegunAt = '2026-03-31T11:30:00.000Z'): Plan => ({
    Kind,
    BegunAt,
    Sliced: true,
    Slices: [{ From: '2026-03-31T09:00:00Z', To: '2026-03-31T10:00:00Z' }],
  })

  test.each([
    ['recent', undefined],
    ['full', undefined],
    ['full', true],
  ] as const)('an unfinished sweep of kind %s is continued as it is, if full is %s', (Kind, full) => {
    expect(plan({ ...SWEPT, Pending: pending(Kind) }, { full })).toEqual(pending(Kind))
  })

  test('the unfinished sweep of a source that was never swept completely is continued', () => {
    expect(plan({ Pending: pending('full') })).toEqual(pending('full'))
  })

  test('an unfinished recent sweep gives way to a full one that is asked for', () => {
    expect(plan({ ...SWEPT, Pending: pending('recent') }, { full: true })).toMatchObject({
      Kind: 'full',
      BegunAt: BEGUN,
      Slices: [{}],
    })
  })

  test.each([SWEPT.LastCompleteAt, '2026-03-31T10:30:00.000Z'])(
    'an unfinished sweep that began at %s is dropped if one that began later, or itself, is complete',
    (begunAt) => {
      expect(plan({ ...SWEPT, Pending: pending('full', begunAt) })).toMatchObject({
        Kind: 'recent',
        BegunAt: BEGUN,
      })
    },
  )
})

describe('chains too long for an invocation', () => {
  const almostAWeekAgo = '2026-03-24T12:00:00.501Z'
  const aWeekAgo = '2026-03-24T12:00:00.500Z'

  test('after a chain was too long, full sweeps are sliced for a week, and remember when it was', () => {
    const { Slices, ...rest } = plan({ ...SWEPT, ChainTooLongAt: almostAWeekAgo }, { full: true })
    expect(rest).toMatchObject({ Kind: 'full', Sliced: true, ChainTooLongAt: almostAWeekAgo })
    expect(Slices).toHaveLength(30)
  })

  test('a week after a chain was too long, a full sweep is one chain again', () => {
    expect(plan({ ...SWEPT, ChainTooLongAt: aWeekAgo }, { full: true })).toMatchObject({
      Slices: [{}],
      Sliced: false,
      ChainTooLongAt: undefined,
    })
  })

  test('after a chain was too long, a recent sweep is one chain all the same', () => {
    expect(plan({ ...SWEPT, ChainTooLongAt: almostAWeekAgo })).toMatchObject({
      Kind: 'recent',
      Sliced: false,
      ChainTooLongAt: undefined,
    })
  })
})
