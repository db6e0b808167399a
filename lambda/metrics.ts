import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { METRICS } from '../archive/names'
import type { Receipt } from '../archive/receipt'

/**
 * Emits the numbers of a receipt.
 *
 * @param daysUntilLoss undefined if unknown: no value is sent, and the alarm treats that as breaching
 */
export function publishMetrics(metrics: Metrics, receipt: Receipt, daysUntilLoss: number | undefined): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value)
  count(METRICS.sweepsCompleted, receipt.Outcome === 'complete' ? 1 : 0)
  count(METRICS.sweepsIncomplete, receipt.Outcome === 'incomplete' ? 1 : 0)
  count(METRICS.sweepsFailed, receipt.Outcome === 'failed' ? 1 : 0)
  count(METRICS.listCalls, receipt.Pages)
  count(METRICS.sessionsSeen, receipt.Seen)
  count(METRICS.sessionsArchived, receipt.Archived)
  count(METRICS.sessionsUpdated, receipt.Updated)
  count(METRICS.sessionsRejected, receipt.Rejected)
  count(METRICS.sessionsOpen, receipt.Open)
  count(METRICS.missedByRecent, receipt.MissedByRecent)
  const milliseconds = Date.parse(receipt.FinishedAt) - Date.parse(receipt.StartedAt)
  metrics.addMetric(METRICS.sweepDuration, MetricUnit.Milliseconds, milliseconds)
  if (daysUntilLoss !== undefined) metrics.addMetric(METRICS.daysUntilLoss, MetricUnit.NoUnit, daysUntilLoss)
  metrics.publishStoredMetrics()
}
