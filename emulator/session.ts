/** The two lists of DescribeSessions. */
export const SESSION_STATES = ['Active', 'History'] as const

export type SessionState = (typeof SESSION_STATES)[number]

/**
 * A session as DescribeSessions puts it on the wire. Any member can be missing (undefined is missing) or empty, and
 * members that AWS adds one day are passed through.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Session.html
 */
export interface SessionMembers {
  readonly SessionId?: string | undefined
  readonly Target?: string | undefined
  readonly Status?: string | undefined
  /** Epoch seconds with a fraction of milliseconds. */
  readonly StartDate?: number | undefined
  /** Epoch seconds with a fraction of milliseconds. */
  readonly EndDate?: number | undefined
  readonly DocumentName?: string | undefined
  readonly Owner?: string | undefined
  readonly Reason?: string | undefined
  readonly Details?: string | undefined
  readonly OutputUrl?: OutputUrl | undefined
  /** Minutes, as a string. */
  readonly MaxSessionDuration?: string | undefined
  readonly AccessType?: string | undefined
  readonly [member: string]: unknown
}

export interface OutputUrl {
  readonly S3OutputUrl?: string | undefined
  readonly CloudWatchOutputUrl?: string | undefined
}

/**
 * What happens to a session, and what it looks like meanwhile. The times decide which list it is in; the dates it
 * shows are members like any other and may be missing or different.
 */
export interface SessionLife {
  /** From then on in the Active list. */
  readonly startedAt: Date

  /**
   * From then on in the History list.
   *
   * @default - it stays open
   */
  readonly endedAt?: Date

  /**
   * From then on in no list. Before `endedAt`: a session that ages out without ever being in History.
   *
   * @default - 30 days after `endedAt`; whether AWS counts from the start or the end is undocumented
   */
  readonly forgottenAt?: Date

  /**
   * Members shown in the Active list.
   *
   * @default - those of `afterEnd` with status Connected, without EndDate and OutputUrl
   */
  readonly whileOpen?: SessionMembers

  /**
   * Members shown in the History list.
   *
   * @default - those of `whileOpen` with status Terminated and `endedAt` as EndDate
   */
  readonly afterEnd?: SessionMembers
}
