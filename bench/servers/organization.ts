import { Clock } from '../../emulator/clock'
import { Organization } from '../../emulator/organization'
import { startEmulator } from '../../emulator/server'
import { accountIds, isHot, OWN_ACCOUNT, REGIONS, sessionOfDay } from '../made-up-organization'
import { answerParent } from './answer-parent'

/** Shows a day of an organization: node organization.ts ACCOUNTS NOW_MS LATENCY_MS (of every call) */
async function serve([accounts = 0, now = 0, latencyMs = 0]: number[]): Promise<void> {
  const organization = new Organization({ clock: Clock.frozenAt(new Date(now)), ownAccountId: OWN_ACCOUNT })
  const regions = Object.fromEntries(REGIONS.map((region) => [region, 'ENABLED' as const]))
  for (const [n, id] of accountIds(accounts).entries()) {
    if (id === OWN_ACCOUNT) organization.account(id).regions = regions
    else organization.add({ id, name: `Account ${n}`, regions })
    organization.account(id).faults.latencyMs = latencyMs
    for (const region of REGIONS) {
      organization.sourceFaults(id, region).latencyMs = latencyMs
      const source = `${id}/${region}`
      if (isHot(source)) organization.world(id, region).add([sessionOfDay(source, now)])
    }
  }
  organization.faults.latencyMs = latencyMs
  const { url, calls } = await startEmulator({ organization })
  answerParent(url, () => ({
    listCalls: calls.count(),
    failed: calls.count() - calls.count({ outcome: 'OK' }),
    roles: calls.countOther({ operation: 'AssumeRole' }),
    accountPages: calls.countOther({ operation: 'ListAccounts' }),
    regionLists: calls.countOther({ operation: 'ListRegions' }),
  }))
}

void serve(process.argv.slice(2).map(Number))
