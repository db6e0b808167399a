/** An event of CloudTrail about a session. Texts are untrusted, and each may be missing. */
export interface TrailEvent {
  readonly id: string
  readonly name: 'StartSession' | 'ExecuteCommand' | 'TerminateSession'
  /** ISO 8601, UTC; CloudTrail knows whole seconds. */
  readonly at: string
  /** `111122223333/eu-west-1` */
  readonly source: string
  /** ARN of who made the call. */
  readonly caller?: string
  /** Of a call that was not refused. */
  readonly sessionId?: string
  /** Of a call that was refused. */
  readonly refusal?: { readonly code: string; readonly message?: string }
  readonly target?: string
  readonly documentName?: string
  readonly reason?: string
  readonly cluster?: string
  readonly task?: string
  readonly container?: string
  readonly address?: string
  readonly userAgent?: string
}

export class TrailEventError extends Error {
  override readonly name = 'TrailEventError'
}

const SOURCES: Readonly<Record<TrailEvent['name'], string>> = {
  StartSession: 'ssm.amazonaws.com',
  ExecuteCommand: 'ecs.amazonaws.com',
  TerminateSession: 'ssm.amazonaws.com',
}

/**
 * Reads an event as CloudTrail writes it down. The commands that somebody ran are left out: they may hold secrets.
 *
 * @returns undefined if it is of something else: Athena's StartSession, a dry run, an event without a session
 * @throws TrailEventError if it is of a session and cannot be read
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function readTrailEvent(value: unknown): TrailEvent | undefined {
  const event = membersOf(value)
  const { eventName } = event
  if (!isName(eventName) || event.eventSource !== SOURCES[eventName]) return undefined
  const asked = membersOf(event.requestParameters)
  const answered = membersOf(event.responseElements)
  const code = text(event.errorCode)
  const message = text(event.errorMessage)
  const isRefused = code !== undefined || message !== undefined
  const session = eventName === 'ExecuteCommand' ? membersOf(answered.session) : answered
  const sessionId =
    text(session.sessionId) ?? (eventName === 'TerminateSession' ? text(asked.sessionId) : undefined)
  if (asked.dryrun === true || (!isRefused && sessionId === undefined)) return undefined
  const target = text(asked.target) ?? targetIn(message)
  return {
    id: required(event, 'eventID', text(event.eventID)),
    name: eventName,
    at: required(event, 'eventTime', timeOf(event.eventTime)),
    source: `${required(event, 'recipientAccountId', text(event.recipientAccountId))}/${required(event, 'awsRegion', text(event.awsRegion))}`,
    ...defined({
      caller: text(membersOf(event.userIdentity).arn),
      sessionId: isRefused ? undefined : sessionId,
      refusal: isRefused ? { code: code ?? 'unknown', ...defined({ message }) } : undefined,
      target,
      documentName: text(asked.documentName),
      reason: text(asked.reason),
      cluster: text(asked.cluster),
      task: text(asked.task) ?? text(answered.taskArn),
      container: text(asked.container) ?? text(answered.containerName),
      address: text(event.sourceIPAddress),
      userAgent: text(event.userAgent),
    }),
  }
}

/** A call that is denied has no parameters: the message names the machine. */
const MACHINE_IN_ARN = /:(?:managed-)?instance\/(m?i-[0-9a-f]{8,17})\b/

function targetIn(message: string | undefined): string | undefined {
  return MACHINE_IN_ARN.exec(message ?? '')?.[1]
}

function isName(name: unknown): name is TrailEvent['name'] {
  return typeof name === 'string' && Object.hasOwn(SOURCES, name)
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

function timeOf(value: unknown): string | undefined {
  const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function required(event: Readonly<Record<string, unknown>>, name: string, value: string | undefined): string {
  if (value !== undefined) return value
  const received = JSON.stringify(event[name])?.slice(0, 100)
  throw new TrailEventError(
    `an event ${text(event.eventID) ?? 'without eventID'}: received ${name} ${received ?? 'none'}`,
  )
}

function defined<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Partial<Members>
}
