import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { ENVIRONMENT } from '../../archive/names'
import { ROUNDS } from '../../archive/receipt'
import { Clock } from '../../emulator/clock'
import { startDatabase } from '../../emulator/dynamodb'
import type { Organization } from '../../emulator/organization'
import { startEmulator } from '../../emulator/server'
import { World } from '../../emulator/world'
import { databaseClient, scan } from './clients'
import { startDatabaseProxy } from './database-proxy'
import { openDeployedQueue } from './deployed-queue'
import { type InvokeOptions, invoke, startInvocation } from './invoke'
import { type DeployedTemplate, synthesise } from './template'

/** A synthesised stack, "deployed": its tables, bundle, environment, handler and schedule, on an emulated AWS. */
export type Deployment = Awaited<ReturnType<typeof openDeployment>>

const closings: (() => Promise<void>)[] = []
afterAll(() => Promise.all(closings.map((close) => close())))

export interface DeploymentOptions {
  /** @default - of a single account */
  readonly template?: DeployedTemplate
  /** The time of the world's clock, which stands still. @default - the real time */
  readonly now?: Date
  /** Whose own account is that of the template. @default - one world alone */
  readonly organization?: Organization
}

/** Closed after the tests of the file. */
export async function openDeployment(options: DeploymentOptions = {}) {
  const { template = synthesise(), now = new Date(), organization } = options
  const emulator = await startEmulator(
    organization === undefined ? { world: new World({ clock: Clock.frozenAt(now) }) } : { organization },
  )
  const { world } = emulator
  const database = await startDatabase()
  const proxy = await startDatabaseProxy(database.endpoint)
  const client = databaseClient(database.endpoint)
  for (const table of tablesOf(template)) await client.send(new CreateTableCommand(table))
  const { Variables } = template.resource('AWS::Lambda::Function', 'Archiver').Properties.Environment
  const tables: Record<'sessions' | 'sweeps', string> = {
    sessions: Variables[ENVIRONMENT.sessionsTable],
    sweeps: Variables[ENVIRONMENT.sweepsTable],
  }
  const scheduledEvent = JSON.parse(template.resource('AWS::Scheduler::Schedule').Properties.Target.Input)
  const queue = await openDeployedQueue(template)
  const endpoints = {
    AWS_ENDPOINT_URL: emulator.url,
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    ...(queue && { AWS_ENDPOINT_URL_SQS: queue.endpoint, [ENVIRONMENT.queueUrl]: queue.queueUrl }),
  }
  const withDefaults = ({ environment, ...options }: Partial<InvokeOptions> = {}) => ({
    event: scheduledEvent,
    now: world.clock.now(),
    ...options,
    environment: { ...endpoints, ...environment },
  })
  closings.push(async () => {
    client.destroy()
    await emulator.close()
    await proxy.close()
    await queue?.close()
    await database.close()
  })
  return {
    template,
    world,
    emulator,
    proxy,
    /** Of sources that a round has no time for, if the template has one. */
    queue,
    /** Bypasses the proxy. */
    client,
    /** What the schedule sends. */
    scheduledEvent,
    /** Their names. */
    tables,
    /** Runs the function once, to its end. */
    invoke: (options?: Partial<InvokeOptions>) => invoke(template, withDefaults(options)),
    /** Starts the function. */
    start: (options?: Partial<InvokeOptions>) => startInvocation(template, withDefaults(options)),
    /** The receipt of the latest sweep. */
    lastReceipt: async () => {
      const receipts = (await scan(client, tables.sweeps)).filter(
        ({ Source, ItemId }) => Source !== ROUNDS && /^\d.*Z-/.test(String(ItemId)),
      )
      return receipts.sort((a, b) => (String(a.ItemId) < String(b.ItemId) ? 1 : -1))[0]
    },
    /** Records by SessionId. */
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
