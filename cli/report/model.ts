import type { SourceCoverage } from '../../audit/find-receipts'
import type { ShownSession } from '../../audit/last-seen'
import type { JudgedNow } from '../evidence/judge-now'
import type { Refusals } from './refusals-section'

/** What a page shows. */
export interface Report {
  /** The question as names and values, in the order to show: `Person`, `alice`. Untrusted text. */
  readonly question: readonly { readonly name: string; readonly value: string }[]
  /** What the question leaves out although nobody asked for that. Untrusted text. */
  readonly leftOut: readonly string[]
  /**
   * Start of the sessions asked about, inclusive. ISO 8601, UTC, milliseconds.
   *
   * @default unbounded
   */
  readonly from?: string
  /** Exclusive, else like `from`. */
  readonly to?: string
  /** Only sessions connected at this time. ISO 8601, UTC. */
  readonly at?: string
  /** Which accounts and regions the answer is about, as lines. Untrusted text. */
  readonly extent: {
    readonly about: string
    /** Which are not swept, or no more, since when and why. */
    readonly notSwept: readonly string[]
    /** What nobody knows: others that there may be. */
    readonly unknown: readonly string[]
  }
  /** Of every source asked about. Empty: no receipts. */
  readonly coverage: readonly SourceCoverage[]
  /** @default - there is no evidence log, or it was not read */
  readonly evidence?: JudgedNow
  /** @default - the question is not about them */
  readonly refusals?: Refusals
  /** In order of StartDate. */
  readonly sessions: AsyncIterable<ShownSession>
  /** Whether the page lists every session. */
  readonly isListed: boolean
  readonly generatedAt: Date
  readonly version: string
  /** Which archive was asked: a table's name or a folder. Untrusted text. */
  readonly archive: string
}
