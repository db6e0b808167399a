/** Names that the stack, the function and the command line share. */

export const ACCOUNT_ID = /^\d{12}$/
export const ORGANIZATION_ID = /^o-[a-z0-9]{10,32}$/
export const ORGANIZATIONAL_UNIT_ID = /^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$/

/** The role that the function assumes in other accounts, if no other is configured. */
export const MEMBER_ROLE_NAME = 'session-archive-reader'

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2` … */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/

/** Partition key, in the Sweeps table, of what is kept of each change of the retention. */
export const RETENTION = 'RETENTION'

/** Environment variables that the stack sets and the function reads. */
export const ENVIRONMENT = {
  sessionsTable: 'SESSION_ARCHIVE_SESSIONS_TABLE',
  sweepsTable: 'SESSION_ARCHIVE_SWEEPS_TABLE',
  retentionDays: 'SESSION_ARCHIVE_RETENTION_DAYS',
  /** Minutes between two rounds. */
  schedule: 'SESSION_ARCHIVE_SCHEDULE_MINUTES',
  /** Minutes between two sweeps of a quiet source. */
  quietSchedule: 'SESSION_ARCHIVE_QUIET_SCHEDULE_MINUTES',
  /** `all`, or the regions that are swept. Lists, here and below, are separated by commas. */
  regions: 'SESSION_ARCHIVE_REGIONS',
  excludeRegions: 'SESSION_ARCHIVE_EXCLUDE_REGIONS',
  /** Only with an organization, like all below. */
  organizationId: 'SESSION_ARCHIVE_ORGANIZATION_ID',
  includeAccounts: 'SESSION_ARCHIVE_INCLUDE_ACCOUNTS',
  excludeAccounts: 'SESSION_ARCHIVE_EXCLUDE_ACCOUNTS',
  excludeOrganizationalUnits: 'SESSION_ARCHIVE_EXCLUDE_ORGANIZATIONAL_UNITS',
  memberRoleName: 'SESSION_ARCHIVE_MEMBER_ROLE_NAME',
  /** Of the queue that takes the sources for which a round has no time. */
  queueUrl: 'SESSION_ARCHIVE_QUEUE_URL',
} as const

/** Environment variables of the function that logs evidence, beside the names of both tables. */
export const EVIDENCE_ENVIRONMENT = {
  bucket: 'SESSION_ARCHIVE_EVIDENCE_BUCKET',
  /** ARN of the key that signs. */
  signingKey: 'SESSION_ARCHIVE_SIGNING_KEY',
  /** ARN of the archive's key: its use is what CloudTrail writes down. */
  archiveKey: 'SESSION_ARCHIVE_KEY',
} as const

/**
 * The metrics that the function emits and the alarms watch. Their one dimension is `service`, the function's
 * name: the number of metrics, and so their price, does not grow with the sources.
 */
export const METRIC_NAMESPACE = 'SessionArchive'

export const METRICS = {
  sweepsCompleted: 'SweepsCompleted',
  sweepsIncomplete: 'SweepsIncomplete',
  sweepsFailed: 'SweepsFailed',
  sweepDuration: 'SweepDuration',
  listCalls: 'ListCalls',
  sessionsSeen: 'SessionsSeen',
  sessionsArchived: 'SessionsArchived',
  sessionsUpdated: 'SessionsUpdated',
  sessionsRejected: 'SessionsRejected',
  sessionsOpen: 'SessionsOpen',
  missedByRecent: 'MissedByRecent',
  /** Sessions that CloudTrail knows and that AWS does not list, though it should. */
  uncorroborated: 'Uncorroborated',
  /** 30 minus the days since the last complete sweep of the least healthy source. Like all below, once per round. */
  daysUntilLoss: 'DaysUntilLoss',
  /** Sources that no complete sweep has seen for 25 hours, or ever. */
  sourcesLate: 'SourcesLate',
  /** Sources whose latest sweep could not assume the member role. */
  sourcesUnreachable: 'SourcesUnreachable',
  /** Sources whose latest sweep was denied, and accounts that deny to list their regions. */
  sourcesDenied: 'SourcesDenied',
  /** Hours since a listing of accounts was complete and believed; without an organization, of the own regions. */
  rosterAge: 'RosterAge',
} as const

/** The number of changes that no code of this software makes; the function that logs evidence emits it only then. */
export const UNEXPECTED_CHANGE = 'UnexpectedChange'
