import { dirname, resolve } from 'node:path'
import type { Clock } from './clock'
import { generateSessions } from './generate'
import { generateNodes } from './generate-nodes'
import { parseJson } from './json'
import { Organization } from './organization'
import {
  type AccountDescription,
  type OrganizationDescription,
  readDescription,
} from './organization-description'
import { decode, readBytes } from './utf8'
import type { World } from './world'
import { loadSessions } from './world-file'

/**
 * An organization as a file of JSON describes it. Files of sessions are beside that file.
 *
 * @param seed repeats made-up sessions and random faults; every source has others
 * @throws Error that names the file, the place in it, the value received, and what was expected
 */
export async function loadOrganization(
  path: string,
  { clock, seed }: { readonly clock: Clock; readonly seed: number },
): Promise<Organization> {
  const description = await readFile(path)
  const { organizationId, ownAccount: ownAccountId, ownRegion, roleName, faults } = description
  const organization = new Organization({ clock, organizationId, ownAccountId, ownRegion, roleName })
  Object.assign(organization.faults, faults)
  let sources = 0
  for (const account of description.accounts) {
    addAccount(organization, account)
    for (const [region, described] of Object.entries(account.regions ?? {})) {
      const world = organization.world(account.id, region)
      sources += 1
      Object.assign(organization.sourceFaults(account.id, region), described.faultsFor(seed + sources))
      await fill(world, described.sessions, { folder: dirname(path), seed: seed + sources })
    }
  }
  return organization
}

async function readFile(path: string): Promise<OrganizationDescription> {
  const bytes = await readBytes(path)
  try {
    return readDescription(parseJson(decode(bytes), 'the file'))
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function addAccount(organization: Organization, account: AccountDescription): void {
  const { id, name, state, ou, role, regions, faults } = account
  const statuses =
    regions && Object.fromEntries(Object.entries(regions).map(([region, { status }]) => [region, status]))
  const path = ou && `${organization.id}/r-root/${ou}/${id}/`
  const added = organization.add({ id, name, state, path, regions: statuses })
  added.faults = { ...faults }
  if (!role) added.faults.assumeRole = 'no role'
}

async function fill(
  world: World,
  sessions: number | string,
  { folder, seed }: { readonly folder: string; readonly seed: number },
): Promise<void> {
  const { accountId, region, clock } = world
  const now = clock.now()
  if (typeof sessions === 'string') {
    world.add(await loadSessions([resolve(folder, sessions)], now))
    return
  }
  const month = { count: sessions, seed, now, accountId, region }
  world.add(generateSessions(month))
  world.addNodes(generateNodes(month))
}
