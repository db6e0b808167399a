import type { Receipt } from '../../archive/receipt'
import { SessionsTable } from '../../archive/sessions-table'
import { SweepsTable } from '../../archive/sweeps-table'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import type { Organization } from '../../emulator/organization'
import { Access } from '../../sweep/access'
import { makeRound } from '../../sweep/round'
import type { Io } from '../io'
import type { OpenArchive } from '../open-archive'
import { counted } from '../output/format'
import { describeCounts, startProgress } from '../output/progress'

/** Every source is due in each round: nobody wants to wait for an hour. */
const CADENCE = { scheduleMs: 0, quietMs: 0 }

/**
 * Makes rounds over an emulated organization, as the deployed function does.
 *
 * @returns makes a round, and tells what it did in a line that begins with the label
 */
export function demoRounds(organization: Organization, endpoint: string, archive: OpenArchive, io: Io) {
  const { clock, id: organizationId, ownAccountId: accountId, ownRegion: region } = organization
  const home = { accountId, region }
  const job = {
    ...{ home, ...CADENCE, now: () => clock.now() },
    scope: { regions: 'all', organizationId, ...EXCLUDED } as const,
    sessions: new SessionsTable(archive.sessions),
    sweeps: new SweepsTable(archive.sweeps),
  }
  return async (label: string): Promise<string> => {
    const access = new Access({ home, config: { ...LOCAL_CREDENTIALS, endpoint } })
    const progress = await startProgress(label, io)
    const swept: Receipt[] = []
    const onSwept = (receipt: Receipt) => {
      swept.push(receipt)
      progress.show(sumOf(swept))
    }
    try {
      const { Outcomes, Sources } = (await makeRound({ ...job, access, onSwept })).receipt
      const outcomes = Object.entries(Outcomes).map(([outcome, count]) => `${count} ${outcome}`)
      return `${label}: ${counted(Sources, 'source')}, ${outcomes.join(', ')}; ${describeCounts(sumOf(swept))}`
    } finally {
      progress.stop()
      access.close()
    }
  }
}

const EXCLUDED = { excludeRegions: [], excludeAccounts: [], excludeOrganizationalUnits: [] }

function sumOf(receipts: readonly Receipt[]) {
  const sum = (member: 'Seen' | 'Archived' | 'Updated' | 'Unchanged' | 'Rejected') =>
    receipts.reduce((total, receipt) => total + receipt[member], 0)
  return {
    Seen: sum('Seen'),
    Archived: sum('Archived'),
    Updated: sum('Updated'),
    Unchanged: sum('Unchanged'),
    Rejected: sum('Rejected'),
  }
}
