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
  /** 30 less the days since the last complete sweep of the source worst off. */
  daysUntilLoss: 'DaysUntilLoss',
} as const
