import type { ShownSession } from '../../audit/last-seen'

/** Something that the record tells of the lists of AWS. */
export interface Told {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly what: string
}

const LISTS = {
  Active: 'in the list of active sessions',
  History: 'in the history',
  Recovered: 'in neither list: CloudTrail knows of it',
} as const

/** Which lists a session was seen in, and when, as far as its record tells. In order of time. */
export function listsTold(record: ShownSession): Told[] {
  const { State, StartDate, EndDate, FirstArchivedAt, ObservedAt, EndUnknown } = record
  const { MissingSince, LastKnownActiveAt, LastSeenAt, EndedBefore, ExpiresAt } = record
  const list = LISTS[State]
  const told: [at: string | undefined, what: string][] = [
    [StartDate, 'It started.'],
    [FirstArchivedAt, `It was archived first${FirstArchivedAt === ObservedAt ? `, ${list}` : ''}.`],
    [FirstArchivedAt === ObservedAt ? undefined : ObservedAt, `It was seen ${list}, as its record is now.`],
    [LastKnownActiveAt, 'It was seen, or known to be, active last.'],
    [MissingSince, `It was in neither list from here on${EndUnknown ? ': its end will not be known' : ''}.`],
    [LastSeenAt === ObservedAt ? undefined : LastSeenAt, 'A complete sweep saw it open last.'],
    [EndDate, 'It ended.'],
    [EndedBefore, 'AWS did not list it any more: it had ended before.'],
    [ExpiresAt === undefined ? undefined : isoOf(ExpiresAt), 'Its record may expire.'],
  ]
  const known = told.flatMap(([at, what]) => (at === undefined ? [] : [{ at, what }]))
  return known.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
}

function isoOf(epochSeconds: number): string | undefined {
  const date = new Date(epochSeconds * 1000)
  return Number.isFinite(date.getTime()) ? date.toISOString() : undefined
}
