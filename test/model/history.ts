import fc from 'fast-check'

/** Hours from the beginning of the history. A session may have started before it. */
type Hours = number

/** A session of the model's world. Its contents are numbered in the order in which AWS shows them. */
export interface ModelSession {
  readonly start: Hours
  readonly duration: Hours
  /** A session that vanishes leaves the Active list and is never in the history. */
  readonly fate: 'ends' | 'vanishes'
  /** Hours between its end and its appearance in the history. It is in no list in between. */
  readonly late: Hours
  /** Whether AWS lists it twice. */
  readonly twice: boolean
  /** Whether it shows a StartDate. */
  readonly dated: boolean
  /** How often its content changes while it is open, and as often after its end. Any call can be the moment. */
  readonly changes: number
}

/** A time at which sweeps run. */
export interface Step {
  /** Hours after the step before. */
  readonly after: Hours
  /** They run at the same time. */
  readonly sweeps: readonly ModelSweep[]
}

export interface ModelSweep {
  readonly full: boolean
  /** Network calls after which it is killed. @default - never */
  readonly killedAfter?: number
  /** Whether the call during which it is killed has its effect. */
  readonly killedWithEffect: boolean
  /** Network calls for which it has time. @default - any number */
  readonly callsUntilDeadline?: number
  /** How far the archiver's own clock is off. */
  readonly clockOff: Hours
}

export interface History {
  readonly sessions: readonly ModelSession[]
  readonly steps: readonly Step[]
  /** Probability that a call is refused or cut off. */
  readonly faultRate: number
  /** Probability that a page is short or empty. */
  readonly shortPageRate: number
  /** Whether AWS applies filters to pages that are cut already. */
  readonly filtersLate: boolean
  /** Probability that a page has an element that no record can hold. */
  readonly oddRate: number
  /** Milliseconds that a call takes: sessions end and change while sweeps are under way. */
  readonly callMs: number
  /** Decides which calls suffer which fault, and which waiting call goes first. */
  readonly seed: number
}

/** The span of the steps is short enough that no session is forgotten before the last sweep. */
export const MAX_SPAN_HOURS = 14 * 24

const minutes = (min: number, max: number): fc.Arbitrary<Hours> =>
  fc.integer({ min, max }).map((count) => count / 60)

const session: fc.Arbitrary<ModelSession> = fc
  .record({
    // Integers, because fast-check's doubles crowd around zero.
    duration: fc.oneof(minutes(1, 60), minutes(60, 48 * 60), minutes(20 * 24 * 60, 45 * 24 * 60)),
    end: fc.oneof(
      { arbitrary: minutes(-6 * 60, 30 * 60), weight: 2 },
      { arbitrary: minutes(-10 * 24 * 60, MAX_SPAN_HOURS * 60), weight: 1 },
    ),
    simultaneous: fc.boolean(),
    fate: fc.constantFrom('ends', 'ends', 'ends', 'ends', 'vanishes'),
    late: fc.constantFrom(0, 0, 0, 0, 0.3, 3, 60),
    twice: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    dated: fc.integer({ min: 0, max: 14 }).map((n) => n > 0),
    changes: fc.constantFrom(0, 0, 1, 3),
  })
  .map(({ end, simultaneous, duration, fate, late, twice, changes, ...rest }) => ({
    ...rest,
    fate,
    duration,
    start: (simultaneous ? Math.round(end / 6) * 6 : end) - duration,
    late,
    twice: twice && late === 0,
    changes: twice || late > 0 || fate === 'vanishes' ? 0 : changes,
  }))

const sweep: fc.Arbitrary<ModelSweep> = fc.record({
  full: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  killedAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined, freq: 3 }),
  killedWithEffect: fc.boolean(),
  callsUntilDeadline: fc.option(fc.integer({ min: 5, max: 80 }), { nil: undefined, freq: 3 }),
  clockOff: fc.constantFrom(0, 0, -1, 1, 0.5),
})

const step: fc.Arbitrary<Step> = fc.record({
  after: fc.constantFrom(0, 0.01, 0.5, 1, 1, 1, 1, 2, 6, 24, 48, 70),
  sweeps: fc.array(sweep, { minLength: 1, maxLength: 2 }),
})

export const history: fc.Arbitrary<History> = fc.record({
  sessions: fc.array(session, { minLength: 1, maxLength: 10 }),
  steps: fc.array(step, { minLength: 1, maxLength: 7 }).map(withinSpan),
  faultRate: fc.constantFrom(0, 0.02, 0.1, 0.3),
  shortPageRate: fc.constantFrom(0, 0.3),
  filtersLate: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  oddRate: fc.constantFrom(0, 0, 0.2),
  callMs: fc.constantFrom(700, 30_000),
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
})

function withinSpan(steps: Step[]): Step[] {
  let span = 0
  return steps.filter(({ after }) => {
    const fits = span + after <= MAX_SPAN_HOURS
    if (fits) span += after
    return fits
  })
}
