/**
 * List prices of us-east-1 in US dollars, without free tiers, as known to the authors in November 2026, from
 * documentation and articles: AWS's own price list was not at hand. Check them before you rely on a sum.
 */
export const PRICES = {
  /** A write unit of an on-demand table or index: 1 KB. */
  writeUnit: 0.625e-6,
  /** A read unit: 4 KB consistently, 8 KB eventually. */
  readUnit: 0.125e-6,
  /** A GB in a table or index, and a month. */
  storageGb: 0.25,
  /** A GB of point-in-time recovery, and a month. */
  recoveryGb: 0.2,
  /** A GB of backups, and a month. */
  backupGb: 0.1,
  /** A GB-second of an arm64 function. */
  functionGbSecond: 0.0000133334,
  functionCall: 0.2e-6,
  schedulerCall: 1e-6,
  /** One metric, and a month. */
  customMetric: 0.3,
  alarm: 0.1,
  dashboard: 3,
  logsGb: 0.5,
  key: 1,
  keyCall: 0.03e-4,
} as const
