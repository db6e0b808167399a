import { createHash } from 'node:crypto'
import type { SessionMembers } from './session'

/** An event as CloudTrail writes it down. Any member that is not here may be missing. */
export interface TrailEvent {
  readonly eventID: string
  /** ISO 8601, UTC, whole seconds. */
  readonly eventTime: string
  readonly eventName: string
  readonly eventSource: string
  readonly [member: string]: unknown
}

/** Where a session is, and who had part in it. */
export interface Scene {
  readonly accountId: string
  readonly region: string
  readonly session: SessionMembers
  /** ARN of whom the event is about; undefined: the event does not say. */
  readonly person: string | undefined
  readonly at: Date
}

/** What CloudTrail says of calls, by the name of the event. */
export const EVENTS = { StartSession, ExecuteCommand, TerminateSession } as const

const HIDDEN = 'Value hidden due to security reasons.'

/** ECS starts the sessions of ECS Exec itself. */
function StartSession(scene: Scene): TrailEvent {
  const { region, session } = scene
  const { SessionId, Target: target, DocumentName: documentName, Reason: reason } = session
  const streamUrl = `wss://ssmmessages.${region}.amazonaws.com/v1/data-channel/${SessionId}?role=publish_subscribe`
  return {
    ...callOf(scene, 'StartSession', 'ssm.amazonaws.com'),
    requestParameters: { target, documentName, reason },
    responseElements: { sessionId: SessionId, tokenValue: HIDDEN, streamUrl },
  }
}

/** `ecs:CLUSTER_TASK_RUNTIME` */
const CONTAINER = /^ecs:(.+)_([^_]+)_[^_]+$/

function ExecuteCommand(scene: Scene): TrailEvent {
  const { accountId, region, session } = scene
  const [, cluster = 'default', taskId = 'unknown'] = CONTAINER.exec(session.Target ?? '') ?? []
  const task = `arn:aws:ecs:${region}:${accountId}:task/${cluster}/${taskId}`
  return {
    ...callOf(scene, 'ExecuteCommand', 'ecs.amazonaws.com'),
    requestParameters: { cluster, container: 'app', task, command: '/bin/sh', interactive: true },
    responseElements: {
      clusterArn: `arn:aws:ecs:${region}:${accountId}:cluster/${cluster}`,
      containerName: 'app',
      taskArn: task,
      session: { sessionId: session.SessionId, tokenValue: HIDDEN },
    },
  }
}

function TerminateSession(scene: Scene): TrailEvent {
  const { SessionId: sessionId } = scene.session
  return {
    ...callOf(scene, 'TerminateSession', 'ssm.amazonaws.com'),
    requestParameters: { sessionId },
    responseElements: { sessionId },
  }
}

/** The call was refused: there is no session. */
export function refused(
  event: TrailEvent,
  errorCode: string,
  errorMessage: string,
  requestParameters: unknown = event.requestParameters,
): TrailEvent {
  return { ...event, errorCode, errorMessage, requestParameters, responseElements: null }
}

function callOf({ accountId, region, session, person, at }: Scene, eventName: string, eventSource: string) {
  const eventTime = `${at.toISOString().slice(0, 19)}Z`
  return {
    eventVersion: '1.10',
    userIdentity: identityOf(person, accountId),
    eventTime,
    eventSource,
    eventName,
    awsRegion: region,
    sourceIPAddress: '203.0.113.4',
    userAgent: 'aws-cli/2.31.0',
    requestID: idOf('request', eventName, session.SessionId, eventTime),
    eventID: idOf('event', eventName, session.SessionId, eventTime),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  }
}

const USER = /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/
const ROLE = /^arn:[^:]*:sts::\d*:assumed-role\/([^/]+)\/(.+)$/

function identityOf(arn: string | undefined, accountId: string) {
  if (arn === undefined) return { type: 'Unknown', accountId }
  const [, userName] = USER.exec(arn) ?? []
  if (userName !== undefined)
    return { type: 'IAMUser', principalId: 'AIDAEMULATOR', arn, accountId, userName }
  const [, role, name] = ROLE.exec(arn) ?? []
  if (role === undefined) return { type: 'Root', principalId: accountId, arn, accountId }
  const sessionIssuer = { type: 'Role', arn: `arn:aws:iam::${accountId}:role/${role}`, userName: role }
  return {
    type: 'AssumedRole',
    principalId: `AROAEMULATOR:${name}`,
    arn,
    accountId,
    sessionContext: { sessionIssuer },
    ...(role === 'AWSServiceRoleForECS' && { invokedBy: 'ecs.amazonaws.com' }),
  }
}

/** A UUID that depends on nothing else. */
function idOf(...parts: readonly (string | undefined)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
