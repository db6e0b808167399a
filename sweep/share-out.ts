import { type Roster, sweptSources } from '../archive/roster'
import { type Source, sourceKey } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'
import { type Cadence, isDue, lastAttempt } from './due'

const HOUR_MS = 60 * 60 * 1000
/** What waited longer was sent again and again, and no message of it arrived. */
const LONG_SENT_MS = 48 * HOUR_MS
/** So many times more sources are swept in the round itself if they waited so long. */
const MORE_IN_PLACE = 10

export interface SharingOut extends Cadence {
  readonly states: ReadonlyMap<string, SweepState>
  readonly now: Date
  /** Sources that a round sweeps itself. */
  readonly inPlace: number
}

/** What is due in a round, those first that waited longest, and what of it is for the queue. */
export interface Shares {
  readonly due: readonly Source[]
  /** By account: one invocation sweeps sources of few accounts, so it assumes few roles. */
  readonly toSend: readonly Source[]
}

/** Shares what is due between the round itself and its queue. */
export function shareOut({ accounts }: Pick<Roster, 'accounts'>, sharing: SharingOut): Shares {
  const { states, now, inPlace } = sharing
  const long = new Date(now.getTime() - LONG_SENT_MS).toISOString()
  const due = [...accounts.values()].flatMap((account) =>
    sweptSources(account).flatMap((source) => {
      const key = sourceKey(source)
      const state = states.get(key) ?? {}
      if (!isDue(key, state, now, sharing, account.RegionsListedAt)) return []
      const attemptedAt = lastAttempt(state, now)
      const waitsSince = attemptedAt || (account.Regions[source.region]?.Since ?? '')
      return [{ source, key, attemptedAt, isLong: waitsSince < long }]
    }),
  )
  due.sort((a, b) => compare(a.attemptedAt, b.attemptedAt))
  const rest = due.filter(({ isLong }, n) => n >= inPlace * (isLong ? MORE_IN_PLACE : 1))
  rest.sort((a, b) => compare(a.key, b.key))
  return { due: due.map(({ source }) => source), toSend: rest.map(({ source }) => source) }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
