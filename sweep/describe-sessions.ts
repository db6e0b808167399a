import { text } from 'node:stream/consumers'
import { DescribeSessionsCommand, type DescribeSessionsRequest, type SSMClient } from '@aws-sdk/client-ssm'
import type { Session } from '../archive/record'

export interface Answer {
  /** As the service sent them, member for member, whether the SDK knows the member or not. */
  readonly sessions: readonly Session[]
  readonly nextToken: string | undefined
  /** The service looked at its sessions between these two times, by its own clock. */
  readonly seenFrom: Date
  readonly seenUntil: Date
}

/** The Date header tells whole seconds, rounded down. */
const DATE_HEADER_MS = 1000

/**
 * One call of DescribeSessions, read from the wire: the SDK signs it, tries it again and makes errors of
 * error answers, but it would drop members that AWS added after it was built.
 *
 * @throws SSMServiceException when the client's own retries were in vain
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html
 */
export async function describeSessions(ssm: SSMClient, request: DescribeSessionsRequest): Promise<Answer> {
  const command = new DescribeSessionsCommand(request)
  let answer: WireAnswer = {}
  let date: string | undefined
  let elapsed = 0
  command.middlewareStack.add(
    (next) => async (args) => {
      const sent = performance.now()
      const result = await next(args)
      const response: unknown = result.response
      if (isWireResponse(response)) {
        const body = await text(response.body)
        const isAnswer = response.statusCode === 200
        if (isAnswer) answer = JSON.parse(body)
        date = response.headers.date
        const wire: WireResponse = response
        wire.body = Buffer.from(isAnswer ? '{}' : body) // the SDK need not read the sessions, too
      }
      elapsed = performance.now() - sent
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'readTheWire' },
  )
  await ssm.send(command)

  const answered = Date.parse(date ?? '') || Date.now()
  return {
    sessions: readSessions(answer),
    nextToken: answer.NextToken ?? undefined,
    seenFrom: new Date(answered - elapsed),
    seenUntil: new Date(answered + DATE_HEADER_MS),
  }
}

function readSessions({ Sessions = [] }: WireAnswer): Session[] {
  if (!Array.isArray(Sessions))
    throw new Error(`DescribeSessions: received Sessions ${typeof Sessions}, expected a list`)
  return Sessions
}

interface WireAnswer {
  readonly Sessions?: unknown
  readonly NextToken?: string | null
}

interface WireResponse {
  readonly statusCode: number
  headers: Readonly<Record<string, string | undefined>>
  body: AsyncIterable<unknown> | Uint8Array
}

function isWireResponse(response: unknown): response is WireResponse & { body: AsyncIterable<unknown> } {
  return typeof response === 'object' && response !== null && 'headers' in response && 'body' in response
}
