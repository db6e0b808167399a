import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ENVIRONMENT } from '../archive/names'
import { settingsOf } from '../test/support/deployed-queue'
import { startQueue } from '../test/support/event-source-mapping'
import { synthesise } from '../test/support/template'
import { node24 } from './node24'
import { DATABASE_MS, LIST_MS } from './place'
import { FLAGS } from './run'
import { startServer } from './start-server'

/** What one invocation took. */
export interface Invocation {
  readonly seconds: number
  readonly cpuSeconds: number
  /** The most memory that its process ever had. */
  readonly peakMb: number
  readonly result?: { readonly StartedAt: string; readonly FinishedAt: string; readonly Due: number }
  readonly error?: string
}

interface AwsCounts {
  readonly listCalls: number
  readonly failed: number
  readonly roles: number
  readonly accountPages: number
  readonly regionLists: number
}
type TableCounts = { readonly writes: number; readonly readUnits: number }
type DatabaseCounts = { readonly sessions: TableCounts; readonly sweeps: TableCounts }

/** The deployed function and its queue, over an organization that was swept before. */
export type DeployedOrganization = Awaited<ReturnType<typeof deployOrganization>>

/**
 * @param now the simulated time at which it begins
 * @param sweptAgoMs how long ago every source was swept. @default - as the day before has left them
 */
export async function deployOrganization(accounts: number, now: number, sweptAgoMs = 0) {
  const template = synthesise({ organizationId: 'o-exampleorgid' })
  const { Properties, logicalId } = template.resource('AWS::Lambda::Function', 'Archiver')
  const { Variables } = Properties.Environment
  const tables = [Variables[ENVIRONMENT.sessionsTable], Variables[ENVIRONMENT.sweepsTable]]
  const settings = settingsOf(template)
  if (settings === undefined) throw new Error('received a template without a queue, expected one with it')
  const [aws, database, queue] = await Promise.all([
    startServer<AwsCounts>('organization', accounts, now, LIST_MS),
    startServer<DatabaseCounts>('rounds-database', ...tables, DATABASE_MS, accounts, now, sweptAgoMs),
    startQueue(settings),
  ])
  const module = join(template.asset(Properties), `${String(Properties.Handler).split('.')[0]}.js`)
  const environment = {
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
    ...Variables,
    AWS_LAMBDA_FUNCTION_NAME: logicalId,
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: database.url,
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    [ENVIRONMENT.queueUrl]: queue.queueUrl,
  }
  const start = () =>
    fork(join(__dirname, 'contenders/warm.mjs'), [module], {
      execPath: node24(),
      execArgv: FLAGS,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  const idle: ChildProcess[] = []
  const all: ChildProcess[] = []
  let time = now
  /** In a process that is idle, or in a new one: as Lambda does. */
  const invoke = async (event: unknown): Promise<Invocation> => {
    const child = idle.pop() ?? start()
    if (!all.includes(child)) all.push(child)
    const answer = once(child, 'message')
    child.send({ event, aheadMs: time - Date.now() })
    const [invocation] = (await answer) as [Invocation]
    idle.push(child)
    return invocation
  }
  return {
    invoke,
    /** Delivers what is in the queue, until it is empty. */
    drain: async (): Promise<Invocation[]> => {
      const invocations: Invocation[] = []
      await queue.drain(async (event) => {
        const invocation = await invoke(event)
        invocations.push(invocation)
        return invocation
      })
      return invocations
    },
    setTime: async (at: number) => {
      time = at
      await fetch(`${aws.url}/clock`, { method: 'PUT', body: new Date(at).toISOString() })
    },
    counts: async () => ({ ...(await aws.counts()), ...(await database.counts()) }),
    close: async () => {
      for (const child of all) child.kill()
      aws.close()
      database.close()
      await queue.close()
    },
  }
}
