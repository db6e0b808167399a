import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Table } from '../../archive/batch-get'
import type { Bucket } from '../../evidence/bucket'
import type { Verification } from '../../evidence/verdict'
import { verifyBundle } from '../../evidence/verify'
import { messageOf } from '../output/message-of'
import { exportEvidence } from './export-evidence'

/** Both verdicts about an archive as it is, by the key that it names itself. */
export interface JudgedNow extends Verification {
  /** The key's line. */
  readonly key: string
}

/**
 * Judges the whole days in a span of time that are over.
 *
 * @param from, to ISO 8601, UTC
 * @returns undefined if there is none
 */
export async function judgeNow(
  sessions: Table,
  bucket: Bucket,
  from: string,
  to: string,
): Promise<JudgedNow | undefined> {
  const period = { from: from.slice(0, 10), to: to.slice(0, 10) }
  if (period.from >= period.to) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'session-archive-evidence-'))
  try {
    const { key } = await exportEvidence(sessions, bucket, period, join(folder, 'bundle'))
    return { key, ...(await verifyBundle(join(folder, 'bundle'), { key })) }
  } catch (error) {
    const unread = {
      verdict: 'not proven',
      against: [],
      missing: [`a log that can be read: ${messageOf(error)}`],
    } as const
    return { key: 'unknown', unaltered: unread, complete: unread, basis: [] }
  } finally {
    await rm(folder, { recursive: true })
  }
}
