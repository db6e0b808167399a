/** The two lists of DescribeSessions. */
export const SESSION_STATES = ['Active', 'History'] as const

export type SessionState = (typeof SESSION_STATES)[number]

/**
 * A session as DescribeSessions puts it on the wire. Any member can be missing (undefined means missing) or empty.
 * Members that AWS may add one day are passed through.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Session.html
 */
export interface SessionMembers {
  readonly SessionId?: string
  readonly Target?: string
  readonly Status?: string
  /** Epoch seconds with a fraction of milliseconds. */
  readonly StartDate?: number
  /** Epoch seconds with a fraction of milliseconds. */
  readonly EndDate?: number
  readonly DocumentName?: string
  readonly Owner?: string
  readonly Reason?: string
  readonly Details?: string
  readonly OutputUrl?: OutputUrl
  /** Minutes, as a string. */
  readonly MaxSessionDuration?: string
  readonly AccessType?: string
  readonly [member: string]: unknown
}

export interface OutputUrl {
  readonly S3OutputUrl?: string
  readonly CloudWatchOutputUrl?: string
}

/**
 * What happens to a session, and what it looks like in each list. These times decide which list it is in. The dates
 * that it shows are members like any other: they may be missing or different.
 */
export interface SessionLife {
  /** From this time in the Active list. */
  readonly startedAt: Date

  /**
   * From this time in the History list.
   *
   * @default - it stays open
   */
  readonly endedAt?: Date

  /**
   * From this time in no list. If it is before `endedAt`, the session is never in History.
   *
   * @default - 30 days after `endedAt`: AWS does not document whether it counts from the start or the end
   */
  readonly forgottenAt?: Date

  /** ARN of the person who had ECS start it, in CloudTrail. @default - the owner */
  readonly startedBy?: string

  /** ARN of who ended it by TerminateSession, in CloudTrail. @default - it ended without a call */
  readonly terminatedBy?: string

  /**
   * Members shown in the Active list.
   *
   * @default - `afterEnd` with status Connected, without EndDate and OutputUrl
   */
  readonly whileOpen?: SessionMembers

  /**
   * Members shown in the History list.
   *
   * @default - `whileOpen` with status Terminated and `endedAt` as EndDate
   */
  readonly afterEnd?: SessionMembers
}
