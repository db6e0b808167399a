import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ANYONE_ENVIRONMENT } from './clients'
import { DEPLOYMENT, type DeployedTemplate } from './template'

export interface Invocation {
  readonly result?: Record<string, unknown>
  readonly error?: { name: string; message: string }
  /** The function's log: lines of JSON, with metrics, errors last. */
  readonly log: Record<string, unknown>[]
}

export interface InvokeOptions {
  readonly event: unknown
  /** In the logical id of the function. @default 'Archiver' */
  readonly part?: string
  /** Variables that differ from the deployed ones, such as endpoints. */
  readonly environment: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
  /** The function's clock when it starts. @default - the real time */
  readonly now?: Date
}

/** Starts the deployed function, with the template's code, handler and environment, in a new process. */
export function startInvocation(
  template: DeployedTemplate,
  { event, part = 'Archiver', environment, nodeFlags = [], now = new Date() }: InvokeOptions,
) {
  const { Properties, logicalId } = template.resource('AWS::Lambda::Function', part)
  const [module, name] = String(Properties.Handler).split('.')
  const asset = join(template.asset(Properties), `${module}.js`)
  const child = spawn(
    process.execPath,
    [...nodeFlags, join(__dirname, 'lambda-runtime.mjs'), asset, String(name)],
    {
      env: {
        ...ANYONE_ENVIRONMENT,
        AWS_LAMBDA_FUNCTION_NAME: logicalId,
        ...Properties.Environment.Variables,
        ...environment,
      },
    },
  )
  const place = `${DEPLOYMENT['AWS::Region']}:${DEPLOYMENT['AWS::AccountId']}`
  const context = {
    invokedFunctionArn: `arn:aws:lambda:${place}:function:${logicalId}`,
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  }
  child.stdin.on('error', () => {}) // a child that was killed does not read
  child.stdin.end(JSON.stringify({ event, context, aheadMs: now.getTime() - Date.now() }))
  const printed = Promise.all([text(child.stdout), text(child.stderr)])
  return { child, printed }
}

/** Runs the deployed function once, to its end. */
export async function invoke(template: DeployedTemplate, options: InvokeOptions): Promise<Invocation> {
  const [output, errors] = await startInvocation(template, options).printed
  const lines = output.trim().split('\n')
  const answer = lines.pop()
  if (!answer) throw new Error(`the function ended without an answer: ${errors}`)
  const log = [...lines, ...errors.trim().split('\n')].filter((line) => line.startsWith('{'))
  return { ...JSON.parse(answer), log: log.map((line) => JSON.parse(line)) }
}

/** The metrics in an invocation's log, one line per emission. */
export function metricsOf({ log }: Pick<Invocation, 'log'>) {
  return log.filter((line) => '_aws' in line)
}
