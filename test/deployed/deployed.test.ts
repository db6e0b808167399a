import type { Receipt } from '../../archive/receipt'
import { SESSIONS, SWEEPS } from '../../archive/tables'
import { createTableInput } from '../../emulator/dynamodb'
import { generateSessions } from '../../emulator/generate'
import { scan } from '../support/clients'
import { type Deployment, openDeployment, tablesOf } from '../support/deployment'
import { expectedMembers, membersOf } from '../support/expected-record'
import { metricsOf } from '../support/invoke'
import { ODD_SESSIONS } from '../support/odd-sessions'
import { expectExactRole } from '../support/role-uses'
import { endedSession } from '../support/sessions'
import { cdkSynth } from '../support/template'
import { DAY, daysAgo, HOUR } from '../support/times'

const NOW = new Date('2026-11-24T09:30:00Z')

let deployment: Deployment
beforeAll(async () => {
  deployment = await openDeployment({ template: cdkSynth(), now: NOW })
  const { world } = deployment
  world.add(generateSessions({ count: 600, seed: 2, now: NOW }))
  world.add(
    ODD_SESSIONS.map((afterEnd) => ({ startedAt: daysAgo(2, NOW), endedAt: daysAgo(1, NOW), afterEnd })),
  )
})

const FULL = { event: { sweep: 'full' } }

/** Runs the function, and counts what it does meanwhile. `receipt` is that of its sweep. */
async function sweep(options: { event?: unknown } = {}) {
  const { emulator, proxy, tables, invoke, lastReceipt } = deployment
  const callsBefore = proxy.calls.length
  const pagesBefore = emulator.calls.count({ state: 'History' })
  const invocation = await invoke(options)
  const calls = proxy.calls.slice(callsBefore)
  return {
    ...invocation,
    receipt: invocation.result?.Kind === undefined ? await lastReceipt() : invocation.result,
    writes: calls.filter(
      ({ operation, body }) => /^(Put|Update)Item$/.test(operation) && body.TableName === tables.sessions,
    ).length,
    pages: emulator.calls.count({ state: 'History' }) - pagesBefore,
  }
}

test('the embedded database has the tables of the template', () => {
  const { template, tables } = deployment
  for (const table of tablesOf(template)) {
    const definition = table.TableName === tables.sessions ? SESSIONS : SWEEPS
    expect(inOneOrder(table)).toEqual(inOneOrder(createTableInput(table.TableName, definition)))
  }
})

test('the first sweep archives every session, with every member as AWS sent it', async () => {
  const { world, client, tables, records } = deployment
  const ended = world.list('History')
  const shown = [...ended, ...world.list('Active')]

  const { error, result, receipt, writes, pages } = await sweep()

  expect(error).toBeUndefined()
  expect(receipt).toMatchObject({
    Source: '111122223333/us-east-1',
    Kind: 'full',
    Outcome: 'complete',
    Pages: pages + 1,
    Seen: shown.length,
    Archived: shown.length,
    Rejected: 0,
  })
  expect(pages).toBe(Math.ceil(ended.length / 200))
  const { Witness } = receipt as unknown as Receipt
  expect(writes).toBe(shown.length + Number(Witness?.Named)) // a session of ECS is written again for the person
  const kept = await records()
  expect(kept.size).toBe(shown.length)
  for (const session of shown)
    expect(membersOf(kept.get(session.SessionId) ?? {})).toEqual(expectedMembers(session))
  const kinds = [
    receipt,
    result,
    { ItemId: 'STATE' },
    { ItemId: 'LISTING' },
    { Source: 'ROSTER', State: 'swept' },
  ]
  const items = await scan(client, tables.sweeps)
  for (const kind of kinds) expect(items).toContainEqual(expect.objectContaining(kind))
  expect(items).toHaveLength(kinds.length)
})

test('the log tells of the round, and the alarms watch the metrics that the function emits', async () => {
  deployment.world.clock.advance(HOUR)
  const { log } = await sweep()

  const others = log.filter((line) => !('_aws' in line))
  expect(others).toMatchObject([
    { message: 'round made', round: { Source: 'ROUNDS', Outcomes: { complete: 1 } } },
  ])
  const alarm = Object.values(deployment.template.resources('AWS::CloudWatch::Alarm')).find(
    ({ Properties }) => Properties.MetricName === 'SweepsCompleted',
  )
  const [dimension] = alarm?.Properties.Dimensions ?? []
  expect(metricsOf({ log })).toEqual([
    expect.objectContaining({
      SweepsCompleted: 1,
      SweepsFailed: 0,
      [dimension.Name]: dimension.Value,
      _aws: expect.objectContaining({
        CloudWatchMetrics: [
          expect.objectContaining({
            Namespace: alarm?.Properties.Namespace,
            Dimensions: [[dimension.Name]],
          }),
        ],
      }),
    }),
  ])
})

