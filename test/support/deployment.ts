import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ENVIRONMENT } from '../../archive/names'
import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import { type Emulator, startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { databaseClient, scan } from './clients'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy'
import { type Invocation, type InvokeOptions, invoke, startInvocation } from './invoke'
import { type DeployedTemplate, synthesise } from './template'

/** A synthesised stack, "deployed": its tables, bundle, environment, handler and schedule, on an emulated AWS. */
export interface Deployment {
  readonly template: DeployedTemplate
  readonly world: World
  readonly emulator: Emulator
  readonly proxy: DatabaseProxy
  /** Bypasses the proxy. */
  readonly client: DynamoDBDocumentClient
  /** What the schedule sends. */
  readonly scheduledEvent: { readonly region: string }
  /** The names of the tables. */
  readonly tables: { readonly sessions: string; readonly sweeps: string }
  /** Runs the function once, to its end. */
  invoke(options?: Partial<InvokeOptions>): Promise<Invocation>
  /** Starts the function. */
  start(options?: Partial<InvokeOptions>): ReturnType<typeof startInvocation>
  /** Records by SessionId. */
  records(): Promise<Map<unknown, Record<string, unknown>>>
}

export interface DeploymentOptions {
  /** @default - synthesised in this process */
  readonly template?: DeployedTemplate
  /** The time of the world's clock, which stands still. @default - now */
  readonly now?: Date
}

const closings: (() => Promise<void>)[] = []
afterAll(() => Promise.all(closings.map((close) => close())))

/** Closed after the tests of the file. */
export async function openDeployment({
  template = synthesise(),
  now = new Date(),
}: DeploymentOptions = {}): Promise<Deployment> {
  const world = new World({ clock: Clock.frozenAt(now) })
  const emulator = await startEmulator({ world })
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const client = databaseClient(database.endpoint)
  for (const table of tablesOf(template)) await client.send(new CreateTableCommand(table))
  const { Variables } = template.resource('AWS::Lambda::Function').Properties.Environment
  const tables = {
    sessions: Variables[ENVIRONMENT.sessionsTable],
    sweeps: Variables[ENVIRONMENT.sweepsTable],
  }
  const scheduledEvent = JSON.parse(template.resource('AWS::Scheduler::Schedule').Properties.Target.Input)
  const withDefaults = ({ event = scheduledEvent, environment, nodeFlags }: Partial<InvokeOptions>) => ({
    event,
    environment: {
      AWS_ENDPOINT_URL_SSM: emulator.url,
      AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
      ...environment,
    },
    nodeFlags,
  })
  closings.push(async () => {
    client.destroy()
    await emulator.close()
    await proxy.close()
    await database.close()
  })
  return {
    template,
    world,
    emulator,
    proxy,
    client,
    scheduledEvent,
    tables,
    invoke: (options = {}) => invoke(template, withDefaults(options)),
    start: (options = {}) => startInvocation(template, withDefaults(options)),
    records: async () =>
      new Map((await scan(client, tables.sessions)).map((record) => [record.SessionId, record])),
  }
}

/** The requests that create the template's tables. */
export function tablesOf(template: DeployedTemplate) {
  return Object.entries(template.resources('AWS::DynamoDB::Table')).map(([TableName, { Properties }]) => {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = Properties
    return { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
  })
}
