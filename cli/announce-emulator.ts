import type { Organization } from '../emulator/organization'
import type { World } from '../emulator/world'
import { type Io, say, write } from './io'
import { counted } from './output/format'

/** Says on standard output what an emulator serves, and how to ask it. */
export async function announceWorld(world: World, url: string, io: Io): Promise<void> {
  await announce('DescribeSessions', [world], url, io)
  await write(
    io,
    `AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws ssm describe-sessions --state History --region ${world.region} --endpoint-url ${url}\n`,
  )
}

export async function announceOrganization(organization: Organization, url: string, io: Io): Promise<void> {
  const accounts = organization.accounts()
  const worlds = accounts.flatMap(({ id, regions }) =>
    Object.keys(regions).map((region) => organization.world(id, region)),
  )
  const { ownAccountId, ownRegion, roleName } = organization
  const member = accounts.find(({ id }) => id !== ownAccountId)?.id ?? ownAccountId
  await announce(`an organization of ${counted(accounts.length, 'account')}`, worlds, url, io)
  const endpoints = ['SSM', 'STS', 'ORGANIZATIONS', 'ACCOUNT', 'CLOUDTRAIL'].map(
    (service) => `AWS_ENDPOINT_URL_${service}=${url}`,
  )
  const lines = [
    `export ${endpoints.join(' ')}`,
    `export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=${ownRegion} AWS_DEFAULT_REGION=${ownRegion}`,
    'aws organizations list-accounts',
    `aws sts assume-role --role-session-name me --role-arn arn:aws:iam::${member}:role/${roleName}`,
  ]
  await write(io, `${lines.join('\n')}\n`)
}

async function announce(what: string, worlds: readonly World[], url: string, io: Io): Promise<void> {
  const sum = { notYetStarted: 0, active: 0, history: 0, forgotten: 0 }
  for (const world of worlds) {
    const { notYetStarted, active, history, forgotten } = world.counts()
    sum.notYetStarted += notYetStarted
    sum.active += active
    sum.history += history
    sum.forgotten += forgotten
  }
  const now = worlds[0]?.clock.now().toISOString()
  await write(
    io,
    `Serving ${what} at ${url}: ${sum.active} sessions open, ${sum.history} in history, ${sum.forgotten} forgotten, ${sum.notYetStarted} not yet started at ${now}\n`,
  )
  if (sum.active + sum.history === 0 && sum.forgotten > 0)
    say(io, 'Every session ended more than 30 days before the clock: --clock sets it back.')
}
