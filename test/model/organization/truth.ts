import type { Organization } from '../../../emulator/organization'
import { ACCOUNTS, type Event, type OrganizationSession, REGIONS } from './history'

const HOUR = 60 * 60 * 1000

export const accountId = (n: number) => (n === 0 ? '111122223333' : `22220000000${n}`)
/** Whatever is in this unit is left out. */
export const OUTSIDE = 'ou-root-outside1'

/** What a perfect observer knows of a session. Epoch milliseconds. */
export interface SessionTruth {
  readonly id: string
  readonly source: string
  readonly start: number
  readonly end: number
}

export function addAccounts(organization: Organization): void {
  for (let n = 0; n < ACCOUNTS; n++) if (n > 0) join(organization, n)
  organization.account(accountId(0)).regions = regionsOf()
}

export function addSessions(
  organization: Organization,
  sessions: readonly OrganizationSession[],
): SessionTruth[] {
  const beginning = organization.clock.now().getTime()
  return sessions.map(({ account, region, start, duration }, n) => {
    const [id, name = ''] = [`s-${n}`, REGIONS[region]]
    const startedAt = beginning + start * HOUR
    const endedAt = startedAt + duration * HOUR
    organization.world(accountId(account), name).add([
      {
        ...{ startedAt: new Date(startedAt), endedAt: new Date(endedAt) },
        whileOpen: { SessionId: id, Status: 'Connected', StartDate: startedAt / 1000 },
        afterEnd: {
          SessionId: id,
          Status: 'Terminated',
          StartDate: startedAt / 1000,
          EndDate: endedAt / 1000,
        },
      },
    ])
    return { id, source: `${accountId(account)}/${name}`, start: startedAt, end: endedAt }
  })
}

/** Lets it happen, if it can. */
export function apply(organization: Organization, event: Event): void {
  const id = accountId(event.account)
  const isMember = organization.accounts().some((account) => account.id === id)
  if (event.kind === 'join') {
    if (!isMember) join(organization, event.account)
    return
  }
  if (!isMember) return
  const account = organization.account(id)
  if (event.kind === 'leave') organization.remove(id)
  if (event.kind === 'close') account.state = 'SUSPENDED'
  if (event.kind === 'reopen') account.state = 'ACTIVE'
  if (event.kind === 'unlist') account.faults.unlisted = true
  if (event.kind === 'list') account.faults.unlisted = false
  if (event.kind === 'lose-role') account.faults.assumeRole = 'no role'
  if (event.kind === 'get-role') account.faults.assumeRole = undefined
  if (event.kind === 'move-out') account.path = `o-exampleorgid/r-root/${OUTSIDE}/${id}/`
  if (event.kind === 'move-in') account.path = `o-exampleorgid/r-root/${id}/`
  if ('region' in event) {
    const region = REGIONS[event.region] ?? ''
    if (event.kind === 'disable') account.regions[region] = 'DISABLED'
    if (event.kind === 'enable') account.regions[region] = 'ENABLED'
    if (event.kind === 'break') organization.sourceFaults(id, region).script = () => 'deny'
    if (event.kind === 'mend') organization.sourceFaults(id, region).script = undefined
  }
}

/** Whether the archiver is to sweep an account at this moment: it is listed, open and not left out. */
export function isInScope(organization: Organization, id: string): boolean {
  const account = organization.accounts().find((one) => one.id === id)
  if (account === undefined || account.faults.unlisted) return false
  return account.state !== 'SUSPENDED' && !account.path.includes(OUTSIDE)
}

/** Whether it can sweep a source of that account. */
export function canSweep(organization: Organization, source: string): boolean {
  const [id = '', region = ''] = source.split('/')
  if (!isInScope(organization, id)) return false
  const { faults, regions } = organization.account(id)
  const isBroken = organization.sourceFaults(id, region).script !== undefined
  return faults.assumeRole === undefined && regions[region] === 'ENABLED' && !isBroken
}

function join(organization: Organization, n: number): void {
  organization.add({ id: accountId(n), name: `Account ${n}`, regions: regionsOf() })
}

function regionsOf() {
  return Object.fromEntries(REGIONS.map((region) => [region, 'ENABLED' as const]))
}
