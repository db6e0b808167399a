import type { Clock } from './clock'
import { generateSessions } from './generate'
import { generateNodes } from './generate-nodes'
import { Organization } from './organization'

/** By account, besides the own one. */
const NAMES = {
  '222200000001': 'Shop',
  '222200000002': 'ShopStaging',
  '222200000003': 'Payments',
  '222200000004': 'PaymentsStaging',
  '222200000005': 'Data',
  '222200000006': 'Network',
  '222200000007': 'Backup',
  '222200000008': 'Intranet',
  '222200000009': 'Sandbox',
}
const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1', 'ap-southeast-2']

/** A company of ten accounts in four regions. The same people work in all of them. */
export function generateOrganization({
  sessions,
  seed,
  clock,
}: {
  /** Of a month, shared equally among the accounts and regions. */
  readonly sessions: number
  /** An integer of 32 bits. */
  readonly seed: number
  readonly clock: Clock
}): Organization {
  const organization = new Organization({ clock })
  const regions = Object.fromEntries(REGIONS.map((region) => [region, 'ENABLED_BY_DEFAULT' as const]))
  organization.account(organization.ownAccountId).regions = { ...regions }
  for (const [id, name] of Object.entries(NAMES)) organization.add({ id, name, regions })
  const sources = organization
    .accounts()
    .flatMap(({ id }) => REGIONS.map((region) => ({ accountId: id, region })))
  for (const [n, { accountId, region }] of sources.entries()) {
    const count = Math.ceil((sessions - n) / sources.length)
    const ownSeed = (seed + n * 1_000_003) % 2 ** 32
    const month = { count, accountId, region, now: clock.now(), seed: ownSeed }
    const world = organization.world(accountId, region)
    world.add(generateSessions(month))
    world.addNodes(generateNodes(month))
  }
  return organization
}
