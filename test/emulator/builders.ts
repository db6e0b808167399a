import { DescribeSessionsCommand, type DescribeSessionsCommandInput, SSMClient } from '@aws-sdk/client-ssm'
import { Clock } from '../../emulator/clock'
import { LOCAL_CREDENTIALS } from '../../emulator/local-credentials'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server'
import type { SessionLife, SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'
import { endedSession, endedSessions } from '../support/sessions'

export const NOW = new Date('2026-11-20T12:00:00Z')

/** @param milliseconds before {@link NOW} */
export function ago(milliseconds: number): Date {
  return new Date(NOW.getTime() - milliseconds)
}

export function seconds(time: Date): number {
  return time.getTime() / 1000
}

export function session(members: SessionMembers = {}, life: Partial<SessionLife> = {}): SessionLife {
  return endedSession(members, life, NOW)
}

export function sessions(count: number): SessionLife[] {
  return endedSessions(count, {}, NOW)
}

/** On a clock frozen at {@link NOW}. */
export function world(lives: Iterable<SessionLife> = []): World {
  const made = new World({ clock: Clock.frozenAt(NOW) })
  made.add(lives)
  return made
}

const running: Emulator[] = []

afterEach(stopAll)

/** An emulator that stops after the test. */
export async function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const home = options.organization === undefined ? { world: world() } : {}
  const emulator = await startEmulator({ ...home, recordCalls: true, ...options })
  running.push(emulator)
  return emulator
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
}

/** A client that does not retry. */
export function client({ url }: Pick<Emulator, 'url'>): SSMClient {
  return new SSMClient({ ...LOCAL_CREDENTIALS, endpoint: url, maxAttempts: 1 })
}

export function authorization(service = 'ssm'): string {
  return `AWS4-HMAC-SHA256 Credential=x/20261120/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`
}

export const HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'AmazonSSM.DescribeSessions',
  authorization: authorization(),
}

/**
 * A DescribeSessions request without a client in between.
 *
 * @param body sent as it is if it is a string
 * @param headers replace the usual ones; an empty one is left out
 */
export async function post({ url }: Emulator, body: unknown, headers: Partial<typeof HEADERS> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: Object.entries({ ...HEADERS, ...headers }).filter(([, value]) => value !== ''),
  })
  return { status: response.status, body: (await response.json()) as unknown }
}

/** The answer to a refused request. */
export function refusal(code: string, message: unknown) {
  return { status: 400, body: { __type: code, message } }
}

/** What a client sees: ids and token, or the error's name (a system error's code). */
export async function ask(url: string, input: Partial<DescribeSessionsCommandInput> = {}) {
  const ssm = client({ url })
  try {
    const answer = await ssm.send(new DescribeSessionsCommand({ State: 'History', ...input }))
    return { ids: answer.Sessions?.map(({ SessionId }) => SessionId), token: answer.NextToken }
  } catch (error) {
    const [code] = /ECONN[A-Z]+/.exec(String(error)) ?? []
    return { error: code ?? (error instanceof Error && error.name) }
  } finally {
    ssm.destroy()
  }
}
