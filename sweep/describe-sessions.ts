import { text } from 'node:stream/consumers'
import { DescribeSessionsCommand, type DescribeSessionsRequest, type SSMClient } from '@aws-sdk/client-ssm'
import { findNodeAtLocation, parseTree } from 'jsonc-parser'
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
    rawJson: (place) => {
      const tree = parseTree(body)
      const node = tree && findNodeAtLocation(tree, ['Sessions', place])
      return node === undefined ? '' : body.slice(node.offset, node.offset + node.length)
    },
    nextToken: NextToken || undefined, // so does an empty one
    seenFrom: new Date(answered - elapsedMs).toISOString(),
    seenUntil: new Date(answered + DATE_HEADER_MS).toISOString(),
  }
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
  let raw: Raw = { body: '{}', date: undefined, elapsedMs: 0 }
  command.middlewareStack.add(
    (next) => async (args) => {
      const sent = performance.now()
      const result = await next(args)
      const response: unknown = result.response
      if (isWireResponse(response)) {
        const body = await text(response.body)
        const isAnswer = response.statusCode === 200
        raw = {
          body: isAnswer ? body : '{}',
          date: response.headers.date,
          elapsedMs: performance.now() - sent,
        }
        const wire: WireResponse = response
        wire.body = Buffer.from(isAnswer ? '{}' : body) // the SDK need not read the sessions again
      }
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'readTheWire' },
  )
  await ssm.send(command)
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
