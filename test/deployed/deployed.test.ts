import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { SESSIONS, SWEEPS } from '../../archive/tables'
import { Clock } from '../../emulator/clock'
import { createTableInput, type Database, startDatabase } from '../../emulator/dynamodb'
import { generateSessions } from '../../emulator/generate'
import { type Emulator, startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { databaseClient, scan } from '../support/clients'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy'
import { expectedMembers, membersOf } from '../support/expected-record'
import { type Access, isAllowed, list, policiesOf, type Statement } from '../support/iam'
import { invoke } from '../support/invoke'
import { ODD_SESSIONS } from '../support/odd-sessions'
import { cdkSynth, DEPLOYMENT, type DeployedTemplate } from '../support/template'

const DAY_MS = 24 * 60 * 60 * 1000
const NOW = new Date('2026-11-24T09:30:00Z')

/** The synthesised stack, run: its tables, its bundle, its environment, its handler, its schedule's input. */
describe('the deployed archive', () => {
  let template: DeployedTemplate
  let world: World
  let emulator: Emulator
  let database: Database
  let proxy: DatabaseProxy
  let client: DynamoDBDocumentClient
  let tables: { sessions: string; sweeps: string }

  beforeAll(async () => {
    template = cdkSynth()
    database = await startDatabase()
    proxy = await startDatabaseProxy(database.endpoint)
    client = databaseClient(database.endpoint)
    await createTablesOf(template, client)
    tables = tableNames(template)

    world = new World({ clock: Clock.frozenAt(NOW) })
    world.add(generateSessions({ count: 1_000, seed: 2, now: NOW }))
    world.add(ODD_SESSIONS.map((afterEnd) => ({ startedAt: daysAgo(2), endedAt: daysAgo(1), afterEnd })))
    emulator = await startEmulator({ world })
  })

  afterAll(async () => {
    client.destroy()
    await emulator.close()
    await proxy.close()
    await database.close()
  })

  const run = (event: unknown = scheduledEvent(template)) =>
    invoke(template, {
      event,
      environment: { AWS_ENDPOINT_URL_SSM: emulator.url, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint },
    })

  const fullSweep = () => ({ ...scheduledEvent(template), sweep: 'full' })

  const recordWrites = () =>
    proxy.calls.filter(
      ({ operation, body }) => /^(Put|Update)Item$/.test(operation) && body.TableName === tables.sessions,
    ).length

  const during = async <T>(work: () => Promise<T>) => {
    const before = { writes: recordWrites(), pages: emulator.calls.count({ state: 'History' }) }
    const value = await work()
    return {
      value,
      writes: recordWrites() - before.writes,
      pages: emulator.calls.count({ state: 'History' }) - before.pages,
    }
  }

  const archived = async () =>
    new Map((await scan(client, tables.sessions)).map((record) => [record.SessionId, record]))

  test('the embedded database has the same tables', () => {
    for (const { logicalId, properties } of tablesOf(template)) {
      const definition = logicalId === tables.sessions ? SESSIONS : SWEEPS
      const local = createTableInput(logicalId, definition)
      expect(byName(createTableFrom(logicalId, properties))).toEqual(byName(local))
    }
  })

  test('the first sweep archives every session, every member as the service gave it', async () => {
    const ended = world.list('History')
    const shown = [...ended, ...world.list('Active')]

    const { value: invocation, writes, pages } = await during(run)

    expect(invocation.error).toBeUndefined()
    expect(invocation.result).toMatchObject({
      Source: '111122223333/us-east-1',
      Kind: 'full',
      Outcome: 'complete',
      Pages: pages + 1,
      Seen: shown.length,
      Archived: shown.length,
      Rejected: 0,
    })
    expect(pages).toBe(Math.ceil(ended.length / 200))
    expect(writes).toBe(shown.length)
    const records = await archived()
    expect(records.size).toBe(shown.length)
    for (const session of shown)
      expect(membersOf(records.get(session.SessionId) ?? {})).toEqual(expectedMembers(session))
    const receipts = await scan(client, tables.sweeps)
    expect(receipts).toEqual(
      expect.arrayContaining([invocation.result, expect.objectContaining({ ItemId: 'STATE' })]),
    )
    expect(receipts).toHaveLength(2)
  })

  test('logs carry the source, and the metrics are what the alarms watch', async () => {
    const { log } = await run()

    const metrics = log.filter((line) => '_aws' in line)
    const others = log.filter((line) => !('_aws' in line))
    expect(others.length).toBeGreaterThan(0)
    for (const line of others) expect(line).toMatchObject({ source: '111122223333/us-east-1' })
    const alarm = Object.values(template.resources('AWS::CloudWatch::Alarm')).find(
      ({ Properties }) => Properties.MetricName === 'SweepsCompleted',
    )
    const [dimension] = alarm?.Properties.Dimensions ?? []
    expect(metrics).toEqual([
      expect.objectContaining({ SweepsCompleted: 1, SweepsFailed: 0, [dimension.Name]: dimension.Value }),
    ])
    expect(metrics[0]?._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: alarm?.Properties.Namespace, Dimensions: [[dimension.Name]] }],
    })
  })

  test('a sweep with nothing new writes no record', async () => {
    const { history, active } = world.counts()

    const { value, writes } = await during(() => run(fullSweep()))

    expect(writes).toBe(0)
    expect(value.result).toMatchObject({ Archived: 0, Updated: 0, Unchanged: history + active })
  })

  test('a changed session costs one write and raises its Revision', async () => {
    const before = (await archived()).get('no-owner')
    world.clock.advance(60_000)
    world.update('no-owner', {
      afterEnd: { SessionId: 'no-owner', Owner: 'arn:aws:iam::111122223333:user/Ana' },
    })

    const { writes } = await during(() => run(fullSweep()))

    expect(writes).toBe(1)
    expect((await archived()).get('no-owner')).toEqual({
      ...before,
      Owner: 'arn:aws:iam::111122223333:user/Ana',
      OwnerName: 'Ana',
      Revision: 2,
      ObservedAt: expect.any(String),
      SweepId: expect.any(String),
      ContentHash: expect.not.stringMatching(String(before?.ContentHash)),
    })
  })

  test('a classic EventBridge event will do', async () => {
    const { result } = await run({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      region: 'us-east-1',
    })

    expect(result).toMatchObject({ Outcome: 'complete' })
  })

  test.each([
    [['a list'], 'event: received ["a list"], expected an object such as {"region": "eu-west-1"}'],
    [{ region: 'Frankfurt' }, 'event.region: received "Frankfurt", expected a region such as "eu-west-1"'],
    [{ region: 7 }, 'event.region: received 7, expected a region such as "eu-west-1"'],
    [{ sweep: 'some' }, 'event.sweep: received "some", expected "full"'],
  ])('refuses the event %j, and does nothing', async (event, message) => {
    const calls = proxy.calls.length

    const { error } = await run(event)

    expect(error?.message).toBe(message)
    expect(proxy.calls).toHaveLength(calls)
  })

  test('after 31 more days, the archive holds every session that the service has forgotten', async () => {
    const everSeen = new Set((await archived()).keys())
    expect(everSeen.size).toBe(1_000 + ODD_SESSIONS.length)

    world.clock.advance(DAY_MS)
    await run()
    world.clock.advance(31 * DAY_MS)
    const { result } = await run()

    expect(result).toMatchObject({ Outcome: 'complete', Seen: 0 })
    const records = await archived()
    expect(new Set(records.keys())).toEqual(everSeen)
    for (const record of records.values()) expect(record).toMatchObject({ State: 'History' })
  })

  test('every call it made is allowed, and every action that is allowed was needed', () => {
    const calls = accesses(proxy, template)
    const { Properties } = template.resource('AWS::Lambda::Function')
    const statements = policiesOf(template, Properties.Role)

    expect(calls.filter((access) => !isAllowed(statements, access))).toEqual([])

    const ofLambdaItself: Access[] = [
      { action: 'logs:CreateLogStream', resource: logGroupArn(Properties.LoggingConfig.LogGroup) },
      { action: 'logs:PutLogEvents', resource: logGroupArn(Properties.LoggingConfig.LogGroup) },
      { action: 'sqs:SendMessage', resource: Properties.DeadLetterConfig.TargetArn },
    ]
    for (const statement of statements)
      for (const action of list(statement.Action))
        for (const resource of list(statement.Resource)) {
          const single: Statement = { ...statement, Action: action, Resource: resource }
          const uses = [...calls, ...ofLambdaItself].filter((access) => isAllowed([single], access))
          expect({ action, resource, needed: uses.length > 0 }).toEqual({ action, resource, needed: true })
        }
  })

  test('it could not sweep a region that it was not deployed for', () => {
    const { Properties } = template.resource('AWS::Lambda::Function')
    const elsewhere = {
      action: 'ssm:DescribeSessions',
      resource: '*',
      context: { 'aws:RequestedRegion': 'eu-west-1' },
    }

    expect(isAllowed(policiesOf(template, Properties.Role), elsewhere)).toBe(false)
  })
})

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * DAY_MS)
}

