import { InvalidArgumentError } from '@commander-js/extra-typings'
import { type Faults, randomFaults } from '../emulator/faults'
import { positiveNumber, probability, wholeNumber } from './parsers'

/** Node.js turns longer timers into 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The kinds of `--fault KIND=VALUE`: how their values are read, and what they mean. */
export const FAULTS = {
  latency: { parse: wholeNumber(0, LONGEST_TIMER_MS), means: 'milliseconds before every answer' },
  throttle: { parse: positiveNumber, means: 'requests per second; more get ThrottlingException' },
  'lookup-throttle': {
    parse: positiveNumber,
    means: 'requests per second of LookupEvents; AWS allows 2, more get ThrottlingException',
  },
  'token-lifetime': { parse: positiveNumber, means: 'seconds after which a token is refused' },
  error: { parse: probability, means: 'probability of InternalServerError' },
  reset: { parse: probability, means: 'probability of a reset connection' },
  'empty-page': { parse: probability, means: 'probability of an empty page with a token' },
  'short-page': { parse: probability, means: 'probability of a page of at most half of MaxResults' },
  'filter-after-page': {
    parse: probability,
    means: 'probability that filters apply to a page that is cut already',
  },
  'repeat-token': {
    parse: probability,
    means: 'probability that the answer repeats the token of its request',
  },
}
type Kind = keyof typeof FAULTS
export type FaultValues = Partial<Record<Kind, number>>

/** One `KIND=VALUE` more. */
export function addFault(text: string, others: FaultValues = {}): FaultValues {
  const [, kind = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (!isKind(kind))
    throw new InvalidArgumentError(
      `Expected KIND=VALUE with one of the kinds ${Object.keys(FAULTS).join(', ')}.`,
    )
  if (kind in others) throw new InvalidArgumentError(`Expected ${kind} only once.`)
  return { ...others, [kind]: FAULTS[kind].parse(value) }
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(FAULTS, text)
}

/** @param seed of those that are random */
export function toFaults(
  {
    latency,
    throttle,
    'lookup-throttle': perSecond,
    'token-lifetime': tokenLifetime,
    ...probabilities
  }: FaultValues,
  seed: number,
): Faults {
  return {
    latencyMs: latency,
    requestsPerSecond: throttle,
    tokenLifetimeSeconds: tokenLifetime,
    lookUps: { perSecond, latencyMs: latency },
    script: randomFaults(probabilities, seed),
  }
}