test('a sweep that finds nothing new writes no record', async () => {
  const { history, active } = deployment.world.counts()
  const { receipt, writes } = await sweep(FULL)
  expect(writes).toBe(0)
  expect(receipt).toMatchObject({ Archived: 0, Updated: 0, Unchanged: history + active })
})

test('a changed session costs one write and raises its Revision', async () => {
  const { world, records } = deployment
  const before = (await records()).get('no-owner')
  const Owner = 'arn:aws:iam::111122223333:user/Ana'
  world.clock.advance(60_000)
  world.update('no-owner', { afterEnd: { SessionId: 'no-owner', Owner } })

  const { writes } = await sweep(FULL)

  expect(writes).toBe(1)
  expect((await records()).get('no-owner')).toEqual({
    ...before,
    Owner,
    OwnerName: 'Ana',
    OwnerKey: 'ana',
    Revision: 2,
    ObservedAt: expect.any(String),
    SweepId: expect.any(String),
    ContentHash: expect.not.stringMatching(String(before?.ContentHash)),
  })
})

test('the function makes a round when EventBridge sends a classic scheduled event', async () => {
  deployment.world.clock.advance(HOUR)
  const event = { 'detail-type': 'Scheduled Event', source: 'aws.events', region: 'us-east-1' }
  expect((await sweep({ event })).result).toMatchObject({ Source: 'ROUNDS', Outcomes: { complete: 1 } })
})

test.each([{ account: '444455556666' }, { region: 'eu-west-1' }])(
  'the function refuses to sweep what is not in the roster: %j',
  async (event) => {
    const { error } = await sweep({ event })
    expect(error?.name).toBe('UnknownSourceError')
    expect(error?.message).toMatch(/^received the source .*, expected /)
  },
)

test.each([
  [['a list'], 'event: received ["a list"], expected an object such as {"region": "eu-west-1"}'],
  [{ region: 'Frankfurt' }, 'event.region: received "Frankfurt", expected a region such as "eu-west-1"'],
  [{ region: 7 }, 'event.region: received 7, expected a region such as "eu-west-1"'],
  [{ sweep: 'some' }, 'event.sweep: received "some", expected "full"'],
])('the function refuses the event %j and calls nothing', async (event, message) => {
  const calls = deployment.proxy.calls.length
  expect((await sweep({ event })).error?.message).toBe(message)
  expect(deployment.proxy.calls).toHaveLength(calls)
})

test('the archive holds every session that AWS has forgotten after 31 days', async () => {
  const { world, records } = deployment
  const everSeen = new Set((await records()).keys())
  expect(everSeen.size).toBe(600 + ODD_SESSIONS.length)

  world.clock.advance(DAY)
  await sweep()
  world.clock.advance(31 * DAY)
  const { receipt } = await sweep()

  expect(receipt).toMatchObject({ Outcome: 'complete', Seen: 0 })
  const kept = await records()
  expect(new Set(kept.keys())).toEqual(everSeen)
  for (const record of kept.values()) expect(record).toMatchObject({ State: 'History' })
})

test('a session on a machine that is gone has the name that an earlier one gave it', async () => {
  const { world, records } = deployment
  const on = (Target: string, SessionId: string) => [
    endedSession({ SessionId, Target }, {}, world.clock.now()),
  ]
  const [known, gone] = ['i-0aaaaaaaaaaaaaaaa', 'i-0bbbbbbbbbbbbbbbb']
  world.addNodes([{ InstanceId: known, Name: 'db-01' }])
  world.add([...on(known, 'while-it-lived'), ...on(gone, 'unknown')])
  await sweep()
  world.nodes.delete(known)
  world.add(on(known, 'afterwards'))
  await sweep(FULL)

  const kept = await records()
  const names = ['while-it-lived', 'afterwards', 'unknown'].map((id) => kept.get(id))
  expect(names.map((record) => [record?.TargetName, record?.TargetSource])).toEqual([
    ['db-01', 'SSM'],
    ['db-01', 'archive'],
    [undefined, 'none'],
  ])
})

test('the role allows every call that the function made, and no action that it did not need', () =>
  expectExactRole(deployment))

/** A table's definition with its lists in one order. */
function inOneOrder({ AttributeDefinitions = [], ...rest }: ReturnType<typeof createTableInput>) {
  const nameOf = ({ AttributeName }: { AttributeName?: string | undefined }) => String(AttributeName)
  return {
    GlobalSecondaryIndexes: undefined,
    ...rest,
    AttributeDefinitions: [...AttributeDefinitions].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  }
}