function tablesOf(template: DeployedTemplate) {
  return Object.entries(template.resources('AWS::DynamoDB::Table')).map(([logicalId, { Properties }]) => ({
    logicalId,
    properties: Properties,
  }))
}

function tableNames(template: DeployedTemplate) {
  const { Variables } = template.resource('AWS::Lambda::Function').Properties.Environment
  return {
    sessions: Variables.SESSION_ARCHIVE_SESSIONS_TABLE,
    sweeps: Variables.SESSION_ARCHIVE_SWEEPS_TABLE,
  }
}

function createTableFrom(name: string, properties: ReturnType<typeof tablesOf>[number]['properties']) {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties
  return { TableName: name, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
}

async function createTablesOf(
  template: DeployedTemplate,
  client: Pick<DynamoDBClient, 'send'>,
): Promise<void> {
  for (const { logicalId, properties } of tablesOf(template))
    await client.send(new CreateTableCommand(createTableFrom(logicalId, properties)))
}

/** A table's definition with its lists in one order. */
function byName({ AttributeDefinitions = [], ...rest }: ReturnType<typeof createTableInput>) {
  const names = (definition: { AttributeName?: string | undefined }) => String(definition.AttributeName)
  return {
    GlobalSecondaryIndexes: undefined,
    ...rest,
    AttributeDefinitions: [...AttributeDefinitions].sort((a, b) => (names(a) < names(b) ? -1 : 1)),
  }
}

function scheduledEvent(template: DeployedTemplate): { region: string } {
  return JSON.parse(template.resource('AWS::Scheduler::Schedule').Properties.Target.Input)
}

function accesses(proxy: DatabaseProxy, template: DeployedTemplate): Access[] {
  const region = { 'aws:RequestedRegion': scheduledEvent(template).region }
  const ofTables = proxy.calls.flatMap(({ operation, body }) => {
    const index = body.IndexName === undefined ? '' : `/index/${body.IndexName}`
    return (body.TableName === undefined ? Object.keys(body.RequestItems) : [body.TableName]).map(
      (table) => ({
        action: `dynamodb:${operation}`,
        resource: `arn:aws:dynamodb:${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}:table/${table}${index}`,
      }),
    )
  })
  return [...ofTables, { action: 'ssm:DescribeSessions', resource: '*', context: region }]
}

function logGroupArn(name: string): string {
  return `arn:aws:logs:${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}:log-group:${name}:*`
}
