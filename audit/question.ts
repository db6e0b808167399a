import { durationSeconds, type SessionRecord, type State } from '../archive/record'
import { isNameInAnyCase, isTarget, isTargetName } from './asked-names'

/** Asks for the sessions that meet every given condition. Times are ISO 8601, UTC, milliseconds. */
export interface Question {
  /** Started then or later. */
  readonly from?: string
  /** Started before. */
  readonly to?: string
  /** Connected at this time. Without an EndDate, a session counts as connected until it was first seen as ended. */
  readonly at?: string
  /** People, any of them, in upper or lower case. A name that ends in `*` stands for all that begin so, here and below. */
  readonly ownerNames?: readonly string[]
  /** Roles, any of them, in upper or lower case: IAM has no two that differ in nothing else. */
  readonly roleNames?: readonly string[]
  /**
   * Targets, any of them: ids, or names as the records have them, in upper or lower case. A container's cluster or
   * task stands for all its containers.
   */
  readonly targets?: readonly string[]
  readonly status?: string
  /** `Recovered`: AWS did not list it, and CloudTrail knows of it. */
  readonly state?: State
  /** In upper or lower case. */
  readonly documentName?: string
  /** Part of the reason, in upper or lower case. */
  readonly reason?: string
  /** Any of them. Twelve digits. */
  readonly accountIds?: readonly string[]
  readonly region?: string
  readonly accessType?: string
  /** Not ended, as far as the archive knows. */
  readonly open?: true
  /** Seconds. An open session lasts until now; one of unknown end lasted until it was last known active. */
  readonly minDuration?: number
}

type Conditions = {
  readonly [name in keyof Question]-?: (
    record: SessionRecord,
    asked: NonNullable<Question[name]>,
    now: Date,
  ) => boolean
}

const CONDITIONS: Conditions = {
  from: ({ StartDate }, from) => StartDate !== undefined && StartDate >= from,
  to: ({ StartDate }, to) => StartDate !== undefined && StartDate < to,
  at: (record, at) =>
    record.StartDate !== undefined && record.StartDate <= at && (endedBy(record) ?? '9') > at,
  ownerNames: ({ OwnerName }, asked) => isAny(OwnerName, asked, isNameInAnyCase),
  roleNames: ({ RoleName }, asked) => isAny(RoleName, asked, isNameInAnyCase),
  targets: ({ Target, TargetName }, asked) =>
    isAny(Target, asked, isTarget) || isAny(TargetName, asked, isTargetName),
  status: ({ Status }, asked) => Status === asked,
  state: ({ State }, asked) => State === asked,
  documentName: ({ DocumentName }, asked) => isAny(DocumentName, [asked], isNameInAnyCase),
  reason: ({ Reason }, part) =>
    typeof Reason === 'string' && Reason.toLowerCase().includes(part.toLowerCase()),
  accountIds: ({ AccountId }, asked) => asked.includes(AccountId),
  region: ({ Region }, asked) => Region === asked,
  accessType: ({ AccessType }, asked) => AccessType === asked,
  open: ({ OpenSource }) => OpenSource !== undefined,
  minDuration: (record, seconds, now) => lastedSeconds(record, now) >= seconds,
}

/** Whether the question is about sessions of this account. */
export function isAccountAsked(accountId: string, { accountIds }: Pick<Question, 'accountIds'>): boolean {
  return accountIds === undefined || accountIds.includes(accountId)
}

/** Whether the question is about sessions of this source, `111122223333/eu-west-1`. */
export function isSourceAsked(source: string, where: Pick<Question, 'accountIds' | 'region'>): boolean {
  const [account = '', region] = source.split('/')
  return isAccountAsked(account, where) && (where.region ?? region) === region
}

function isAny(
  name: unknown,
  asked: readonly string[],
  matches: (name: string, asked: string) => boolean,
): boolean {
  return typeof name === 'string' && asked.some((one) => matches(name, one))
}

/** Whether a session answers the question. One without a StartDate answers no question about time. */
export function answers(question: Question, record: SessionRecord, now: Date): boolean {
  const conditions = Object.entries(CONDITIONS) as [keyof Question, (...args: unknown[]) => boolean][]
  return conditions.every(
    ([name, holds]) => question[name] === undefined || holds(record, question[name], now),
  )
}

/** The latest time at which the session can have ended; undefined for an open session. */
function endedBy({
  EndDate,
  EndedBefore,
  State,
  ObservedAt,
  MissingSince,
}: SessionRecord): string | undefined {
  return EndDate ?? EndedBefore ?? (State === 'History' ? ObservedAt : MissingSince)
}

function lastedSeconds(
  { StartDate, EndDate, OpenSource, LastKnownActiveAt }: SessionRecord,
  now: Date,
): number {
  const isOpen = OpenSource !== undefined && LastKnownActiveAt === undefined
  return durationSeconds(StartDate, EndDate ?? (isOpen ? now.toISOString() : LastKnownActiveAt)) ?? 0
}
