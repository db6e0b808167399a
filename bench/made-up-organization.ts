import { createHash } from 'node:crypto'
import { ROSTER, type RosterAccount } from '../archive/roster'
import { sourceKey } from '../archive/source'
import type { SweepState } from '../archive/sweep-state'
import type { SessionLife } from '../emulator/session'

/** An organization of any size, with 17 regions per account. */
export const OWN_ACCOUNT = '111122223333'
export const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1', 'ap-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
  ...['eu-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1'],
]

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** One of so many sources is hot: it has a session a day. */
const HOT_ONE_OF = 20

export function accountIds(count: number): string[] {
  return [OWN_ACCOUNT, ...Array.from({ length: count - 1 }, (_, n) => String(222200000000 + n))]
}

/** The same fraction for the same source, from 0 to 1: the archiver spreads quiet sources by the same. */
function fractionOf(source: string): number {
  return createHash('sha256').update(source).digest().readUInt32BE() / 2 ** 32
}

export function isHot(source: string): boolean {
  return createHash('sha256').update(`hot ${source}`).digest().readUInt32BE() % HOT_ONE_OF === 0
}

/** The sessions of a hot source in the day that begins at this time: one of 20 minutes. */
export function sessionOfDay(source: string, dayBegins: number): SessionLife {
  const startedAt = new Date(dayBegins + Math.floor(fractionOf(`session ${source}`) * 23 * HOUR_MS))
  const endedAt = new Date(startedAt.getTime() + HOUR_MS / 3)
  const members = {
    SessionId: `of-${source.replace('/', '-')}`,
    Target: 'i-1',
    Owner: 'arn:aws:iam::1:user/a',
  }
  const StartDate = startedAt.getTime() / 1000
  return {
    startedAt,
    endedAt,
    whileOpen: { ...members, Status: 'Connected', StartDate },
    afterEnd: { ...members, Status: 'Terminated', StartDate, EndDate: endedAt.getTime() / 1000 },
  }
}

/**
 * What the Sweeps table holds after the days before `now`: the roster, and every source's state.
 *
 * @param sweptAgoMs how long ago every source was swept; 0: the hot ones an hour ago, and the others at their own times
 */
export function* itemsOf(accounts: readonly string[], now: number, sweptAgoMs: number) {
  for (const [n, accountId] of accounts.entries()) {
    yield rosterAccount(accountId, n, now)
    for (const region of REGIONS) {
      const Source = sourceKey({ accountId, region })
      const swept = now - (sweptAgoMs || (isHot(Source) ? HOUR_MS : sinceOwnTime(Source, now)))
      yield { Source, ItemId: 'STATE', ...stateOf(Source, swept, now) }
    }
  }
  const listed = new Date(now - HOUR_MS).toISOString()
  yield { Source: ROSTER, ItemId: 'LISTING', ListedAt: listed, Regions: 'all', UpdatedAt: listed }
}

/** Its regions were listed half a day ago. */
function rosterAccount(ItemId: string, n: number, now: number): RosterAccount {
  const Since = new Date(now - 30 * DAY_MS).toISOString()
  const listedAt = new Date(now - DAY_MS / 2).toISOString()
  const entry = { State: 'swept', Since } as const
  return {
    ...{ Source: ROSTER, ItemId, AccountName: `Account ${n}`, ...entry },
    OrganizationPath: `o-exampleorgid/r-root/${ItemId}/`,
    Regions: Object.fromEntries(REGIONS.toSorted().map((region) => [region, entry])),
    ...{ RegionsListedAt: listedAt, UpdatedAt: listedAt },
  }
}

function stateOf(source: string, swept: number, now: number): SweepState {
  const time = new Date(swept).toISOString()
  return {
    ...{ LastCompleteAt: time, AttemptedAt: time, Outcome: 'complete' },
    LastFullAt: isHot(source) ? new Date(now - sinceOwnTime(source, now)).toISOString() : time,
    ...(isHot(source) && { LastSessionAt: time }),
  }
}

/** Whole hours since the round in which a quiet source's own time had come. */
function sinceOwnTime(source: string, now: number): number {
  const since = (((now - fractionOf(source) * DAY_MS) % DAY_MS) + DAY_MS) % DAY_MS
  return Math.floor(since / HOUR_MS) * HOUR_MS
}
