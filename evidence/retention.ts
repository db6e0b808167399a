/** Records whose expiry was changed, held against what the log says of changes of the retention. */
import type { RetentionEntry } from './entry'
import { Findings } from './findings'

/** Records that got one retention. */
interface Changed {
  records: number
  /** Those that expire sooner than before. */
  sooner: number
  /** Whether a session of the period is among them. */
  isInPeriod: boolean
  /** When the newest receipt was written that the log had, when it last told of one. */
  toldAt: string
}

/** What is told of one change of the retention. */
interface Run {
  readonly days: string
  readonly at: string
  /** How many records it changed: at least, and at most. Absent: it has not ended. */
  readonly counted?: readonly [least: number, most: number]
}

export class Retention {
  private readonly changed = new Map<string, Changed>()
  private readonly runs = new Map<string, Run>()

  addRun({ run, change, at, days, changed = 0, uncertain = 0 }: RetentionEntry): void {
    if (change === 'begun' && this.runs.get(run)?.counted !== undefined) return // its receipt was logged first
    const counted = [changed, changed + uncertain] as const
    this.runs.set(run, { days: textOf(days), at, ...(change !== 'begun' && { counted }) })
  }

  /** @param expiries before and after, in epoch seconds; undefined: never */
  addRecord(
    days: number | undefined,
    expiries: readonly [before: number | undefined, after: number | undefined],
    isInPeriod: boolean,
    toldAt: string,
  ): void {
    const [before, after] = expiries.map((one) => one ?? Number.POSITIVE_INFINITY)
    const of = this.changed.get(textOf(days)) ?? { records: 0, sooner: 0, isInPeriod: false, toldAt }
    of.records += 1
    if (Number(after) < Number(before)) of.sooner += 1
    of.isInPeriod ||= isInPeriod
    of.toldAt = toldAt
    this.changed.set(textOf(days), of)
  }

  /**
   * Changed expiries that no change of the retention explains, and changes of the retention that are not told whole.
   *
   * @param pendingSince what the log tells of later may not have reached the log as a whole
   */
  findings(pendingSince: string): { readonly unexpected: Findings; readonly missing: Findings } {
    const [unexpected, missing] = [new Findings(), new Findings()]
    for (const [days, { records, isInPeriod, toldAt }] of this.changed) {
      if (!isInPeriod) continue
      const runs = this.runsTo(days)
      const [least, most] = sumOf(runs)
      const isEnded = runs.every(({ counted }) => counted !== undefined)
      const what = `the expiry of ${records} records was changed to ${days}`
      if (records > most && isEnded) {
        const said =
          runs.length === 0
            ? 'no change of the retention says so'
            : `changes of the retention counted ${most}`
        const findings = toldAt >= pendingSince ? missing : unexpected
        findings.add(findings === missing ? `a reason: ${what}, and ${said}` : `${what}, and ${said}`)
      }
      if (!isEnded) missing.add(`the end of a change of the retention to ${days}: ${what}`)
      if (records < least)
        missing.add(
          `entries of ${least - records} records: ${what}, and changes of the retention counted ${least}`,
        )
    }
    return { unexpected, missing }
  }

  /** What was changed, in words. */
  basis(): string[] {
    return [...this.changed].map(([days, { records, sooner }]) => {
      const at = this.runsTo(days).map((run) => run.at)
      const when =
        at.length === 0 ? 'by no change of the retention' : `by changes of the retention at ${at.join(', ')}`
      return `expiry changed to ${days}, ${when}: records ${records}, sooner than before ${sooner}`
    })
  }

  private runsTo(days: string): Run[] {
    return [...this.runs.values()].filter((run) => run.days === days)
  }
}

function sumOf(runs: readonly Run[]): [least: number, most: number] {
  const counts = runs.map(({ counted = [0, 0] }) => counted)
  return [counts.reduce((sum, [least]) => sum + least, 0), counts.reduce((sum, [, most]) => sum + most, 0)]
}

function textOf(days: number | undefined): string {
  return days === undefined ? 'never' : `${days} days after the end`
}
