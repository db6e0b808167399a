import { METRICS } from '../../archive/names'
import { Clock } from '../../emulator/clock'
import { Organization } from '../../emulator/organization'
import { scan } from '../support/clients'
import { type Deployment, openDeployment } from '../support/deployment'
import type { Invoke, SqsEvent } from '../support/event-source-mapping'
import { metricsOf } from '../support/invoke'
import { expectExactRole } from '../support/role-uses'
import { endedSession } from '../support/sessions'
import { DEPLOYMENT, synthesise } from '../support/template'
import { MINUTE } from '../support/times'

const ORGANIZATION_ID = 'o-exampleorgid'
/** With the own account, 306 sources: more than a round sweeps itself. */
const MEMBERS = Array.from({ length: 16 }, (_, n) => String(222200000000 + n))
const ACCOUNTS = [DEPLOYMENT['AWS::AccountId'], ...MEMBERS]
const REGIONS = ['us-east-1', ...Array.from({ length: 17 }, (_, n) => `eu-test-${n + 1}`)]
const [SHOP = ''] = MEMBERS

const organization = new Organization({ clock: Clock.frozenAt(new Date()), organizationId: ORGANIZATION_ID })
let deployment: Deployment
beforeAll(async () => {
  const regions = Object.fromEntries(REGIONS.map((region) => [region, 'ENABLED' as const]))
  organization.account(DEPLOYMENT['AWS::AccountId']).regions = regions
  for (const id of MEMBERS) organization.add({ id, regions })
  for (const accountId of ACCOUNTS)
    for (const region of REGIONS)
      organization
        .world(accountId, region)
        .add([endedSession({ SessionId: `of-${accountId}-in-${region}` }, {}, organization.clock.now())])
  const template = synthesise({ organizationId: ORGANIZATION_ID })
  deployment = await openDeployment({ template, organization })
})

beforeEach(() => organization.clock.advance(MINUTE))

/** Receives messages as the template's mapping does. */
async function drain(invoke: Invoke = (event) => deployment.invoke({ event })) {
  const { queue } = deployment
  if (queue === undefined) throw new Error('the template has no queue')
  return { queue, handled: await queue.drain(invoke) }
}

test('one round sweeps 200 sources, and sends the rest to the queue', async () => {
  const { log, result, error } = await deployment.invoke()
  expect(error).toBeUndefined()
  expect(result).toMatchObject({
    ...{ Source: 'ROUNDS', Accounts: 17, Sources: 306, Due: 306, Sent: 106, Left: 0 },
    ...{
      Outcomes: { complete: 200 },
      SourcesUnreachable: 0,
      SourcesDenied: 0,
      RosterAge: expect.any(Number),
    },
  })
  const messages = ((await deployment.queue?.messages()) ?? []).map((body) => JSON.parse(body))
  expect(messages.map(({ sources }) => sources.length).sort((a, b) => b - a)).toEqual([100, 6])
  for (const { plannedAt } of messages) expect(plannedAt).toBe(result?.StartedAt)
  // As many as of one source, with the one dimension that they have there.
  const [metrics, ...others] = metricsOf({ log })
  expect(others).toEqual([])
  expect(metrics).toMatchObject({ SweepsCompleted: 200, ListCalls: 400, _aws: { CloudWatchMetrics: [{}] } })
  for (const name of Object.values(METRICS)) expect(metrics).toHaveProperty(name)
})

test('a message whose invocation is killed comes again, and then every session of every account is in the archive', async () => {
  const kills: string[][] = []
  let receipts = 0
  const { queue, handled } = await drain(async (event) => {
    const { sources } = messageOf(event)
    if (kills.length > 0 || sources.length < 100) return deployment.invoke({ event })
    kills.push(sources)
    const { child, printed } = deployment.start({ event })
    deployment.proxy.onAnswered = ({ operation }) => {
      if (operation === 'PutItem') receipts += 1
      if (receipts === 20) child.kill('SIGKILL')
    }
    await printed
    throw new Error('killed')
  })
  expect(handled.filter(({ error }) => error !== undefined)).toHaveLength(1)
  expect(receipts).toBeLessThan(2 * 106 + 100) // what was swept before the kill was not swept again
  expect(await queue.messages()).toEqual([])
  expect(await queue.deadLetters()).toEqual([])
  const records = [...(await deployment.records()).values()]
  expect(
    records.map(({ SessionId, AccountId, Region }) => [SessionId, AccountId, Region].join(' ')).sort(),
  ).toEqual(ACCOUNTS.flatMap((id) => REGIONS.map((region) => `of-${id}-in-${region} ${id} ${region}`)).sort())
  expect(await completeSources()).toEqual(
    ACCOUNTS.flatMap((id) => REGIONS.map((region) => `${id}/${region}`)).sort(),
  )
})

