/** Names of the environment variables that the stack sets and the function reads. */
export const ENVIRONMENT = {
  sessionsTable: 'SESSION_ARCHIVE_TABLE',
  sweepsTable: 'SESSION_ARCHIVE_SWEEPS_TABLE',
  /** All that are swept, separated by commas. */
  regions: 'SESSION_ARCHIVE_REGIONS',
  retentionDays: 'SESSION_ARCHIVE_RETENTION_DAYS',
} as const
