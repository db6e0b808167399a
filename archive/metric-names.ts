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
} as const
