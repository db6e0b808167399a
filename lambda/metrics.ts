import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from '../archive/names'
import type { Outcome, Receipt, RoundReceipt } from '../archive/receipt'

const FAILED: readonly Outcome[] = ['failed', 'unreachable', 'denied', 'disabled']

/** Emits the sums of an invocation's receipts, and what its round has found, if it made one. */
export function publishMetrics(metrics: Metrics, receipts: readonly Receipt[], round?: RoundReceipt): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value)
  const sum = (of: (receipt: Receipt) => number) => receipts.reduce((total, one) => total + of(one), 0)
  const withOutcome = (...wanted: readonly Outcome[]) =>
    receipts.filter(({ Outcome }) => wanted.includes(Outcome)).length
  count(METRICS.sweepsCompleted, withOutcome('complete'))
  count(METRICS.sweepsIncomplete, withOutcome('incomplete'))
  count(METRICS.sweepsFailed, withOutcome(...FAILED))
  count(
    METRICS.listCalls,
    sum(({ Pages }) => Pages),
  )
  count(
    METRICS.sessionsSeen,
    sum(({ Seen }) => Seen),
  )
  count(
    METRICS.sessionsArchived,
    sum(({ Archived }) => Archived),
  )
  count(
    METRICS.sessionsUpdated,
    sum(({ Updated }) => Updated),
  )
  count(
    METRICS.sessionsRejected,
    sum(({ Rejected }) => Rejected),
  )
  count(
    METRICS.sessionsOpen,
    sum(({ Open }) => Open),
  )
  count(
    METRICS.missedByRecent,
    sum(({ MissedByRecent }) => MissedByRecent),
  )
  count(
    METRICS.uncorroborated,
    sum(({ Witness }) => Witness?.Uncorroborated ?? 0),
  )
  const durations = receipts.map(
    ({ StartedAt, FinishedAt }) => Date.parse(FinishedAt) - Date.parse(StartedAt),
  )
  metrics.addMetric(METRICS.sweepDuration, MetricUnit.Milliseconds, Math.max(0, ...durations))
  if (round !== undefined) addRound(metrics, round)
  metrics.publishStoredMetrics()
}

function addRound(metrics: Metrics, round: RoundReceipt): void {
  metrics.addMetric(METRICS.daysUntilLoss, MetricUnit.NoUnit, round.DaysUntilLoss)
  metrics.addMetric(METRICS.sourcesLate, MetricUnit.Count, round.SourcesLate)
  metrics.addMetric(METRICS.sourcesUnreachable, MetricUnit.Count, round.SourcesUnreachable)
  metrics.addMetric(METRICS.sourcesDenied, MetricUnit.Count, round.SourcesDenied)
  if (round.RosterAge !== undefined) metrics.addMetric(METRICS.rosterAge, MetricUnit.NoUnit, round.RosterAge)
}
