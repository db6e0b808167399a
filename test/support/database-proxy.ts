import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

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
  const body = fault === 'unprocessed' ? Buffer.from(JSON.stringify(firstHalf(call.body))) : raw

  const { status, headers, answer } = await forward(target, request, body)
  proxy.onAnswered(call, status)
  if (fault === 'reset-after') return void request.socket.destroy()
  const rest = fault === 'unprocessed' ? withUnprocessed(answer, call.body) : answer
  const { 'x-amz-crc32': _ofTheWholeAnswer, ...others } = headers
  response.writeHead(status, { ...others, 'content-length': rest.length })
  response.end(rest)
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

function forward(target: string, { headers, method, url }: IncomingMessage, body: Buffer) {
  type Answer = { status: number; headers: IncomingMessage['headers']; answer: Buffer }
  return new Promise<Answer>((resolve, reject) => {
    const upstream: ClientRequest = httpRequest(
      `${target}${url}`,
      { method: method ?? 'POST', headers: { ...headers, 'content-length': body.length } },
      (reply) => {
        buffer(reply).then(
          (answer) => resolve({ status: reply.statusCode ?? 500, headers: reply.headers, answer }),
          reject,
        )
      },
    )
    upstream.on('error', reject)
    upstream.end(body)
  })
}

/** A BatchGetItem that asks for half of its keys. */
function firstHalf(body: { RequestItems: Record<string, { Keys: unknown[] }> }) {
  return {
    ...body,
    RequestItems: mapKeys(body.RequestItems, (keys) => keys.slice(0, Math.ceil(keys.length / 2))),
  }
}

function withUnprocessed(
  answer: Buffer,
  body: { RequestItems: Record<string, { Keys: unknown[] }> },
): Buffer {
  const rest = mapKeys(body.RequestItems, (keys) => keys.slice(Math.ceil(keys.length / 2)))
  const unprocessed = Object.fromEntries(Object.entries(rest).filter(([, { Keys }]) => Keys.length > 0))
  return Buffer.from(JSON.stringify({ ...JSON.parse(answer.toString()), UnprocessedKeys: unprocessed }))
}

function mapKeys<T extends { Keys: unknown[] }>(
  items: Record<string, T>,
  change: (keys: unknown[]) => unknown[],
) {
  return Object.fromEntries(
    Object.entries(items).map(([table, item]) => [table, { ...item, Keys: change(item.Keys) }]),
  )
}
