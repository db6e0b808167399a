import fc from 'fast-check'
import type { Plan, Slice } from '../../archive/sweep-state'
import { halveSlices, slicePlan, wholeSecond, windowStart } from '../../sweep/slices'

const HOUR_MS = 60 * 60 * 1000
const full: Plan = { Kind: 'full', BegunAt: '2026-03-31T12:00:00.000Z', Slices: [{}], Sliced: false }
const recent: Plan = { ...full, Kind: 'recent', InvokedAfter: '2026-03-31T09:30:00Z' }
const at = (time: string) => `2026-03-31T${time}Z`

test('times of filters are whole seconds, rounded down', () => {
  expect(wholeSecond(Date.parse('2026-03-31T09:59:59.999Z'))).toBe('2026-03-31T09:59:59Z')
})

test('a full sweep looks back 30 days, a recent one as far as its filter', () => {
  expect(windowStart(full)).toBe(Date.parse('2026-03-01T12:00:00.000Z'))
  expect(windowStart(recent)).toBe(Date.parse('2026-03-31T09:30:00Z'))
})

test('a full sweep is cut into slices without a gap; the first and the last are open', () => {
  const plan = { ...full, BegunAt: at('12:00:00.500') }
  expect(slicePlan(plan, 10 * 24 * HOUR_MS)).toEqual({
    ...plan,
    Sliced: true,
    Slices: [
      { From: undefined, To: '2026-03-11T12:00:00Z' },
      { From: '2026-03-11T12:00:00Z', To: '2026-03-21T12:00:00Z' },
      { From: '2026-03-21T12:00:00Z', To: undefined },
    ],
  })
})

test.each([
  [1, [at('09:30:00'), at('10:30:00'), at('11:30:00')]],
  [1.25, [at('09:30:00'), at('10:45:00')]],
  [2.5, [at('09:30:00')]],
  [1 / 1.2, [at('09:30:00'), at('10:20:00'), at('11:10:00')]],
])('a recent sweep of 2.5 hours in slices of %d hours has slices from %j', (hours, froms) => {
  const { Slices } = slicePlan(recent, hours * HOUR_MS)
  expect(Slices).toEqual(froms.map((From, n) => ({ From, To: froms[n + 1] })))
})

describe('slices that are too long', () => {
  const halve = (slice: Slice, plan = full) =>
    halveSlices({ ...plan, Slices: [slice], Sliced: true }, new Set([slice])).Slices

  test.each<[string, Slice, Slice[]]>([
    [
      'two hours',
      { From: at('08:00:00'), To: at('10:00:00') },
      [
        { From: at('08:00:00'), To: at('09:00:00') },
        { From: at('09:00:00'), To: at('10:00:00') },
      ],
    ],
    [
      'three seconds',
      { From: at('08:00:00'), To: at('08:00:03') },
      [
        { From: at('08:00:00'), To: at('08:00:01') },
        { From: at('08:00:01'), To: at('08:00:03') },
      ],
    ],
    [
      'one second',
      { From: at('08:00:00'), To: at('08:00:01') },
      [{ From: at('08:00:00'), To: at('08:00:01') }],
    ],
    [
      'all time before a time',
      { To: at('12:00:00') },
      [
        { From: undefined, To: '2026-03-16T12:00:00Z' },
        { From: '2026-03-16T12:00:00Z', To: at('12:00:00') },
      ],
    ],
    [
      'all time since a time',
      { From: at('10:00:00') },
      [
        { From: at('10:00:00'), To: at('11:00:00') },
        { From: at('11:00:00'), To: undefined },
      ],
    ],
    ['no more than a second until now', { From: at('12:00:00') }, [{ From: at('12:00:00') }]],
  ])(
    'a slice of %s is cut in the middle, at a whole second, unless it is one second',
    (_which, slice, halves) => {
      expect(halve(slice)).toEqual(halves)
    },
  )

  test('slices that are not too long stay whole, and all keep their order', () => {
    const plan = slicePlan(recent, HOUR_MS)
    const [first, second, third] = plan.Slices as [Slice, Slice, Slice]
    expect(halveSlices(plan, new Set([second]))).toEqual({
      ...plan,
      Slices: [
        first,
        { From: at('10:30:00'), To: at('11:00:00') },
        { From: at('11:00:00'), To: at('11:30:00') },
        third,
      ],
    })
  })

  test('slices that are halved any number of times leave no gap, overlap nowhere and keep their outer bounds', () => {
    const picks = fc.array(fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 5 }), { maxLength: 12 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * 24 }), fc.boolean(), picks, (hours, isFull, rounds) => {
        let plan = slicePlan(isFull ? full : recent, hours * HOUR_MS)
        for (const numbers of rounds)
          plan = halveSlices(plan, new Set(numbers.flatMap((n) => plan.Slices[n % plan.Slices.length] ?? [])))
        const { Slices } = plan
        expect(Slices[0]?.From).toBe(isFull ? undefined : recent.InvokedAfter)
        expect(Slices.at(-1)?.To).toBeUndefined()
        for (const [n, { From = '', To = '9' }] of Slices.entries()) {
          if (n > 0) expect(From).toBe(Slices[n - 1]?.To)
          expect(From < To).toBe(true)
        }
      }),
    )
  })
})
