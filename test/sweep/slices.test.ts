import fc from 'fast-check'
import type { Plan, Slice } from '../../archive/sweep-state'
import { halveSlices, slicePlan, wholeSecond, windowStart } from '../../sweep/slices'
import { DAY, HOUR } from '../support/times'

const at = (time: string) => `2026-03-31T${time}Z`
const full: Plan = { Kind: 'full', BegunAt: at('12:00:00.000'), Slices: [{}], Sliced: false }
const recent: Plan = { ...full, Kind: 'recent', InvokedAfter: at('09:30:00') }
/** Between these times, in order. */
const slicesAt = (...times: (string | undefined)[]): Slice[] =>
  times.slice(1).map((To, n) => ({ From: times[n], To }))

test('times of filters are whole seconds, rounded down', () => {
  expect(wholeSecond(Date.parse(at('09:59:59.999')))).toBe(at('09:59:59'))
})

test('a full sweep looks back 30 days, a recent one as far as its filter', () => {
  expect(windowStart(full)).toBe(Date.parse('2026-03-01T12:00:00.000Z'))
  expect(windowStart(recent)).toBe(Date.parse(at('09:30:00')))
})

test('a full sweep is cut into slices without a gap; the first and the last are open', () => {
  const plan = { ...full, BegunAt: at('12:00:00.500') }
  const Slices = slicesAt(undefined, '2026-03-11T12:00:00Z', '2026-03-21T12:00:00Z', undefined)
  expect(slicePlan(plan, 10 * DAY)).toEqual({ ...plan, Sliced: true, Slices })
})

test('a window that begins decades ago has no more slices than 30 days', () => {
  const from = '1970-01-01T00:00:00Z'
  const { Slices } = slicePlan({ ...recent, InvokedAfter: from }, 10 * DAY)
  expect(Slices).toEqual(slicesAt(from, '2026-03-11T12:00:00Z', '2026-03-21T12:00:00Z', undefined))
})

test.each([
  [60, [at('09:30:00'), at('10:30:00'), at('11:30:00')]],
  [75, [at('09:30:00'), at('10:45:00')]],
  [150, [at('09:30:00')]],
  [50, [at('09:30:00'), at('10:20:00'), at('11:10:00')]],
])('a recent sweep of 150 minutes in slices of %d minutes has slices from %j', (minutes, froms) => {
  expect(slicePlan(recent, (minutes * HOUR) / 60).Slices).toEqual(slicesAt(...froms, undefined))
})

test.each([
  ['two hours', slicesAt(at('08:00:00'), at('09:00:00'), at('10:00:00'))],
  ['three seconds', slicesAt(at('08:00:00'), at('08:00:01'), at('08:00:03'))],
  ['one second', slicesAt(at('08:00:00'), at('08:00:01'))],
  ['all time before a time', slicesAt(undefined, '2026-03-16T12:00:00Z', at('12:00:00'))],
  ['all time since a time', slicesAt(at('10:00:00'), at('11:00:00'), undefined)],
  ['no more than a second until now', slicesAt(at('12:00:00'), undefined)],
])(
  'a slice of %s that is too long is cut at a whole second in its middle, if it has one',
  (_which, halves) => {
    const whole = { From: halves[0]?.From, To: halves.at(-1)?.To }
    expect(halveSlices({ ...full, Slices: [whole] }, new Set([whole])).Slices).toEqual(halves)
  },
)

test('slices that are not too long stay whole, and all keep their order', () => {
  const plan = slicePlan(recent, HOUR)
  const Slices = slicesAt(...['09:30:00', '10:30:00', '11:00:00', '11:30:00'].map(at), undefined)
  expect(halveSlices(plan, new Set(plan.Slices.slice(1, 2)))).toEqual({ ...plan, Slices })
})

test('slices that are halved any number of times leave no gap, overlap nowhere and keep their outer bounds', () => {
  const picks = fc.array(fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 5 }), { maxLength: 12 })
  const hours = fc.integer({ min: 1, max: 40 * 24 })
  const holds = fc.property(hours, fc.constantFrom(full, recent), picks, (width, plan, rounds) => {
    let { Slices } = slicePlan(plan, width * HOUR)
    for (const numbers of rounds) {
      const tooLong = new Set(numbers.flatMap((n) => Slices[n % Slices.length] ?? []))
      Slices = halveSlices({ ...plan, Slices }, tooLong).Slices
    }
    expect(Slices[0]?.From).toBe(plan.InvokedAfter)
    expect(Slices.at(-1)?.To).toBeUndefined()
    for (const [n, { From = '', To = '9' }] of Slices.entries()) {
      if (n > 0) expect(From).toBe(Slices[n - 1]?.To)
      expect(From < To).toBe(true)
    }
  })
  fc.assert(holds)
})
