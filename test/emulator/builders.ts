import { SSMClient } from '@aws-sdk/client-ssm'
import { Clock } from '../../emulator/clock'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server'
import type { SessionLife, SessionMembers } from '../../emulator/session'
import { World } from '../../emulator/world'

export const NOW = new Date('2026-11-20T12:00:00Z')
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** @param milliseconds before {@link NOW} */
export function ago(milliseconds: number): Date {
  return new Date(NOW.getTime() - milliseconds)
}

export function seconds(time: Date): number {
  return time.getTime() / 1000
}

/** One that ended, unless told otherwise: from an hour to half an hour before {@link NOW}. */
export function session(members: SessionMembers = {}, life: Partial<SessionLife> = {}): SessionLife {
  const { startedAt = ago(HOUR), endedAt = ago(HOUR / 2) } = life
  const afterEnd = {
    SessionId: 'Mary-Major-0ab177d470EXAMPLE',
    Status: 'Terminated',
    StartDate: seconds(startedAt),
    EndDate: seconds(endedAt),
    ...members,
  }
  return { startedAt, endedAt, afterEnd, ...life }
}

/** So many ended sessions `s-0`, `s-1`, …, each a minute older than the one before. */
export function sessions(count: number): SessionLife[] {
  return Array.from({ length: count }, (_, index) =>
    session({ SessionId: `s-${index}` }, { startedAt: ago(HOUR + index * MINUTE), endedAt: ago(MINUTE) }),
  )
}

/** On a clock frozen at {@link NOW}. */
export function world(lives: Iterable<SessionLife> = []): World {
  const made = new World({ clock: Clock.frozenAt(NOW) })
  made.add(lives)
  return made
}

const running: Emulator[] = []

/** An emulator that the file's `afterEach(stopAll)` stops. */
export async function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const emulator = await startEmulator({ world: world(), recordCalls: true, ...options })
  running.push(emulator)
  return emulator
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()))
}

/** A client that does not retry. */
export function client({ url }: Emulator): SSMClient {
  return new SSMClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
  })
}

export function authorization(service = 'ssm'): string {
  return `AWS4-HMAC-SHA256 Credential=x/20261120/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`
}

/**
 * A DescribeSessions request without a client in between.
 *
 * @param body sent as it is if it is a string
 * @param headers replace the usual ones; undefined: left out
 */
export async function post(
  { url }: Emulator,
  body: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const all = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonSSM.DescribeSessions',
    'x-amz-date': '20261120T120000Z',
    authorization: authorization(),
    ...headers,
  }
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: Object.entries(all).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** The body of an error of status 400. */
export function refusal(code: string, message: string) {
  return expect.objectContaining({ status: 400, body: { __type: code, message } })
}
