import type { Receipt } from '../archive/receipt'
import { enrol } from '../archive/roster'
import { SessionsTable } from '../archive/sessions-table'
import { SweepsTable } from '../archive/sweeps-table'
import type { SweepJob } from '../sweep/run'
import { SweepError, sweep } from '../sweep/sweep'
import { type Io, say } from './io'
import type { OpenArchive } from './open-archive'
import { describeCounts, startProgress } from './output/progress'

/**
 * Sweeps from here, and shows how far it is. If it fails, it says what it kept. The roster names the source from now
 * on: questions find receipts by it.
 */
export async function sweepInto(
  { sessions, sweeps }: OpenArchive,
  label: string,
  job: Pick<SweepJob, 'source' | 'ssm' | 'cloudTrail' | 'now' | 'full'>,
  io: Io,
): Promise<Receipt> {
  await enrol(sweeps, job.source, job.now())
  const progress = await startProgress(label, io)
  try {
    return await sweep({
      ...job,
      sessions: new SessionsTable(sessions),
      sweeps: new SweepsTable(sweeps),
      onPage: progress.show,
    })
  } catch (error) {
    progress.stop()
    if (error instanceof SweepError) say(io, `Before it failed: ${describeCounts(error.receipt)}`)
    throw error
  } finally {
    progress.stop()
  }
}
