import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'

export interface DatabaseCall {
  /** For example `PutItem`. */
  readonly operation: string
  // biome-ignore lint/suspicious/noExplicitAny: the request of any operation
  readonly body: any
  /** Of the request's signature: key, day, region, service. */
  readonly credential: string
}

/**
 * What can go wrong with a call: a refusal by throttling or an internal error, a connection that is lost before or
 * after the database did its work, keys that stay unprocessed.
 */
export type DatabaseFault =
  | 'throttle'
  | 'error'
  | 'reset-before'
  | 'reset-after'
  | 'unprocessed'
  | 'all-unprocessed'
  | Refusal

/** An error that a test words itself. */
export interface Refusal {
  readonly type: string
  readonly message: string
}

export interface DatabaseProxy {
  readonly endpoint: string
  /** Every request in the order received, with retries. */
  readonly calls: DatabaseCall[]
  /** Decides what goes wrong with a call. */
  fault: (call: DatabaseCall, n: number) => DatabaseFault | undefined
  /** Called for each call that the database answered, even if the answer is then lost. */
  onAnswered: (call: DatabaseCall, status: number) => void
  close(): Promise<void>
}

const REFUSALS: Record<string, Refusal & { status?: number }> = {
  throttle: { type: 'ThrottlingException', message: 'Throughput exceeds the current capacity of your table' },
  error: { type: 'InternalServerError', message: 'Internal server error', status: 500 },
}

/** Stands between a client and the embedded database: records every call, and breaks some on demand. */
export async function startDatabaseProxy(target: string): Promise<DatabaseProxy> {
  const server = createServer((request, response) => {
    handle(proxy, target, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: DatabaseProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    calls: [],
    fault: () => undefined,
    onAnswered: () => {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}

async function handle(
  proxy: DatabaseProxy,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const raw = await buffer(request)
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  const credential = credentialOf(request)
  const call: DatabaseCall = { operation, body: JSON.parse(raw.toString()), credential }
  const fault = proxy.fault(call, proxy.calls.push(call) - 1)
  if (fault === 'reset-before') return void request.socket.destroy()
  if (fault === 'all-unprocessed')
    return void response.end(JSON.stringify({ Responses: {}, UnprocessedKeys: call.body.RequestItems }))
  const refusal = typeof fault === 'string' ? REFUSALS[fault] : fault
  if (refusal !== undefined) return refuse(response, refusal)
  const asked = fault === 'unprocessed' ? JSON.stringify({ ...call.body, RequestItems: half(call, 0) }) : raw
  const { status, type, answer } = await forward(target, request, asked)
  proxy.onAnswered(call, status)
  if (fault === 'reset-after') return void request.socket.destroy()
  response.writeHead(status, { 'content-type': type })
  response.end(
    fault === 'unprocessed'
      ? JSON.stringify({ ...JSON.parse(answer), UnprocessedKeys: half(call, 1) })
      : answer,
  )
}

/** `KEY/20261124/eu-west-1/dynamodb/aws4_request` */
export function credentialOf({ headers }: IncomingMessage): string {
  return /Credential=([^,]*)/.exec(headers.authorization ?? '')?.[1] ?? ''
}

function refuse(
  response: ServerResponse,
  { type, message, status = 400 }: Refusal & { status?: number },
): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }))
}

async function forward(target: string, { headers, url }: IncomingMessage, body: string | Buffer) {
  const length = { 'content-length': Buffer.byteLength(body) }
  const upstream = request(`${target}${url}`, { method: 'POST', headers: { ...headers, ...length } })
  upstream.end(body)
  const [reply] = (await once(upstream, 'response')) as [IncomingMessage]
  const type = reply.headers['content-type'] ?? ''
  return { status: reply.statusCode ?? 500, type, answer: await text(reply) }
}

/** The first or the second half of a BatchGetItem's keys. */
function half({ body }: DatabaseCall, which: 0 | 1) {
  const [[table, item]] = Object.entries<{ Keys: unknown[] }>(body.RequestItems) as [
    [string, { Keys: unknown[] }],
  ]
  const middle = Math.ceil(item.Keys.length / 2)
  const Keys = which === 0 ? item.Keys.slice(0, middle) : item.Keys.slice(middle)
  return Keys.length > 0 ? { [table]: { ...item, Keys } } : {}
}
