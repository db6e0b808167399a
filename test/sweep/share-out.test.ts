import { createHash } from 'node:crypto'
import { ROSTER, type RosterAccount } from '../../archive/roster'
import { sourceKey } from '../../archive/source'
import type { SweepState } from '../../archive/sweep-state'
import { shareOut } from '../../sweep/share-out'
import { DAY, HOUR, MINUTE } from '../support/times'

const BEGIN = Date.parse('2026-11-24T00:10:00Z')
const BOUND = 72 * HOUR
const text = (ms: number) => new Date(ms).toISOString()

/** Numbers from 0 to 1, the same for a seed. */
function numbers(seed: number): () => number {
  let step = 0
  return () => createHash('sha256').update(`${seed} ${step++}`).digest().readUInt32BE() / 2 ** 32
}

/** What STATE may hold, also after a wrong clock or a change by hand. */
function randomState(random: () => number): SweepState {
  const pick = <Item>(...items: readonly Item[]) => items[Math.floor(random() * items.length)]
  const time = () =>
    pick(undefined, text(BEGIN - random() * 3 * DAY), text(BEGIN + (20 + random()) * DAY), 'x')
  return {
    ...{ AttemptedAt: time(), LastCompleteAt: time(), LastSessionAt: time() },
    Outcome: pick('complete', 'incomplete', 'failed', 'unreachable', 'denied', 'disabled', undefined),
    Failures: pick(undefined, 0, 1, 3, 50, 5_000),
  }
}

/** Every fifth source fails always. */
function swept(name: string, before: SweepState, at: number, random: () => number): SweepState {
  const AttemptedAt = text(at)
  const chance = /^\d+[05]\//.test(name) ? 0 : random()
  if (chance < 0.3) return { ...before, AttemptedAt, Outcome: 'failed', Failures: (before.Failures ?? 0) + 1 }
  if (chance < 0.4) return { ...before, AttemptedAt, Outcome: 'incomplete' }
  const LastSessionAt = chance < 0.5 ? AttemptedAt : before.LastSessionAt
  return { AttemptedAt, LastCompleteAt: AttemptedAt, Outcome: 'complete', LastSessionAt }
}

interface Situation {
  readonly sources: number
  readonly inPlace: number
  /** Share of messages that arrive. */
  readonly delivered: number
  /** Sources that a round has the time for. */
  readonly perRound: number
}

/** The longest wait for an attempt in ten days of rounds, and for the first one. */
function longestWait(seed: number, { sources, inPlace, delivered, perRound }: Situation): number {
  const random = numbers(seed)
  const scheduleMs = Math.round(30 + random() * 210) * MINUTE
  const quietMs = scheduleMs + random() * (DAY - scheduleMs)
  const states = new Map<string, SweepState>()
  const attempts = new Map<string, number>()
  const accounts = new Map(
    Array.from({ length: sources }, (_, n): [string, RosterAccount] => {
      const entry = { State: 'swept', Since: text(BEGIN) } as const
      const ItemId = String(111122223333 + n)
      states.set(`${ItemId}/eu-west-1`, randomState(random))
      attempts.set(`${ItemId}/eu-west-1`, BEGIN)
      return [ItemId, { Source: ROSTER, ItemId, ...entry, Regions: { 'eu-west-1': entry }, UpdatedAt: '' }]
    }),
  )
  let longest = 0
  const attempt = (name: string, at: number) => {
    longest = Math.max(longest, at - (attempts.get(name) ?? 0))
    attempts.set(name, at)
    states.set(name, swept(name, states.get(name) ?? {}, at, random))
  }
  for (let round = BEGIN; round < BEGIN + 10 * DAY; round += scheduleMs) {
    const now = new Date(round + random() * Math.min(10 * MINUTE, scheduleMs / 4))
    const { due, toSend } = shareOut({ accounts }, { states, now, inPlace, scheduleMs, quietMs })
    const sent = new Set(toSend)
    const here = due.filter((source) => !sent.has(source)).slice(0, perRound)
    for (const source of here) attempt(sourceKey(source), now.getTime())
    for (const source of toSend)
      if (random() < delivered) attempt(sourceKey(source), now.getTime() + random() * scheduleMs * 0.5)
  }
  const waiting = [...attempts.values()].map((at) => BEGIN + 10 * DAY - at)
  return Math.max(longest, ...waiting)
}

const ALL = Number.POSITIVE_INFINITY
test.each<[string, Situation]>([
  ['a single account, with time for all', { sources: 40, inPlace: ALL, delivered: 0, perRound: ALL }],
  [
    'a single account whose rounds run out of time again and again',
    { sources: 200, inPlace: ALL, delivered: 0, perRound: 16 },
  ],
  ['a queue that delivers', { sources: 100, inPlace: 10, delivered: 1, perRound: ALL }],
  ['a queue that loses nine of ten messages', { sources: 100, inPlace: 1, delivered: 0.1, perRound: ALL }],
  [
    'a queue that delivers nothing, to many sources',
    { sources: 300, inPlace: 5, delivered: 0, perRound: ALL },
  ],
])(
  'whatever is remembered and whatever fails, nobody waits longer than 72 hours for an attempt: %s',
  (_what, situation) => {
    for (let seed = 1; seed <= 8; seed++)
      expect([seed, longestWait(seed, situation) / HOUR < BOUND / HOUR]).toEqual([seed, true])
  },
)

test('with a queue, a few sources stay here, those that waited longest; the rest is sent in order of accounts', () => {
  const entry = { State: 'swept', Since: text(BEGIN) } as const
  const Regions = { 'eu-west-1': entry, 'us-east-1': entry }
  const account = (ItemId: string): [string, RosterAccount] => [
    ItemId,
    { Source: ROSTER, ItemId, ...entry, Regions, UpdatedAt: '' },
  ]
  const accounts = new Map([account('222200000002'), account('111122223333')])
  const states = new Map([
    ['222200000002/eu-west-1', { AttemptedAt: text(BEGIN - HOUR), Outcome: 'incomplete' }],
    ['222200000002/us-east-1', { AttemptedAt: text(BEGIN - 3 * HOUR), Outcome: 'incomplete' }],
    ['111122223333/eu-west-1', { AttemptedAt: text(BEGIN - 2 * HOUR), Outcome: 'incomplete' }],
  ] as const)
  const sharing = { states, now: new Date(BEGIN), inPlace: 2, scheduleMs: HOUR, quietMs: DAY }
  const { due, toSend } = shareOut({ accounts }, sharing)
  expect(due.map(sourceKey).slice(0, 2)).toEqual(['111122223333/us-east-1', '222200000002/us-east-1'])
  expect(toSend.map(sourceKey)).toEqual(['111122223333/eu-west-1', '222200000002/eu-west-1'])
})
