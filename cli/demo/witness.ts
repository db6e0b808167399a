import { join } from 'node:path'
import { findSessions } from '../../audit/find-sessions'
import type { Organization } from '../../emulator/organization'
import { writeTrail } from '../../emulator/trail'
import { EVENTS, refused } from '../../emulator/trail-event'
import { trailEvents } from '../../emulator/trail-events'
import { type Io, write } from '../io'
import type { OpenArchive } from '../open-archive'
import { SESSIONS, UNARCHIVED } from '../output/columns'
import { print } from '../output/print'
import { printAttempts } from '../print-attempts'
import { reconcile } from '../reconcile'

const HOUR_MS = 60 * 60 * 1000
const MARY = 'mary.major'

/** The act of the witness: CloudTrail knows of a session that AWS's list lacks, and of a call that was refused. */
export function demoWitness(organization: Organization, archive: OpenArchive, folder: string, io: Io) {
  const { ownAccountId: accountId, ownRegion: region, clock } = organization
  const tell = (line: string) => write(io, `${line}\n`)
  const person = `arn:aws:iam::${accountId}:user/${MARY}`
  return {
    async happens(): Promise<void> {
      const world = organization.world(accountId, region)
      const startedAt = new Date(clock.now().getTime() + HOUR_MS)
      const endedAt = new Date(startedAt.getTime() + HOUR_MS)
      const session = { SessionId: `${MARY}-0a1b2c3d4e5f67890`, Target: 'i-0a1b2c3d4e5f67890', Owner: person }
      const afterEnd = { ...session, Reason: 'INC-4711: disk full' }
      // It is in no list at any time.
      world.add([{ startedAt, endedAt, forgottenAt: startedAt, terminatedBy: person, afterEnd }])
      const call = EVENTS.StartSession({ accountId, region, session, person, at: startedAt })
      world.trail.push({
        ...refused(call, 'TargetNotConnected', `${session.Target} is not connected.`),
        eventID: 'refused',
      })
      await tell(`\n${MARY} is refused a session, and opens another, which AWS's list never shows.`)
    },
    async isTold(): Promise<void> {
      const now = clock.now()
      await tell(
        '\nCloudTrail knows of both, so the archive has both; a deployed one rings:\n$ session-archive sessions --state Recovered',
      )
      const question = {
        state: 'Recovered',
        from: new Date(now.getTime() - 48 * HOUR_MS).toISOString(),
      } as const
      await print(findSessions({ ...archive.sessions, question, now }), SESSIONS, 'table', io)
      await tell('\n$ session-archive attempts')
      await printAttempts(archive.sweeps, {}, undefined, 'table', io)

      const copy = join(folder, 'trail')
      const world = organization.world(accountId, region)
      const events = trailEvents(world, undefined, 0, now.getTime()).map(({ build }) => build())
      const from = new Date(now.getTime() - 72 * HOUR_MS)
      await writeTrail(copy, { events, accountId, region, from, until: now })
      await tell(
        '\nAn auditor who has the log files of three days, from CloudTrail itself, holds them against the archive:\n$ session-archive reconcile --trail trail',
      )
      const { missing, describe } = reconcile(archive.sessions, copy, {})
      await print(missing, UNARCHIVED, 'jsonl', io)
      for (const line of describe().lines) await tell(line)
    },
  }
}
