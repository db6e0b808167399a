import fc from 'fast-check'

/** What can happen to an account, or end. */
export type Event =
  | { readonly kind: 'close' | 'reopen' | 'leave' | 'join' | 'unlist' | 'list'; readonly account: number }
  | { readonly kind: 'lose-role' | 'get-role' | 'move-out' | 'move-in'; readonly account: number }
  | {
      readonly kind: 'disable' | 'enable' | 'break' | 'mend'
      readonly account: number
      readonly region: number
    }

/** A session of a source. Hours from the beginning. */
export interface OrganizationSession {
  readonly account: number
  readonly region: number
  readonly start: number
  readonly duration: number
}

/** What becomes of a message. A late one comes after the next round. */
export type Delivery = 'once' | 'twice' | 'late' | 'lost'

export interface OrganizationStep {
  /** Hours after the step before. */
  readonly after: number
  readonly events: readonly Event[]
  readonly listing: 'whole' | 'deny' | 'error' | 'empty-page'
  readonly deliveries: readonly Delivery[]
  /** Calls of the database after which the round, and each message, is killed. @default - never */
  readonly killedAfter?: number
  /** Probability that a call of the database fails. */
  readonly faultRate: number
}

export interface OrganizationHistory {
  readonly sessions: readonly OrganizationSession[]
  readonly steps: readonly OrganizationStep[]
  readonly seed: number
}

export const ACCOUNTS = 4
export const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1']

const account = fc.integer({ min: 1, max: ACCOUNTS - 1 }) // the own account stays
const region = fc.integer({ min: 0, max: REGIONS.length - 1 })

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      ...(['close', 'reopen', 'leave', 'join', 'unlist', 'list'] as const),
      ...(['lose-role', 'get-role', 'move-out', 'move-in'] as const),
    ),
    account,
  }),
  fc.record({ kind: fc.constantFrom('disable', 'enable', 'break', 'mend'), account, region }),
)

const step: fc.Arbitrary<OrganizationStep> = fc.record({
  after: fc.constantFrom(1, 1, 1, 3, 7, 24, 26, 70, 240),
  events: fc.array(event, { maxLength: 3 }),
  listing: fc.constantFrom('whole', 'whole', 'whole', 'deny', 'error', 'empty-page'),
  deliveries: fc.array(fc.constantFrom('once', 'once', 'twice', 'late', 'lost'), {
    minLength: 3,
    maxLength: 3,
  }),
  killedAfter: fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined, freq: 3 }),
  faultRate: fc.constantFrom(0, 0, 0, 0.05),
})

export const organizationHistory: fc.Arbitrary<OrganizationHistory> = fc.record({
  sessions: fc.array(
    fc.record({
      account: fc.integer({ min: 0, max: ACCOUNTS - 1 }),
      region,
      start: fc.integer({ min: -20 * 24, max: 40 * 24 }),
      duration: fc.constantFrom(0.1, 1, 8, 30, 200),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  steps: fc.array(step, { minLength: 2, maxLength: 12 }),
  seed: fc.integer({ min: 0, max: 0x7fffffff }),
})
