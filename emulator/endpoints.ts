import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { AccountEndpoint } from './account'
import type { CallLog } from './calls'
import { CloudTrailEndpoint } from './cloudtrail'
import { answerClock } from './control'
import type { Faults } from './faults'
import type { HttpAnswer } from './http-answer'
import { NodesEndpoint } from './nodes'
import type { Organization } from './organization'
import { OrganizationsEndpoint } from './organizations'
import type { Signer } from './signature'
import { type Asked, SsmEndpoint } from './ssm'
import { StsEndpoint } from './sts'
import type { World } from './world'

export interface Endpoints {
  readonly ssm: SsmEndpoint
  readonly nodes: NodesEndpoint
  readonly sts: StsEndpoint
  readonly organizations: OrganizationsEndpoint
  readonly account: AccountEndpoint
  readonly cloudTrail: CloudTrailEndpoint
}

interface Setting {
  /** Of an organization, the own account's in the own region. */
  readonly world: World
  readonly faults: Faults
  readonly organization: Organization | undefined
  readonly calls: CallLog
}

export function makeEndpoints({ world, faults, organization, calls }: Setting): Endpoints {
  const askedBy = (signer: Signer) =>
    organization === undefined ? alone(world, faults) : within(organization, signer)
  return {
    ssm: new SsmEndpoint(askedBy, calls),
    nodes: new NodesEndpoint(askedBy, calls),
    sts: new StsEndpoint(world.accountId, organization, calls),
    organizations: new OrganizationsEndpoint(world.accountId, organization, calls),
    account: new AccountEndpoint(world, organization, calls),
    cloudTrail: new CloudTrailEndpoint(askedBy, calls),
  }
}

function alone(world: World, faults: Faults): Asked {
  return { accountId: world.accountId, region: world.region, find: () => ({ world, faults }) }
}

function within(organization: Organization, signer: Signer): Asked {
  const accountId = organization.accountOf(signer)
  const { region } = signer
  return { accountId, region, find: () => organization.sourceFor(accountId, region) }
}

/** @returns undefined if the connection is to be reset */
export async function route(
  request: IncomingMessage,
  world: World,
  { ssm, nodes, sts, organizations, account, cloudTrail }: Endpoints,
): Promise<HttpAnswer | undefined> {
  const { method, url, headers } = request
  const body = await text(request)
  if (url === '/clock') return answerClock(method, body, world.clock)
  if (url === '/listRegions') return account.answer(headers, body)
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return sts.answer(headers, body)
  const target = String(headers['x-amz-target'])
  if (target.includes('CloudTrail')) return cloudTrail.answer(headers, body)
  if (target.startsWith('AmazonSSM.DescribeInstance')) return nodes.answer(headers, body)
  const isOfOrganizations = target.startsWith('AWSOrganizations')
  return isOfOrganizations ? organizations.answer(headers, body) : ssm.answer(headers, body)
}
