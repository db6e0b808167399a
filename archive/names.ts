/** Names that the stack, the function and the command line share. */

/** `eu-west-1`, `us-gov-west-1`, `ap-southeast-2` … */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/

/** Environment variables that the stack sets and the function reads. */
export const ENVIRONMENT = {
  sessionsTable: 'SESSION_ARCHIVE_SESSIONS_TABLE',
  sweepsTable: 'SESSION_ARCHIVE_SWEEPS_TABLE',
  /** All regions that are swept, separated by commas. */
  regions: 'SESSION_ARCHIVE_REGIONS',
  retentionDays: 'SESSION_ARCHIVE_RETENTION_DAYS',
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
  /** 30 minus the days since the last complete sweep of the least healthy source. */
  daysUntilLoss: 'DaysUntilLoss',
} as const
