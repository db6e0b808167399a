import { text } from 'node:stream/consumers'
import { DescribeSessionsCommand, type DescribeSessionsRequest, type SSMClient } from '@aws-sdk/client-ssm'
import { parseJson } from '../archive/json'
import type { Session } from '../archive/record'

/** Times are ISO 8601, UTC. */
export interface Answer {
  /**
   * As AWS sent them, member for member, whether or not the SDK knows the member. An element that is no object is a
   * session without members.
   */
  readonly sessions: readonly Session[]
  /** The text of a session as AWS sent it, by its place in `sessions`. */
  readonly rawJson: (place: number) => string
  readonly nextToken: string | undefined
  /** AWS looked at its sessions between these two times, by its own clock. */
  readonly seenFrom: string
  readonly seenUntil: string
}

/** The Date header has whole seconds, rounded down. */
const DATE_HEADER_MS = 1000

/**
 * One call of DescribeSessions.
 *
 * @throws SSMServiceException if the client's own retries did not help
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
export async function describeSessions(ssm: SSMClient, request: DescribeSessionsRequest): Promise<Answer> {
  const { body, date, elapsedMs } = await sendRaw(ssm, new DescribeSessionsCommand(request))
  const { Sessions, NextToken } = parseJson(body) as { Sessions?: unknown; NextToken?: string | null }
  const sessions = Sessions ?? [] // null counts as absent, as with every member
  if (!Array.isArray(sessions))
    throw new Error(`DescribeSessions: received Sessions ${typeof sessions}, expected a list`)
  const answered = Date.parse(date ?? '') || Date.now()
  return {
    sessions: sessions.map((session) => (isObject(session) ? session : {})),
    rawJson: (place) => elementText(body, place),
    nextToken: NextToken || undefined, // so does an empty one
    seenFrom: new Date(answered - elapsedMs).toISOString(),
    seenUntil: new Date(answered + DATE_HEADER_MS).toISOString(),
  }
}

const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},]/g

/** The text of an element of the list `Sessions`, however deep it is; the whole body if there is none. */
function elementText(body: string, place: number): string {
  let [depth, member, passed, from] = [0, '', 0, 0]
  for (const { 0: token, index } of body.matchAll(STRING_OR_BRACKET)) {
    const opens = token === '{' || token === '['
    const closes = token === '}' || token === ']'
    if (depth === 1 && token.startsWith('"')) member = token
    if (depth === 2 && member === '"Sessions"' && (closes || token === ',')) {
      if (passed === place) return body.slice(from, index).trim()
      passed += 1
    }
    if (opens) depth += 1
    if (closes) depth -= 1
    if (depth === 2 && (opens || token === ',')) from = index + 1
  }
  return body
}

function isObject(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Raw {
  readonly body: string
  /** The Date header. */
  readonly date: string | undefined
  /** The time of the last attempt. */
  readonly elapsedMs: number
}

/**
 * Sends a command and reads the answer from the wire: the SDK signs it, retries it and turns error answers into
 * exceptions, but it would drop members that AWS added after it was built.
 */
async function sendRaw(ssm: SSMClient, command: DescribeSessionsCommand): Promise<Raw> {
  let raw: Raw | undefined
  command.middlewareStack.add(
    (next) => async (args) => {
      const sent = performance.now()
      const result = await next(args)
      const response: unknown = result.response
      if (isWireResponse(response)) {
        const body = await text(response.body)
        const isAnswer = response.statusCode === 200
        if (isAnswer) raw = { body, date: response.headers.date, elapsedMs: performance.now() - sent }
        const wire: WireResponse = response
        wire.body = Buffer.from(isAnswer ? '{}' : body) // the SDK need not read the sessions again
      }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'readTheWire' },
  )
  await ssm.send(command)
  if (raw === undefined) throw new Error('DescribeSessions: received an answer that cannot be read')
  return raw
}

interface WireResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | undefined>>
  body: AsyncIterable<unknown> | Uint8Array
}

function isWireResponse(response: unknown): response is WireResponse & { body: AsyncIterable<unknown> } {
  return typeof response === 'object' && response !== null && 'headers' in response && 'body' in response
}