test('a round in which no source is due sweeps and sends nothing', async () => {
  expect((await deployment.invoke()).result).toMatchObject({ Due: 0, Sent: 0, SourcesLate: 0 })
  expect(await deployment.queue?.messages()).toEqual([])
})

test('a round that cannot write an account to the roster is made, and fails, so that it rings', async () => {
  organization.account(SHOP).name = 'Renamed'
  deployment.proxy.fault = ({ operation, body }) =>
    operation === 'PutItem' && body.Item.ItemId.S === SHOP
      ? { type: 'ValidationException', message: 'no' }
      : undefined
  const { error, log } = await deployment.invoke()
  deployment.proxy.fault = () => undefined
  expect(error?.message).toBe(`${SHOP} was not written to the roster: ValidationException: no`)
  expect(metricsOf({ log })).toMatchObject([{ SourcesLate: 0 }])
})

test('a forged message fails its invocations, becomes a dead letter, and sweeps nothing', async () => {
  const calls = deployment.emulator.calls.count()
  const forged = JSON.stringify({
    plannedAt: organization.clock.now().toISOString(),
    sources: [`${SHOP}/us-east-1`, '999999999999/us-east-1'],
  })
  await deployment.queue?.send(forged)
  const { queue, handled } = await drain()
  expect(handled).toHaveLength(3)
  for (const { error } of handled)
    expect(error).toEqual({
      name: 'UnknownSourceError',
      message: 'received the source 999999999999/us-east-1, expected an account of the roster',
    })
  expect(await queue.deadLetters()).toEqual([forged])
  expect(deployment.emulator.calls.count()).toBe(calls)
})

test('a person has one source of a member account swept, and gets its receipt', async () => {
  const SessionId = `of-${SHOP}-in-eu-test-3`
  organization.world(SHOP, 'eu-test-3').update(SessionId, { afterEnd: { SessionId, Details: 'new' } })
  const { result, log } = await deployment.invoke({
    event: { account: SHOP, region: 'eu-test-3', sweep: 'full' },
  })
  const receipt = { Source: `${SHOP}/eu-test-3`, Kind: 'full', Outcome: 'complete', Seen: 1, Updated: 1 }
  expect(result).toMatchObject(receipt)
  expect(metricsOf({ log })).toMatchObject([{ SweepsCompleted: 1 }])
})

test('a session on a machine of the own account that is gone has no name', async () => {
  const [account] = ACCOUNTS
  const [region] = REGIONS
  const world = organization.world(String(account), String(region))
  world.add([
    endedSession({ SessionId: 'gone', Target: 'i-0bbbbbbbbbbbbbbbb' }, {}, organization.clock.now()),
  ])
  const { result } = await deployment.invoke({ event: { account, region, sweep: 'full' } })
  expect(result).toMatchObject({ Archived: 1, Names: { Calls: 2, Found: 0, Remembered: 0, Unknown: 1 } })
})

test('the role allows every call that the function made and Lambda makes for its queue, and no action beside', () => {
  const { template } = deployment
  const [mapping] = template.all('AWS::Lambda::EventSourceMapping')
  const roles = MEMBERS.map((id) => `arn:aws:iam::${id}:role/session-archive-reader`)
  const context = { 'aws:ResourceOrgID': ORGANIZATION_ID }
  const ofQueue = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage']
  expectExactRole(deployment, [
    ...roles.map((resource) => ({ action: 'sts:AssumeRole', resource, context })),
    ...ofQueue.map((name) => ({ action: `sqs:${name}`, resource: mapping?.EventSourceArn })),
  ])
})

function messageOf({ Records: [record] }: SqsEvent): { readonly sources: string[] } {
  return JSON.parse(record?.body ?? '')
}

async function completeSources() {
  const items = await scan(deployment.client, deployment.tables.sweeps)
  return items
    .filter(({ ItemId, Outcome }) => ItemId === 'STATE' && Outcome === 'complete')
    .map(({ Source }) => Source)
    .sort()
}
