import type { Plan, SweepState } from '../../archive/sweep-state'
import { planSweep, type Situation } from '../../sweep/plan'

const BEGUN = '2026-03-31T12:00:00.500Z'
const NEW_FULL = { Kind: 'full', BegunAt: BEGUN, Slices: [{}], Sliced: false }
const since = (From: string) => ({ Kind: 'recent', BegunAt: BEGUN, Slices: [{ From }], Sliced: false })
const NEW_RECENT = since('2026-03-31T10:00:00Z')
/** Swept completely an hour ago, and with a full sweep half a day ago. */
const swept = (change: SweepState = {}): SweepState => ({
  LastCompleteAt: '2026-03-31T11:00:00.999Z',
  LastFullAt: '2026-03-31T00:00:00.000Z',
  ...change,
})
const unfinished = (Kind: Plan['Kind'], BegunAt = '2026-03-31T11:30:00.000Z'): Plan => {
  const Slices = [{ From: '2026-03-31T09:00:00Z', To: '2026-03-31T10:00:00Z' }]
  return { Kind, BegunAt, Slices, Sliced: true }
}
const plan = (state: SweepState, change: Partial<Situation> = {}) => {
  const sliceMs = 24 * 60 * 60 * 1000
  return planSweep({
    state,
    begunAt: BEGUN,
    oldestStart: undefined,
    isDrained: true,
    full: false,
    sliceMs,
    ...change,
  })
}

test('a source that was never swept gets a full sweep: one chain without a filter', () => {
  expect(plan({}, { full: undefined })).toEqual(NEW_FULL)
})

test.each([
  [
    'what the last complete sweep knew',
    swept({ OldestOpenStart: '2026-03-20T00:00:00.000Z' }),
    '2026-03-19T23:00:00Z',
  ],
  ['all that AWS keeps, if there was none', {}, '2026-03-01T12:00:00Z'],
])('if the Active list was not drained, the oldest open session is %s', (_what, state, OldestOpenStart) => {
  const change = { oldestStart: '2026-03-31T11:00:00.000Z', isDrained: false }
  expect(plan(state, change)).toMatchObject({ OldestOpenStart })
})

test('what an unfinished sweep has listed to its end is planned anew', () => {
  expect(plan(swept({ Pending: { ...unfinished('full'), Slices: [] } }))).toMatchObject({ BegunAt: BEGUN })
})

test('a recent sweep covers the time since the last complete one, and looks an hour further back', () => {
  const [CoversFrom, RecentFrom] = [swept().LastCompleteAt, '2026-03-31T10:00:00Z']
  const OldestOpenStart = '2026-03-01T00:00:00.000Z'
  const expected = { ...NEW_RECENT, InvokedAfter: RecentFrom, OldestOpenStart, RecentFrom, CoversFrom }
  expect(plan(swept(), { oldestStart: OldestOpenStart })).toEqual(expected)
})

test('a full sweep that is asked for has no filter, and knows what a recent one would have looked at', () => {
  expect(plan(swept(), { full: true })).toEqual({ ...NEW_FULL, RecentFrom: '2026-03-31T10:00:00Z' })
})

const [FULL, RECENT] = [unfinished('full'), unfinished('recent')]
const [almostDayAgo, dayAgo] = ['2026-03-30T12:30:00.501Z', '2026-03-30T12:30:00.500Z'] // 23.5 hours
const [almostWeekAgo, weekAgo] = ['2026-03-24T12:00:00.501Z', '2026-03-24T12:00:00.500Z']
const complete = unfinished('full', swept().LastCompleteAt)
const overtaken = unfinished('full', '2026-03-31T10:30:00.000Z')
const oldOpen = { OldestOpenStart: '2026-03-29T08:30:00.001Z' }
const newOpen = { OldestOpenStart: '2026-03-31T11:30:00.000Z' }
const sliced = { Kind: 'full', Sliced: true, Slices: { length: 30 }, ChainTooLongAt: almostWeekAgo }
const oneChain = { Sliced: false, ChainTooLongAt: undefined }

test.each<[string, SweepState, boolean, object]>([
  ['23.5 hours after the last full one is full', swept({ LastFullAt: dayAgo }), false, NEW_FULL],
  ['a millisecond earlier is recent', swept({ LastFullAt: almostDayAgo }), false, NEW_RECENT],
  ['of a source without a full one is full', swept({ LastFullAt: undefined }), false, NEW_FULL],
  ['looks back to the oldest open session', swept(oldOpen), false, since('2026-03-29T07:30:00Z')],
  ['looks back no less if that started later', swept(newOpen), false, since('2026-03-31T10:00:00Z')],
  ['continues an unfinished recent one', swept({ Pending: RECENT }), false, RECENT],
  ['continues an unfinished full one', swept({ Pending: FULL }), false, FULL],
  ['that is to be full continues an unfinished full one', swept({ Pending: FULL }), true, FULL],
  ['continues an unfinished first one', { Pending: FULL }, false, FULL],
  ['that is to be full does not continue a recent one', swept({ Pending: RECENT }), true, NEW_FULL],
  ['does not continue one that is complete', swept({ Pending: complete }), false, NEW_RECENT],
  ['does not continue one before a complete one', swept({ Pending: overtaken }), false, NEW_RECENT],
  ['is sliced for a week after a chain too long', swept({ ChainTooLongAt: almostWeekAgo }), true, sliced],
  ['is one chain a week after one too long', swept({ ChainTooLongAt: weekAgo }), true, oneChain],
  ['that is recent is one chain at any time', swept({ ChainTooLongAt: almostWeekAgo }), false, oneChain],
])('a sweep %s', (_what, state, full, expected) => {
  expect(plan(state, { full })).toMatchObject(expected)
})
